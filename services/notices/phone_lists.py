"""Reads a list of phone numbers that a clerk uploads.

A line holds a number, alone or in any of its cells; where it holds several, all of them count. A line without any
is reported; the rest is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.foundation.phones import BadNumber, normalised
from services.foundation.refusal import Refusal
from services.foundation.tables import Rows, TableCode
from services.foundation.wording import readable
from services.notices.codes import NoticeCode
from services.notices.values import MOST_NUMBERS
from templates import clipped

_BETWEEN = re.compile(r"[,;/|\t\r\n\u3001\uff0c\uff1b\uff0f\uff5c]")  # separates two numbers in one cell
MOST_TOLD = 50
SHORTEST = 7  # digits of a mobile number anywhere
LONGEST_TOLD = 30  # characters shown of a line that is no number


@dataclass(frozen=True)
class Line:
    """A line that holds no number, shortened to what is worth showing."""

    number: int
    text: str


@dataclass(frozen=True)
class PhoneList:
    """The contents of a list. `bad`: the first lines that hold no number; `more_bad`: how many others there are."""

    good: Sequence[str]  # E.164, each once
    repeated: int
    bad: Sequence[Line]
    more_bad: int = 0


def read(rows: Rows) -> PhoneList:
    """Reads the rows of a list. Raises Refusal about `list`: list_too_big, list_empty."""
    good: dict[str, None] = {}
    bad: list[Line] = []
    found = more = 0
    for n, cells in enumerate(rows, 1):
        numbers = [number for cell in cells for number in _numbers(cell)]
        found += len(numbers)
        good.update(dict.fromkeys(numbers))
        heading = n == 1 and not _has_digits(cells)
        if not (numbers or heading) and any(cells):
            more += len(bad) >= MOST_TOLD
            bad += (
                [Line(n, clipped(readable(" ".join(filter(None, cells))), LONGEST_TOLD))]
                if len(bad) < MOST_TOLD
                else []
            )
        if len(good) > MOST_NUMBERS:
            raise Refusal(TableCode.LIST_TOO_BIG, "list")
    if not good and not bad:
        raise Refusal(NoticeCode.LIST_EMPTY, "list")
    return PhoneList(tuple(good), found - len(good), bad, more)


def _numbers(cell: str) -> Iterator[str]:
    for part in _BETWEEN.split(cell):
        yield from _all_numbers([part]) or _all_numbers(part.split())


def _all_numbers(words: Sequence[str]) -> list[str]:
    """The numbers of a cell's words; empty where one of them is no number: "old number 138…" is a remark."""
    if any(sum(map(str.isdigit, word)) < SHORTEST for word in words):
        return []
    try:
        return [normalised(word) for word in words]
    except BadNumber:
        return []


def _has_digits(cells: Iterable[str]) -> bool:
    return any(c.isdigit() for cell in cells for c in cell)
