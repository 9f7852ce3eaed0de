"""What somebody opens a sealed thing for: stated in their own words, and kept in the audit chain."""

from __future__ import annotations

from enum import StrEnum

from services.foundation.refusal import Refusal
from services.foundation.wording import readable

SHORTEST, LONGEST = 2, 200  # characters


class PurposeCode(StrEnum):
    """Why nothing was opened. Its words are in the templates, in every language."""

    PURPOSE_WANTED = "purpose_wanted"


def stated(typed: str) -> str:
    """The purpose as it is kept. Raises Refusal: purpose_wanted."""
    purpose = readable(typed)
    if not SHORTEST <= len(purpose) <= LONGEST:
        raise Refusal(PurposeCode.PURPOSE_WANTED, "purpose")
    return purpose
