"""Names in pinyin. The dictionary takes 300 ms to load, which only who needs it should pay for."""

from __future__ import annotations

from collections.abc import Set
from itertools import islice, product

MOST_READINGS = 50  # of one name: some characters are read in several ways


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
