"""A list of phone numbers that a clerk uploads: a text, a table with commas, or an Excel sheet.

A line holds a number, alone or in any of its cells; where it holds several, all of them count. A line that holds none
is told; the rest is kept.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from services.media import Refused
from services.media.document import check_unpacked
from services.notices.values import LARGEST_LIST, MOST_NUMBERS, NotSent
from services.phones import BadNumber, normalised
from services.wording import readable

_BETWEEN = re.compile(r"[,;/|\t\r\n\u3001\uff0c\uff1b\uff0f\uff5c]")  # two numbers of one cell
MOST_TOLD = 50
LONGEST_TOLD = 30  # characters of a line that is no number
_ENCODINGS = ("utf-8-sig", "gb18030")
MOST_ROWS = 2 * MOST_NUMBERS  # the empty ones too: the number of a sheet's row may claim a milliard of them
# What a damaged or locked sheet makes its reader raise.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, EOFError, ValueError, LookupError, TypeError, OSError, SyntaxError, AttributeError,
    ArithmeticError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A line that holds no number, as far as it is worth showing."""

    number: int
    text: str


@dataclass(frozen=True)
class Numbers:
    """What a list holds. `bad`: the first lines that hold no number, `more_bad`: how many others."""

    good: Sequence[str]  # E.164, each once
    repeated: int
    bad: Sequence[Line]
    more_bad: int = 0


def read(data: bytes) -> Numbers:
    """Raises NotSent about `list`: list_too_big, list_unreadable, list_empty."""
    if len(data) > LARGEST_LIST:
        raise NotSent("list_too_big", "list")
    good: dict[str, None] = {}
    bad: list[Line] = []
    repeated = more = 0
    for n, cells in enumerate(_rows(data), 1):
        numbers = [number for cell in cells for number in _numbers(cell)]
        repeated += len(numbers) - len({*numbers} - good.keys())
        good |= dict.fromkeys(numbers)
        heading = n == 1 and not _has_digits(cells)
        if not (numbers or heading) and any(cells):
            more += len(bad) >= MOST_TOLD
            bad += [Line(n, readable(" ".join(filter(None, cells)))[:LONGEST_TOLD])] if len(bad) < MOST_TOLD else []
        if len(good) > MOST_NUMBERS or n > MOST_ROWS:
            raise NotSent("list_too_big", "list")
    if not good and not bad:
        raise NotSent("list_empty", "list")
    return Numbers(tuple(good), repeated, bad, more)


def _numbers(cell: str) -> Iterator[str]:
    for part in _BETWEEN.split(cell):
        yield from _all_numbers([part]) or _all_numbers(part.split())


def _all_numbers(words: Sequence[str]) -> list[str]:
    """Empty where one of them is none: "old number 138…" is a remark."""
    try:
        return [normalised(word) for word in words]
    except BadNumber:
        return []


def _has_digits(cells: Iterable[str]) -> bool:
    return any(c.isdigit() for cell in cells for c in cell)


def _rows(data: bytes) -> Iterator[list[str]]:
    return _sheet_rows(data) if data.startswith(b"PK") else _text_rows(data)


def _text_rows(data: bytes) -> Iterator[list[str]]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: Sequence[str] = ("utf-16",)
    else:
        encodings = _ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
            break
        except UnicodeError:
            continue
    else:
        raise NotSent("list_unreadable", "list")
    if "\0" in text:
        raise NotSent("list_unreadable", "list")
    plain = text.translate({0xFF0C: ",", 0x3001: ",", ord(";"): ",", 0xFF1B: ",", ord("\t"): ","})
    yield from ([cell.strip() for cell in _cells(line)] for line in plain.splitlines())


def _cells(line: str) -> list[str]:
    """Each line for itself: a quotation mark that nobody closed would take in all the lines behind it."""
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return line.replace('"', "").split(",")


def _sheet_rows(data: bytes) -> Iterator[list[str]]:
    """All sheets, one after the other."""
    import openpyxl

    try:
        check_unpacked(data)
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        for sheet in book.worksheets:
            yield from ([_cell(value) for value in row] for row in sheet.iter_rows(values_only=True, max_col=30))
    except NotSent:
        raise
    except Refused as error:
        raise NotSent("list_too_big", "list") from error
    except _BROKEN as error:
        raise NotSent("list_unreadable", "list") from error


def _cell(value: object) -> str:
    """Excel takes a number that was typed without a sign for a number: 13800138000.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
