"""People's words made harmless: what no screen can show, or what turns a screen round, is taken out."""

from __future__ import annotations

import re

_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SURROGATES = re.compile("[\ud800-\udfff]")


def inert(text: str) -> str:
    """Without control characters (but line breaks and tabs) and bidi controls; a lone surrogate becomes U+FFFD."""
    return _SURROGATES.sub("\ufffd", _BIDI.sub("", _CONTROLS.sub("", text)))
