"""Writes every table that leaves: `jsonl` unchanged for programs, `csv` and `xlsx` in words for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any, BinaryIO, Protocol

import msgspec

from services.oversight.cells import Cell, csv_cell
from templates import clipped

LONGEST_CELL = 32_767  # characters that a cell of XLSX holds
WIDE = frozenset(("what", "findings", "note", "asked", "text"))  # columns of sentences
_A4 = 9
Row = Mapping[str, Any]


class Words(Protocol):
    """The words and times of a table, in one language and the office's time zone."""

    def heading(self, column: str) -> str: ...

    def cell(self, column: str, value: Any) -> Cell:
        """The cell for a row's `value`: a code, a moment in UTC as ISO 8601, a visit's findings, or anybody's words."""
        ...


@dataclass(frozen=True)
class Printed:
    """A table as a page prints it."""

    heads: Sequence[tuple[str, str]]  # column and heading
    rows: Sequence[Sequence[Cell]]
    cut: bool  # whether more rows were found


def write_table(out: BinaryIO, form: str, columns: Sequence[str], found: Iterable[Row], words: Words) -> int:
    """Writes the rows in one of `FORMS`; returns how many there were."""
    counted = 0

    def counting() -> Iterator[Row]:
        nonlocal counted
        for row in found:
            counted += 1
            yield row

    _WRITERS[form](out, columns, counting(), words)
    return counted


def printed(columns: Sequence[str], found: Iterable[Row], words: Words, most: int) -> Printed:
    """The table on paper, at most so many rows of it; a column in which nothing stands takes no room."""
    rows = [[words.cell(column, row[column]) for column in columns] for row in islice(found, most + 1)]
    kept = [x for x in range(len(columns)) if any(row[x] not in (None, "") for row in rows)]
    heads = [(columns[x], words.heading(columns[x])) for x in kept]
    return Printed(heads, [[row[x] for x in kept] for row in rows[:most]], len(rows) > most)


def _jsonl(out: BinaryIO, columns: Sequence[str], found: Iterator[Row], words: Words) -> None:
    for row in found:
        out.write(msgspec.json.encode(row) + b"\n")


def _csv(out: BinaryIO, columns: Sequence[str], found: Iterator[Row], words: Words) -> None:
    """Writes a CSV with a byte order mark, without which Excel garbles Chinese."""
    text = io.TextIOWrapper(out, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([words.heading(column) for column in columns])
    for row in found:
        writer.writerow([csv_cell(words.cell(column, row[column])) for column in columns])
    text.detach()


def _xlsx(out: BinaryIO, columns: Sequence[str], found: Iterator[Row], words: Words) -> None:
    """Writes a sheet that can be sorted, filtered and printed as it is: its days are days, its texts texts."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    book = xlsxwriter.Workbook(out, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet, top = book.add_worksheet(), {"valign": "top"}
    head = book.add_format({"bold": True})
    text, long = book.add_format(top), book.add_format(top | {"text_wrap": True})
    day, moment = (book.add_format(top | {"num_format": f}) for f in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
    for x, column in enumerate(columns):
        sheet.write_string(0, x, words.heading(column), head)
        sheet.set_column(x, x, 60 if column in WIDE else 18)
    y = 0
    for y, row in enumerate(found, 1):
        for x, column in enumerate(columns):
            value = words.cell(column, row[column])
            if isinstance(value, datetime):
                sheet.write_datetime(y, x, value.replace(tzinfo=None), moment)
            elif isinstance(value, date):
                sheet.write_datetime(y, x, datetime(value.year, value.month, value.day), day)  # noqa: DTZ001
            elif isinstance(value, int):
                sheet.write_number(y, x, value, text)
            elif value is not None:
                sheet.write_string(y, x, clipped(value, LONGEST_CELL), long if column in WIDE else text)
    _readied(sheet, y, len(columns) - 1)
    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] from None  # the OSError, as every other form raises it


def _readied(sheet: Any, last_row: int, last_column: int) -> None:
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, last_row, last_column)
    sheet.repeat_rows(0)
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")


_WRITERS: Mapping[str, Callable[[BinaryIO, Sequence[str], Iterator[Row], Words], None]] = {
    "jsonl": _jsonl,
    "csv": _csv,
    "xlsx": _xlsx,
}
FORMS = tuple(_WRITERS)
