"""Makes words from outside harmless, once at the border: what is left can be stored, shown and compared everywhere."""

from __future__ import annotations

import re
import unicodedata

# Control characters other than newline and tab; marks that turn the direction of the text after them; half characters.
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_TURNING = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HALVES = r"\ud800-\udfff"
_UNWANTED = re.compile(f"[{_CONTROLS}{_TURNING}{_HALVES}]")

# Characters drawn as nothing or as a gap: Hangul fillers, variation selectors, blank braille.
_FILLERS = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def inert(text: str) -> str:
    """The text without control characters and direction marks; half a surrogate pair becomes U+FFFD."""
    return _UNWANTED.sub(_replaced, text) if _UNWANTED.search(text) else text


def seen(text: str) -> str:
    """The visible part of a text: without controls, zero-width marks and fillers, and without space around it.

    Used to ask whether anything is said, and how much; what is kept is the text itself.
    """
    shown = (c for c in _FILLERS.sub("", text) if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf", "Cs"))
    return "".join(shown).strip()


def _replaced(found: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= found[0] <= "\udfff" else ""
