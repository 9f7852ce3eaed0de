"""Reads an uploaded list as rows of cells, from a text in any usual encoding or from an Excel sheet."""

from __future__ import annotations

import csv
import io
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum

from media import Refused, check_unpacked
from services.foundation.refusal import Refusal


class TableCode(StrEnum):
    """Why an uploaded list was refused; each subject that takes lists has the words."""

    LIST_TOO_BIG = "list_too_big"
    LIST_UNREADABLE = "list_unreadable"


_ENCODINGS = ("utf-8-sig", "gb18030")
# What the reader of a sheet raises for a damaged or locked one.
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    OSError,
    SyntaxError,
    AttributeError,
    ArithmeticError,
    RuntimeError,
)


def rows_of(data: bytes) -> Iterator[list[str]]:
    """The rows of a list. Raises Refusal about `list` while it is read: list_too_big, list_unreadable."""
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
        raise Refusal(TableCode.LIST_UNREADABLE, "list")
    if "\0" in text:
        raise Refusal(TableCode.LIST_UNREADABLE, "list")
    plain = text.translate({0xFF0C: ",", 0x3001: ",", ord(";"): ",", 0xFF1B: ",", ord("\t"): ","})
    yield from ([cell.strip() for cell in _cells(line)] for line in plain.splitlines())


def _cells(line: str) -> list[str]:
    """The cells of one line, read by itself: an unclosed quotation mark would otherwise swallow all later lines."""
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return line.replace('"', "").split(",")


def _sheet_rows(data: bytes) -> Iterator[list[str]]:
    """The rows of all sheets, one after the other. A cell that nobody has calculated holds its formula."""
    try:
        check_unpacked(data)
        rows = _sheet_values(data, data_only=True)
        if _calculates(data):
            typed = _sheet_values(data, data_only=False)
            rows = (map(_first, *both) for both in zip(rows, typed, strict=True))
        yield from ([_cell(value) for value in row] for row in rows)
    except Refusal:
        raise
    except Refused as error:
        raise Refusal(TableCode.LIST_TOO_BIG, "list") from error
    except _BROKEN as error:
        raise Refusal(TableCode.LIST_UNREADABLE, "list") from error


def _sheet_values(data: bytes, *, data_only: bool) -> Iterator[Iterable[object]]:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False)
    for sheet in book.worksheets:
        yield from sheet.iter_rows(values_only=True, max_col=30)


def _first(value: object, formula: object) -> object:
    return getattr(formula, "text", formula) if value is None else value


def _calculates(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as book:
        sheets = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/")]
    return any(b"<f>" in sheet or b"<f " in sheet for sheet in sheets)


def _cell(value: object) -> str:
    """A cell as text. Excel stores a phone number typed without a sign as a number: 13800138000.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()
