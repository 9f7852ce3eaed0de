"""Whatever somebody uploads as a list is read elsewhere, within limits: this process only gets its rows."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from media import sheets, supervisor
from services.foundation.refusal import Refusal
from services.foundation.tables import LARGEST_LIST, LIMITS, Tables


def sheet(*lines: list[object]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for cells in lines:
        book.worksheets[0].append(cells)
    book.save(out)
    return out.getvalue()


def with_cells(cells: bytes) -> bytes:
    """A sheet whose part is written by hand."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(sheet(["x"]))) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                begins, ends = part.index(b"<sheetData>"), part.index(b"</sheetData>")
                part = part[:begins] + b"<sheetData>" + cells + part[ends:]
            new.writestr(name, part)
    return out.getvalue()


def cell(place: str) -> bytes:
    row = place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    return f'<row r="{row}"><c r="{place}"><v>1</v></c></row>'.encode()


async def test_rows_come_from_a_process_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def here(*_: object) -> None:
        raise AssertionError("read in this process")

    monkeypatch.setattr(sheets, "rows", here)
    assert await Tables().rows(sheet(["张三", 13800138000], [], [True, 1.5])) == [
        ["张三", "13800138000"],
        ["", ""],
        ["True", "1.5"],
    ]
    assert await Tables().rows("张三，138\n\n".encode("gb18030")) == [["张三", "138"], []]


WORDS = b"".join(b'<row><c t="inlineStr"><is><t>' + b"x" * 2_000 + b"</t></is></c></row>" for _ in range(10_000))


@pytest.mark.parametrize(
    "data",
    [
        b"1" * (LARGEST_LIST + 1),
        b"1\n" * (LIMITS.rows + 1),
        with_cells(cell("A1048576")),
        with_cells(cell("A1") + cell("XFD199000")),
        with_cells(WORDS),
    ],
    ids=["bytes", "lines", "rows", "corners", "words"],
)
async def test_what_is_too_big_is_told(data: bytes) -> None:
    with pytest.raises(Refusal) as told:
        await Tables().rows(data)
    assert (told.value.code, told.value.field) == ("list_too_big", "list")


@pytest.mark.parametrize("data", [b"PK\x03\x04 broken", b"\x00\x01\xff", b"\xff\xfe\x00\xd8\x00"])
async def test_what_is_no_list_is_told(data: bytes) -> None:
    with pytest.raises(Refusal) as told:
        await Tables().rows(data)
    assert told.value.code == "list_unreadable"


async def test_a_list_that_no_process_could_be_started_for_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervisor, "COMMAND", ("/nowhere",))
    with pytest.raises(Refusal) as told:
        await Tables().rows(b"13800138000")
    assert told.value.code == "list_unreadable"
