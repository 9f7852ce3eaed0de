"""A CSV shows in every spreadsheet what stands in it: digits stay digits, nothing becomes a day, nothing runs."""

from __future__ import annotations

import csv
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from services.oversight import write_table
from services.oversight.cells import Cell, csv_cell

DIGITS = (
    *("00172", "362101199001011234", "12E5", "1e5", "3-12", "1/2", "+8613800138000", "8613800138000", "0797-1234567"),
    *("3.10", "1,000", "25", "50%", "¥12", "(12)", "12:30", "2026/1/2", "2026-01-02", "3月12日", "2026年11月20日"),
    *("11月", "12点", "3元", "００１７２", "３／１２", "Mar-3", "3Mar", "12AM", "$5", "TRUE", "false", "真"),
    *("20261121-42", "1.5.2026", "1_000"),
)
SPACED = ("1 / 2", "3 Mar", "12 AM", "上午 9:00", " 00172", "138 0013 8000", "March 3, 2026", "　00172", "１２：３０ ")
FORMULAS = (
    "=1+1",
    "＝1+1",
    "＋没人",
    "－没人",
    "＠没人",
    "﹦没人",
    "+1",
    "-1",
    "@SUM(1)",
    "\t=1",
    " =1",
    "|cmd",
    '=HYPERLINK("x")',
    "#N/A",
    "%0A",
    "-没人",
)
PLAIN = (
    "三号窗口",
    "138****0172",
    "等了3小时没人",
    "20261121-0042",
    "N20261121-0003-2",
    "D20261121-0003",
    "A12号窗口",
    "version 2",
    "",
)


@pytest.mark.parametrize("text", [*DIGITS, *SPACED, *FORMULAS])
def test_what_a_spreadsheet_would_change_is_marked_as_text_and_stays_whole(text: str) -> None:
    assert csv_cell(text) == "'" + text


@pytest.mark.parametrize("text", PLAIN)
def test_every_other_text_stays_as_it_is(text: str) -> None:
    assert csv_cell(text) == text


def test_days_and_moments_are_read_as_such_and_numbers_count() -> None:
    assert csv_cell(datetime(2026, 11, 21, 15, 0, tzinfo=UTC)) == "2026-11-21 15:00"
    assert csv_cell(date(2026, 11, 20)) == "2026-11-20"
    assert (csv_cell(3), csv_cell(None)) == (3, None)


class Words:
    def heading(self, column: str) -> str:
        return column

    def cell(self, column: str, value: Cell) -> Cell:
        return value


def opened_in_libreoffice(file: Path) -> list[list[tuple[object, str]]]:
    """The cells of the first sheet: value and kind ("s" is text, "f" a formula), as LibreOffice takes the file."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-calc-nogui")
    profile, out = file.parent / "profile", file.parent / "out"
    utf8 = "Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false"  # all that it recognises is recognised
    command = [soffice, f"-env:UserInstallation=file://{profile}", "--headless", f"--infilter={utf8}"]
    subprocess.run(
        [*command, "--convert-to", "xlsx", "--outdir", out, file], check=True, capture_output=True, timeout=120
    )
    sheet = openpyxl.load_workbook(out / f"{file.stem}.xlsx").active
    assert sheet is not None
    return [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()]


def test_libreoffice_shows_every_text_whole_and_takes_days_for_days(tmp_path: Path) -> None:
    texts = [text for text in (*DIGITS, *SPACED, *FORMULAS, *PLAIN) if text]
    table, bare = tmp_path / "table.csv", tmp_path / "bare.csv"
    rows = [{"text": text, "day": date(2026, 11, 20), "many": 3} for text in texts]
    with table.open("wb") as out:
        assert write_table(out, "csv", ("text", "day", "many"), rows, Words()) == len(texts)
    _, *shown = opened_in_libreoffice(table)
    assert [cells[0] for cells in shown] == [(csv_cell(text), "s") for text in texts]
    assert {cells[1:] for cells in map(tuple, shown)} == {((datetime(2026, 11, 20), "d"), (3, "n"))}
    with bare.open("w", encoding="utf-8-sig", newline="") as plain:  # what it makes of them without the apostrophe
        csv.writer(plain).writerows([text] for text in ("00172", "362101199001011234", "12E5", "=1+1"))
    assert [kind for [(_, kind)] in opened_in_libreoffice(bare)] == ["n", "n", "n", "f"]
