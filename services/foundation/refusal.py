"""The refusal: the one way in which a use case says that it has changed nothing."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


class Common(StrEnum):
    """Why anything may be refused; each subject adds codes of its own. All have words in the templates."""

    CHANGED = "changed"  # since the page that was seen
    GONE = "gone"  # it does not exist, or this cannot be done to it
    TEXT_TOO_LONG = "text_too_long"
    TEXT_WANTED = "text_wanted"


class Refusal(Exception):
    """Nothing was changed. `code`, from an enum of the subject, names the words that say what to do next.

    `field` is the form field beside which the words stand, if one is meant; `values` are put into the words.
    """

    def __init__(self, code: StrEnum, field: str = "", **values: Any) -> None:
        super().__init__(code)
        self.code, self.field, self.values = code, field, values
