"""Reads an uploaded list as rows of cells, from a text in any usual encoding or from an Excel sheet.

A sheet can ask for any amount of time and memory: what a person sent is read by `rows_apart` only.
"""

import csv
import io
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any
from xml.parsers import expat

from media import document
from media.values import Limits, Refused

MOST_CELLS = 100  # of a row; what stands further right is no list
_ENCODINGS = ("utf-8-sig", "gb18030")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # an old .xls, or a new sheet with a password
_LOOKED_AT = 4_096  # characters of a text by which its separator is known
_SEPARATORS = {0xFF0C: ",", 0x3001: ",", ord(";"): ",", 0xFF1B: ",", ord("\t"): ","}


def rows(data: bytes, limits: Limits) -> list[list[str]]:
    """The rows of a list, at most `limits.rows`. Raises Refused: too_big, unreadable, locked, several."""
    if data.startswith((b"PK", _OLD_OFFICE)):
        read = _sheet_rows(data, limits)
    else:
        read = _written_rows(_text(data)) if limits.as_written else text_rows(_text(data))
    try:
        found = [row[:MOST_CELLS] for row in islice(read, limits.rows + 1)]
    except (Refused, ImportError, MemoryError):
        raise
    except Exception as error:  # readers raise anything at all on hostile bytes
        raise Refused("unreadable") from error
    if len(found) > limits.rows:
        raise Refused("too_big")
    return found


def text_rows(text: str) -> Iterator[list[str]]:
    """The rows of a text, their cells apart by commas of any script, semicolons or tabs."""
    plain = text.translate(_SEPARATORS)
    yield from ([cell.strip() for cell in _cells(line)] for line in plain.splitlines())


def _written_rows(text: str) -> Iterator[list[str]]:
    """The rows of a CSV of sentences: one separator, and whatever stands in quotation marks is one cell."""
    first = text[:_LOOKED_AT].splitlines()

    def widest(separator: str) -> int:
        return max((len(next(csv.reader([line], delimiter=separator), [])) for line in first), default=0)

    plain = max(",\t;", key=widest)
    separator = plain if widest(plain) > 1 else max("，；", key=widest)
    yield from (
        [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    )


def _text(data: bytes) -> str:
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else _ENCODINGS
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
        break
    raise Refused("unreadable")


def _cells(line: str) -> list[str]:
    """The cells of one line, read by itself: an unclosed quotation mark would otherwise swallow all later lines."""
    try:
        return next(csv.reader([line], strict=True), [])
    except csv.Error:
        return line.replace('"', "").split(",")


def _sheet_rows(data: bytes, limits: Limits) -> Iterator[list[str]]:
    """The rows of all sheets, one after the other. A cell that nobody has calculated holds its formula."""
    document.check_unpacked(data)
    from python_calamine import CalamineWorkbook, PasswordError

    if not data.startswith(b"PK") and "EncryptedPackage".encode("utf-16-le") in data:
        raise Refused("locked")
    try:
        opened = CalamineWorkbook.from_object(io.BytesIO(data))
    except PasswordError as error:
        raise Refused("locked") from error
    with opened as book:
        parts = _parts(data) if data.startswith(b"PK") else []
        for place in _places(book, alone=limits.as_written):
            sheet = book.get_sheet_by_index(place)
            if sheet.total_height > limits.rows:
                raise Refused("too_big")
            unseen = _unseen(parts[place]) if place < len(parts) else {}
            for at, values in enumerate(sheet.to_python(skip_empty_area=False)):
                row = [_cell(value) for value in values[:MOST_CELLS]]
                for column, shown in unseen.get(at, ()):
                    row += [""] * (column + 1 - len(row))
                    row[column] = row[column] or shown
                yield row


def _places(book: Any, *, alone: bool) -> list[int]:
    """The sheets of a book that are read; `alone`: the one that holds something. What is hidden is no list then."""
    from python_calamine import SheetVisibleEnum

    places = range(len(book.sheet_names))
    if not alone:
        return list(places)
    shown = [n for n in places if book.sheets_metadata[n].visible == SheetVisibleEnum.Visible]
    filled = [n for n in shown if book.get_sheet_by_index(n).height]
    if len(filled) > 1:
        raise Refused("several")
    return filled


def _cell(value: object) -> str:
    """A cell as text. Excel stores a phone number typed without a sign as a number: 13800138000.0."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


# --- what the reader gives as empty: formulas without a result, and errors ---


def _parts(data: bytes) -> list[bytes]:
    """The sheets' parts, in the order of the book; none where they are not found as Excel names them."""
    import zipfile

    with zipfile.ZipFile(io.BytesIO(data)) as book:
        try:
            targets = {
                given["Id"]: given["Target"].lstrip("/").removeprefix("xl/")
                for given in _elements(book.read("xl/_rels/workbook.xml.rels"), "Relationship")
            }
            ids = [
                next(value for name, value in given.items() if name.endswith(":id"))
                for given in _elements(book.read("xl/workbook.xml"), "sheet")
            ]
            return [book.read(f"xl/{targets[one]}") for one in ids]
        except (KeyError, StopIteration, expat.ExpatError):
            return []


def _elements(part: bytes, wanted: str) -> list[Mapping[str, str]]:
    found: list[Mapping[str, str]] = []

    def start(name: str, given: dict[str, str]) -> None:
        if name.rpartition(":")[2] == wanted:
            found.append(given)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.Parse(part, True)
    return found


def _unseen(part: bytes) -> dict[int, list[tuple[int, str]]]:
    """By row, from 0: column and text of the cells that hold an error, or a formula without a result."""
    if not any(mark in part for mark in (b"<f", b":f>", b":f ", b't="e"')):
        return {}
    reader = _CellReader()
    try:
        reader.parser.Parse(part, True)
    except expat.ExpatError:
        return {}
    return reader.found


class _CellReader:
    """Reads the cells of a sheet's part, which say where they stand (`B12`), their kind, formula and value."""

    def __init__(self) -> None:
        self.found: dict[int, list[tuple[int, str]]] = {}
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self._cell: dict[str, Any] = {}
        self._held = {"f": "", "v": ""}
        self._inside = ""

    def _start(self, name: str, given: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "c":
            self._cell, self._held = given, {"f": "", "v": ""}
        self._inside = local

    def _text(self, text: str) -> None:
        if self._inside in self._held:
            self._held[self._inside] += text

    def _end(self, name: str) -> None:
        self._inside = ""
        if name.rpartition(":")[2] != "c":
            return
        formula, value = self._held["f"], self._held["v"]
        shown = value if self._cell.get("t") == "e" else f"={formula}" if formula and not value else ""
        letters = self._cell.get("r", "").rstrip("0123456789")
        row, column = self._cell.get("r", "")[len(letters) :], 0
        for letter in letters:
            column = column * 26 + ord(letter) - ord("A") + 1
        if shown and row.isdigit() and 0 < column <= MOST_CELLS:
            self.found.setdefault(int(row) - 1, []).append((column - 1, shown))
