"""What leaves in a list: the columns that are named, inert, and nothing of anybody."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable

import openpyxl
import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import export

FORMULA = '=HYPERLINK("http://evil","点我")'


@pytest.fixture
async def filed(program: Program, citizen: FakePerson) -> Program:
    """One complaint whose words are a formula, with HTML and a right-to-left mark."""
    for said in ("/complaint", "市国土局·办证窗口", "态度不好", f"{FORMULA}<b>粗</b>", "+86 工号", "昨天", "跳过"):
        await citizen.says(said)
    for said in ("留姓名和电话", "王小明", "13800138000", "提交"):
        await citizen.says(said)
    return program


def written(program: Program, what: str, form: str) -> bytes:
    out = io.BytesIO()

    def write(tx: object) -> int:
        return export.write(out, form, what, export.rows(tx, what), lambda column: column)  # pyright: ignore[reportArgumentType]

    program.database.look(write)
    return out.getvalue()


async def test_jsonl_has_a_line_a_case(filed: Program) -> None:
    [line] = written(filed, "complaints", "jsonl").splitlines()
    row = json.loads(line)
    assert row["unit"] == "市国土局"
    assert row["part"] == "办证窗口"
    assert row["happened_day"] == "2026-11-20"
    assert row["what"].startswith(FORMULA)
    assert tuple(row) == export.COLUMNS["complaints"]


async def test_csv_opens_in_excel_and_runs_nothing(filed: Program) -> None:
    data = written(filed, "complaints", "csv")
    assert data.startswith("\ufeff".encode())
    [row] = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    assert row["what"].startswith("'=HYPERLINK")
    assert row["staff"] == "'+86 工号"


async def test_xlsx_holds_texts_and_no_formula(filed: Program) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written(filed, "complaints", "xlsx"))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]] == list(export.COLUMNS["complaints"])
    [what] = [cell for cell in sheet[2] if str(cell.value).startswith("=HYPERLINK")]
    assert what.data_type == "s"


@pytest.mark.parametrize("form", export.FORMS)
@pytest.mark.parametrize("what", export.WHAT)
async def test_no_name_phone_or_account_leaves(filed: Program, what: str, form: str) -> None:
    data = written(filed, what, form)
    for secret in ("王小明", "13800138000", "citizen-1"):
        assert secret.encode() not in data


@pytest.mark.parametrize("form", export.FORMS)
def test_an_empty_list_is_a_list(program: Program, form: str) -> None:
    assert "http" not in written(program, "visits", form).decode("utf-8", "replace") or form == "xlsx"


async def test_a_visit_says_the_day_and_not_the_hour(program: Program, person: Callable[..., FakePerson]) -> None:
    assert "received_day" in export.COLUMNS["visits"]
    assert not {"received", "began", "place", "person"} & set(export.COLUMNS["visits"])
