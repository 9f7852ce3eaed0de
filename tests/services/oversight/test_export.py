"""What leaves in a list: the columns that are named, inert, and nothing of anybody."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import inspections, oversight
from services.cases import CATEGORIES
from services.oversight import SheetWords
from services.people import Contact
from templates import load_texts

FORMULA = '=HYPERLINK("http://evil","点我")'


@pytest.fixture
async def filed(program: Program, citizen: FakePerson) -> Program:
    """One complaint whose words are a formula, with HTML and a right-to-left mark."""
    for said in ("/complaint", "市国土局·办证窗口", "态度不好", f"{FORMULA}<b>粗</b>", "+86 工号", "昨天", "跳过"):
        await citizen.says(said)
    for said in ("留姓名和电话", "王小明", "13800138000", "提交"):
        await citizen.says(said)
    return program


def written(program: Program, what: str, form: str, language: str = "zh") -> bytes:
    out, zone = io.BytesIO(), program.settings.zone
    words = SheetWords(program.texts[language], zone, what)

    def write(tx: Any) -> int:
        found = oversight.export_rows(tx, program.vault, what)
        return oversight.write_table(out, form, oversight.COLUMNS[what], found, words)

    program.database.look(write)
    return out.getvalue()


async def test_jsonl_has_a_line_a_case(filed: Program) -> None:
    [line] = written(filed, "complaints", "jsonl").splitlines()
    row = json.loads(line)
    assert row["unit"] == "市国土局"
    assert row["part"] == "办证窗口"
    assert row["happened_day"] == "2026-11-20"
    assert row["what"].startswith(FORMULA)
    assert tuple(row) == oversight.COLUMNS["complaints"]
    assert (row["category"], row["state"], row["named"]) == ("rude", "received", True)
    assert row["received_day"] == "2026-11-21"


async def test_csv_opens_in_excel_and_runs_nothing(filed: Program) -> None:
    data = written(filed, "complaints", "csv")
    assert data.startswith("\ufeff".encode())
    [row] = csv.DictReader(io.StringIO(data.decode("utf-8-sig")))
    assert row["经过"].startswith("'=HYPERLINK")
    assert row["人员"] == "'+86 工号"


async def test_xlsx_holds_texts_and_no_formula(filed: Program) -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(written(filed, "complaints", "xlsx"))).active
    assert sheet is not None
    assert [cell.value for cell in sheet[1]][:4] == ["编号", "类型", "渠道", "单位"]
    assert sheet.max_column == len(oversight.COLUMNS["complaints"])
    [what] = [cell for cell in sheet[2] if str(cell.value).startswith("=HYPERLINK")]
    assert what.data_type == "s"


@pytest.mark.parametrize("form", ["csv", "xlsx"])
async def test_spreadsheets_speak_the_language_and_the_time_of_the_office(filed: Program, form: str) -> None:
    [row] = table(filed, "complaints", form)
    told = {name: row[name] for name in ("类型", "类别", "留名", "状态", "收到日期", "决定日期", "发生时间")}
    assert told == {
        "类型": "投诉",
        "类别": "态度不好",
        "留名": "是",
        "状态": "已收到，等待受理",
        "收到日期": "2026-11-21",
        "决定日期": "",
        "发生时间": "2026-11-20",
    }
    [row] = table(filed, "complaints", form, "en")
    assert (row["Kind"], row["Category"], row["Named"]) == ("complaint", "Rude", "Yes")
    row = table(filed, "deliveries", form)[-1]
    assert (row["等级"], row["状态"], row["生成"]) == ("回复", "等待发送", "2026-11-21 15:00")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_what_a_supervisor_saw_stands_in_words(program: Program, form: str) -> None:
    late = datetime(2026, 11, 21, 17, 30, tzinfo=UTC).astimezone(program.settings.zone)  # past midnight at the office
    found = {
        "order": {"ticked": ["messy", "unattended"], "remark": "灯坏了"},
        "games": {"ticked": [], "remark": None},
        "service": {"ticked": ["good"], "remark": None},
    }
    for n, seen in enumerate((found, {})):
        visit = inspections.Visit("gtj", "patrol", seen)
        mine = Contact("nobody", "fake", "zh")
        program.acts.at(late + timedelta(days=n)).transact(inspections.file_visit, mine, visit)
    first, second = table(program, "visits", form)
    assert first["发现"] == "秩序：环境脏乱、窗口无人、灯坏了；服务：热情周到（亮点）"
    assert second["发现"] == "没发现问题"
    assert (first["方式"], first["状态"], first["收到日期"]) == ("作风巡查", "已收到", "2026-11-22")
    line, _ = written(program, "visits", "jsonl").splitlines()
    assert json.loads(line)["findings"] == found
    assert json.loads(line)["received_day"] == "2026-11-22"


def table(program: Program, what: str, form: str, language: str = "zh") -> list[dict[str, str]]:
    """The rows as somebody reads them."""
    data = written(program, what, form, language)
    if form == "csv":
        return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    head, *lines = [[shown(cell) for cell in row] for row in sheet.iter_rows()]
    return [dict(zip(head, line, strict=True)) for line in lines]


def shown(cell: Any) -> str:
    """A cell as a spreadsheet shows it."""
    if isinstance(cell.value, datetime):
        return f"{cell.value:%Y-%m-%d %H:%M}" if "h" in cell.number_format else f"{cell.value:%Y-%m-%d}"
    return str(cell.value or "")


def test_every_code_of_a_list_has_its_word() -> None:
    for language, texts in load_texts(lambda: datetime.now(UTC)).items():
        for what, codes in {
            "complaints": {
                "kind": ("complaint", "question"),
                "source": ("web", "telegram"),
                "category": CATEGORIES,
                "state": ("received", "accepted", "declined", "answered"),
            },
            "visits": {"method": ("patrol", "shadow", "simulate"), "state": ("received", "noted")},
            "deliveries": {
                "channel": ("web", "telegram"),
                "urgency": ("reply", "reminder", "broadcast"),
                "state": ("queued", "sending", "sent", "delivered", "failed", "superseded"),
            },
        }.items():
            words = SheetWords(texts, UTC, what)
            assert [code for column, all_ in codes.items() for code in all_ if not words.word(column, code)] == [], (
                language
            )


@pytest.mark.parametrize("form", oversight.FORMS)
@pytest.mark.parametrize("what", oversight.WHAT)
async def test_no_name_phone_or_account_leaves(filed: Program, what: str, form: str) -> None:
    data = written(filed, what, form)
    for secret in ("王小明", "13800138000", "citizen-1"):
        assert secret.encode() not in data


@pytest.mark.parametrize("form", oversight.FORMS)
def test_an_empty_list_is_a_list(program: Program, form: str) -> None:
    assert "http" not in written(program, "visits", form).decode("utf-8", "replace") or form == "xlsx"


async def test_a_visit_says_the_day_and_not_the_hour(program: Program, person: Callable[..., FakePerson]) -> None:
    assert "received_day" in oversight.COLUMNS["visits"]
    assert not {"received", "began", "place", "person"} & set(oversight.COLUMNS["visits"])
