"""Words typed into a form: how long they may be, and how they begin."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from conversation.text import inert, seen
from services.foundation.refusal import Common, Refusal

LONGEST_SAID = 3_000  # characters: with the words around it still one message on every channel


def readable(text: str) -> str:
    """The readable part of a text, without space around it; nothing where nothing of it can be seen."""
    kept = inert(text).strip()
    return kept if seen(kept) else ""


def worded(text: str, shortest: int = 2, code: StrEnum = Common.TEXT_WANTED) -> str:
    """A typed text, without what no channel can carry. Raises Refusal: `code`, text_too_long."""
    kept = readable(text)
    if len(kept) < shortest:
        raise Refusal(code)
    if len(kept) > LONGEST_SAID:
        raise Refusal(Common.TEXT_TOO_LONG)
    return kept


def first_words(text: str, most: int = 80) -> str:
    """The first `most` characters on one line: enough to tell one thing from another."""
    return " ".join(text[:most].split())


def told_on(day: date | None) -> str | None:
    """A day as programs read it, in ISO 8601."""
    return day.isoformat() if day else None


def told_at(moment: datetime | None) -> str | None:
    """A moment as programs read it, in ISO 8601 to the second."""
    return moment.isoformat(timespec="seconds") if moment else None
