"""Reads the State Council's yearly holiday notice as it is pasted, full width or half, with weekdays or without.

    一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。

Every sentence that names a day is read whole or reported; nothing is guessed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

LONGEST_HOLIDAY = 15  # days: a longer one is a slip of the finger
LONGEST_SHOWN = 60  # characters shown of what was not read
_WEEKDAYS = {name: n for n, name in enumerate("一二三四五六日")} | {"天": 6}
_YEAR = re.compile(r"(\d{4})年(?:部分)?节假日")
_PART = re.compile(
    r"(?:^|(?<=。))(?:(?:[一二三四五六七八九十]{1,3}|\d{1,2})[、.])?(?P<name>[^:,。\d\n]{2,12}):", re.MULTILINE
)
_SIGNED = re.compile(r"(?:国务院办公厅)?\d{4}年\d{1,2}月\d{1,2}日")  # the date under the notice
_DAY = r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:\(([^)]*)\))?"
_TOKEN = re.compile(
    rf"{_DAY}(?:(?:至|到|-|~){_DAY})?|(?P<free>放假|休息|补休)|(?P<works>上班)|共(?P<count>\d{{1,2}})天"
)
_WEEKDAY = re.compile(r"(?:周|星期|礼拜)([一二三四五六日天])")
_NAMES_A_DAY = re.compile(r"\d日")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−─", "-"))


@dataclass(frozen=True)
class Written:
    """One day as it stands in a notice or in a table."""

    day: date
    works: bool
    name: str
    weekday: int | None = None  # as written, Monday 0; None where none is


@dataclass(frozen=True)
class Reading:
    """What was read, and what was not: sentences that name a day and are not understood, and sums that do not fit."""

    days: Sequence[Written]
    unread: Sequence[str] = ()
    miscounted: Sequence[tuple[str, int, int]] = ()  # (holiday, days as the notice sums them up, days that it names)
    year: int | None = None  # in the title


@dataclass
class _Part:
    """One holiday while it is read; `month` is the last that was named."""

    name: str
    year: int
    month: int = 0
    days: list[Written] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    miscounted: list[tuple[str, int, int]] = field(default_factory=list)


class _NotRead(Exception):
    """A sentence names days in a way that this module does not know."""


def year_of(text: str) -> int | None:
    """The year in the title of a notice; None where there is none."""
    found = _YEAR.search("".join(_folded(text).split()))
    return int(found.group(1)) if found else None


def read_notice(text: str, year: int) -> Reading:
    """Reads a pasted notice; days without a year are of this one."""
    folded = _folded(text)
    parts = [_part(name, body, year) for name, body in _parts(folded)]
    days = [day for part in parts for day in part.days]
    unread = [one[:LONGEST_SHOWN] for part in parts for one in part.unread]
    return Reading(days, unread, [one for part in parts for one in part.miscounted], year_of(text))


def _folded(text: str) -> str:
    """The text in half width, its lines without blanks: pasted from a page, they come in every width."""
    half = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return "\n".join("".join(line.split()) for line in half.splitlines())


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The holidays with what is said of each. What stands before the first one is read too, under no name."""
    heads = list(_PART.finditer(text))
    yield "", text[: heads[0].start()] if heads else text
    ends = [*(head.start() for head in heads[1:]), len(text)]
    for head, end in zip(heads, ends, strict=False):
        yield head.group("name"), text[head.end() : end]


def _part(name: str, body: str, year: int) -> _Part:
    part = _Part(name, year)
    for sentence in filter(None, re.split(r"[。;\n]", body)):
        if not _NAMES_A_DAY.search(sentence) or _SIGNED.fullmatch(sentence):
            continue
        try:
            _sentence(part, sentence)
        except _NotRead:
            part.unread.append(sentence)
    return part


def _sentence(part: _Part, sentence: str) -> None:
    named: list[tuple[date, int | None]] = []
    found: list[Written] = []
    free = 0
    for token in _TOKEN.finditer(sentence):
        if token.group("free") or token.group("works"):
            works = token.group("works") is not None
            found += [Written(day, works, part.name, weekday) for day, weekday in named]
            free, named = (free if works else free + len(named)), []
        elif token.group("count"):
            if free and int(token.group("count")) != free:
                part.miscounted.append((part.name, int(token.group("count")), free))
        else:
            named += _range(part, token)
    if named or not found:
        raise _NotRead
    part.days += found


def _range(part: _Part, token: re.Match[str]) -> list[tuple[date, int | None]]:
    first, last = token.group(1, 2, 3, 4), token.group(5, 6, 7, 8)
    begins = _day(part, first[:3], part.year)
    if last[2] is None:
        return [(begins, weekday_in(first[3]))]
    ends = _day(part, last[:3], begins.year)
    many = (ends - begins).days + 1
    if not 1 < many <= LONGEST_HOLIDAY:
        raise _NotRead
    days = [(begins + timedelta(n), None) for n in range(many)]
    return [(begins, weekday_in(first[3])), *days[1:-1], (ends, weekday_in(last[3]))]


def _day(part: _Part, named: Sequence[str | Any], of: int) -> date:
    year, month, day = named
    part.month = int(month) if month else part.month
    try:
        return date(int(year) if year else of, part.month, int(day))
    except ValueError:
        raise _NotRead from None


def weekday_in(told: str | None) -> int | None:
    """The weekday that a word or a bracket names, Monday 0; None where it names none."""
    found = _WEEKDAY.search(told or "")
    return _WEEKDAYS[found.group(1)] if found else None
