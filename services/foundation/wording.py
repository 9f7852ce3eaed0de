"""Cleans words typed into a form: drops characters that no channel carries or that turn the text around them."""

from __future__ import annotations

import unicodedata
from enum import StrEnum

from services.foundation.refusal import Common, Refusal

_NEVER = ("Cc", "Cs", "Co", "Cn")  # controls, lone surrogates, private and unassigned characters
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

LONGEST_SAID = 3_000  # characters: with the words around it still one message on every channel


def readable(text: str) -> str:
    """The readable part of a text, with plain line ends and no space around it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or not _acts(c)).strip()


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


def written_out(text: str) -> str:
    """The whole text, with characters that would act on a screen written as escapes, for inspecting what came in."""
    return "".join(c if c == "\n" or not _acts(c) else c.encode("unicode_escape").decode() for c in text)


def _acts(c: str) -> bool:
    return c in _TURNING or unicodedata.category(c) in _NEVER
