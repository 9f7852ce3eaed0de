"""Words typed into a form: without characters that no channel carries or that turn the text around them."""

from __future__ import annotations

import unicodedata

from services.foundation.refusal import NotDone

_NEVER = ("Cc", "Cs", "Co", "Cn")  # controls, lone surrogates, private and unassigned characters
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

LONGEST_SAID = 3_000  # characters: with the words around it still one message on every channel


def readable(text: str) -> str:
    """What is left to read, with plain line ends and nothing around it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c == "\n" or not _acts(c)).strip()


def worded(text: str, shortest: int = 2, code: str = "text_wanted") -> str:
    """What was typed, without what no channel can carry. Raises NotDone: `code`, text_too_long."""
    kept = readable(text)
    if len(kept) < shortest:
        raise NotDone(code)
    if len(kept) > LONGEST_SAID:
        raise NotDone("text_too_long")
    return kept


def first_words(text: str, most: int = 80) -> str:
    """The first `most` characters on one line: enough to tell one thing from another."""
    return " ".join(text[:most].split())


def written_out(text: str) -> str:
    """Everything, with characters that would act written as escapes: for looking at what came in."""
    return "".join(c if c == "\n" or not _acts(c) else c.encode("unicode_escape").decode() for c in text)


def _acts(c: str) -> bool:
    return c in _TURNING or unicodedata.category(c) in _NEVER
