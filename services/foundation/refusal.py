"""The one way in which a service says that it has done nothing."""

from __future__ import annotations


class NotDone(Exception):
    """Nothing was changed. `code` names the text that the clerk reads: gone, changed, decided, and what is wanted."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
