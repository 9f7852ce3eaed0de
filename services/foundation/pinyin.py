"""Names in pinyin. The dictionary takes 300 ms to load, which only who needs it should pay for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence, Set
from functools import cache
from itertools import islice, product

MOST_READINGS = 50  # of one name: some characters are read in several ways
LONGEST_SPELLED = 40  # letters of one word


def pinyin(name: str) -> str:
    """The syllables of a name, run together: 国土局 is guotuju."""
    from pypinyin import lazy_pinyin

    return "".join(lazy_pinyin(name)).lower()


def initials(name: str) -> str:
    """The first letters of the syllables: 国土局 is gtj."""
    from pypinyin import Style, lazy_pinyin

    return "".join(lazy_pinyin(name, style=Style.FIRST_LETTER)).lower()


def readings(name: str) -> Set[str]:
    """Every way to read a name, run together; where ü stands, also as people type it: lü is lv, lu and lyu."""
    from pypinyin import Style
    from pypinyin import pinyin as read

    each = read(name, style=Style.NORMAL, heteronym=True)
    spoken = {"".join(one).lower() for one in islice(product(*each), MOST_READINGS)}
    return {one.replace("v", typed) for one in spoken for typed in ("v", "u", "yu")}


def spelled(word: str) -> re.Pattern[str] | None:
    """Characters that are read as the word is spelled: tudi finds 土地. None where it is no pinyin.

    One syllable alone is read so by too many.
    """
    word = word.replace("ü", "v")
    if not (word.isascii() and word.isalpha() and len(word) <= LONGEST_SPELLED):
        return None
    ways = [way for way in islice(_ways(word), MOST_READINGS) if len(way) > 1]
    fewest = min(map(len, ways), default=0)  # chuangkou is chuang kou, not chu ang kou
    pattern = "|".join("".join(f"[{_characters()[one]}]" for one in way) for way in ways if len(way) == fewest)
    return re.compile(pattern) if pattern else None


def _ways(word: str) -> Iterator[Sequence[str]]:
    """The ways to divide a word into syllables: xian is one, and xi an."""
    if not word:
        yield ()
    for many in range(min(6, len(word)), 0, -1):
        if word[:many] in _characters():
            yield from ((word[:many], *rest) for rest in _ways(word[many:]))


@cache
def _characters() -> Mapping[str, str]:
    """By syllable, without its tone, the characters that are read so."""
    from pypinyin.constants import PINYIN_DICT

    found: dict[str, set[str]] = {}
    for code, read in PINYIN_DICT.items():
        if 0x4E00 <= code < 0xA000:
            for one in read.split(","):
                plain = unicodedata.normalize("NFD", one).replace("u\u0308", "v")
                plain = "".join(letter for letter in plain if letter.isalpha())
                for typed in {plain.replace("v", as_typed) for as_typed in ("v", "u", "yu")}:
                    found.setdefault(typed, set()).add(chr(code))
    return {one: "".join(sorted(them)) for one, them in found.items()}
