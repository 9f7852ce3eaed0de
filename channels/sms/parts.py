"""Counts the length of a text message in parts, as the network does, and splits a long text into several messages.

GSM-7 holds 160 characters in one part and 153 in each of several, UCS-2 (any Chinese) 70 and 67.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

_ALPHABET = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€")  # GSM-7 characters that take two places each
_PLAIN = frozenset(_ALPHABET) | _EXTENDED
_SENTENCE = re.compile(r"[。！？；!?;]|[.](?=\s|$)")
_WORD = re.compile(r"[\s，、：,:]")


def is_plain(text: str) -> bool:
    """Whether GSM-7 has every character of the text."""
    return _PLAIN.issuperset(text)


def parts(text: str) -> int:
    if is_plain(text):
        length, single, each = len(text) + sum(sign in _EXTENDED for sign in text), 160, 153
    else:
        length, single, each = len(text.encode("utf-16-le")) // 2, 70, 67
    return 1 if length <= single else math.ceil(length / each)


def messages(text: str, most: int) -> list[str]:
    """The text as it is, or as numbered messages of at most `most` parts, cut at a line, a sentence or a word."""
    if parts(text) <= most:
        return [text]
    pieces, rest = [], text
    while rest:
        end = len(rest) if parts(_numbered(rest)) <= most else _cut(rest, most)
        pieces.append(rest[:end].strip())
        rest = rest[end:].strip()
    return [f"({number}/{len(pieces)}){piece}" for number, piece in enumerate(pieces, 1)]


def _numbered(text: str) -> str:
    return f"(99/99){text}"


def _cut(text: str, most: int) -> int:
    """Where the first message ends: the best place to cut that leaves the message at least half full."""
    longest = _largest(lambda end: parts(_numbered(text[:end])) <= most, len(text))
    start = text[:longest]
    ends = [start.rfind("\n"), _last(_SENTENCE, start), _last(_WORD, start)]
    return next((end for end in ends if end > longest // 2), longest)


def _last(pattern: re.Pattern[str], text: str) -> int:
    return max((found.end() for found in pattern.finditer(text)), default=-1)


def _largest(fits: Callable[[int], bool], most: int) -> int:
    """The largest number up to `most` that fits; at least 1, so that the splitting always ends."""
    low, high = 1, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if fits(middle) else (low, middle - 1)
    return low
