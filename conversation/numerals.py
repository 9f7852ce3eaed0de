"""Reads Chinese numerals: `arabic("一百二十三号")` is "123号"."""

from __future__ import annotations

import re

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMERAL = re.compile(r"(?<![周期拜])[零〇一二两三四五六七八九十百]+")  # 周三 is no number
SEVERAL = "一[二两]|[二两]三|三四|四五|五六|六七|七八|八九"  # 三四天: three or four, and not 34
_ROUGH = re.compile(rf"{SEVERAL}|(?:.*[十百])?(?:{SEVERAL})[十百]?")
_PLACES = {"百": 100, "十": 10}


def arabic(text: str) -> str:
    """The text with Chinese numerals up to 999 as digits; weekday characters stay, and so do rough numbers (三四)."""
    return _NUMERAL.sub(lambda found: _number(found[0]), text)


def _number(word: str) -> str:
    if _ROUGH.fullmatch(word):
        return word
    if not set(word) & _PLACES.keys():
        return "".join(str(_DIGITS[c]) for c in word)
    total = size = 0
    for c in word:
        if c in _PLACES:
            total += (size or 1) * _PLACES[c]
            size = 0
        else:
            size = _DIGITS[c]
    return str(total + (size * 10 if word[-2:-1] == "百" else size))  # 一百二 is 120, 一百零二 is 102
