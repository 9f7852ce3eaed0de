"""Words from outside, made harmless once at the border: what is left can be stored, shown and compared everywhere."""

from __future__ import annotations

import re

# Control characters other than newline and tab; marks that turn the direction of what follows; half characters.
_CONTROLS = r"\x00-\x08\x0b-\x1f\x7f-\x9f"
_TURNING = r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_HALVES = r"\ud800-\udfff"
_UNWANTED = re.compile(f"[{_CONTROLS}{_TURNING}{_HALVES}]")


def inert(text: str) -> str:
    """The text without control characters and direction marks; half a surrogate pair becomes U+FFFD."""
    return _UNWANTED.sub(_replaced, text) if _UNWANTED.search(text) else text


def _replaced(found: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= found[0] <= "\udfff" else ""
