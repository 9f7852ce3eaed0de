"""Looks for words in what a row keeps for it: the column `sought`, folded when the row was written.

Because both sides are folded by the program, SQLite and PostgreSQL find the same. What was said about a report is kept
sealed, and searched in memory (`services.desk.searching`).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func

from services.foundation.folding import folded, plain, sought
from services.foundation.vault import KeyTrouble, Vault

DAY = 8  # digits of a number's day: what is longer reaches over the dash


def sealed_words(vault: Vault, of: str, *texts: str | None) -> bytes:
    """`folding.sought` of a row with this id, sealed for it."""
    return vault.seal(sought(*texts), f"sought {of}")


def opened_words(vault: Vault, sealed: bytes | None, of: str) -> str:
    """What `sealed_words` has sealed; empty where there is nothing, or it was damaged."""
    try:
        return vault.open(sealed, f"sought {of}") if sealed else ""
    except (KeyTrouble, ValueError):
        return ""


def found_in(column: Any, word: str) -> ColumnElement[bool]:
    """Whether a column that holds `folding.sought` of its row has the word in it."""
    return func.coalesce(column, "").contains(folded(word), autoescape=True)


def numbered(column: Any, word: str) -> ColumnElement[bool]:
    """Whether a column of numbers (20261121-0042) has the word in it; one typed as a whole may lack its dash."""
    digits = folded(word)
    if len(digits) > DAY:
        return func.lower(func.replace(column, "-", "")).contains(digits, autoescape=True)
    return func.lower(column).contains(plain(word), autoescape=True)
