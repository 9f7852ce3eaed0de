"""A sheet of cases, as offices keep them: what is understood, and what is said of everything that is not."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from bot.build import Program
from services import cases
from services.cases import Checked
from services.foundation.refusal import Refusal
from services.foundation.tables import Tables
from tests.conftest import copied

HEADS = ("来源", "工单编号", "收到日期", "种类", "反映单位", "类别", "诉求内容", "姓名", "联系电话")
ROW = ("热线", "RX-1", "2026-11-18", "投诉", "市国土局", "办事拖拉", "窗口没有人，等了三个小时", "王大", "13800138000")
LOCKED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)


def book(*sheets: Sequence[Sequence[object]]) -> bytes:
    made, out = openpyxl.Workbook(), io.BytesIO()
    made.remove(made.worksheets[0])
    for lines in sheets:
        sheet: Worksheet = made.create_sheet()
        for cells in lines:
            sheet.append(list(cells))
    made.save(out)
    return out.getvalue()


def csv(*lines: Sequence[str], encoding: str = "gb18030", separator: str = ",") -> bytes:
    quoted = (separator.join('"' + cell.replace('"', '""') + '"' for cell in cells) for cells in lines)
    return "\r\n".join(quoted).encode(encoding)


def changed(**cells: object) -> list[object]:
    """The row with other cells, by heading."""
    return [cells.get(head, cell) for head, cell in zip(HEADS, ROW, strict=True)]


async def checks(program: Program, data: bytes, **given: str) -> Checked:
    rows = await Tables().rows(data, cases.LIMITS)
    return cases.check(rows, cases.vocabulary(program.texts.values()), program.units, program.acts.clock(), given)


async def wrong(program: Program, *lines: Sequence[object]) -> list[tuple[int, str, str]]:
    checked = await checks(program, book([HEADS, *lines]))
    assert not checked.fits
    return [(one.row, one.column, one.code) for one in checked.wrong]


@pytest.fixture
def database_url(_sqlite_city: Path, tmp_path: Path) -> str:
    """Nothing here asks the database."""
    return copied(_sqlite_city, tmp_path)


async def test_a_sheet_as_offices_keep_it(program: Program) -> None:
    title = ["2026年11月政务热线台账", "", "制表：效能办"]
    lines = [
        title,
        ["序号", "", "", "", "", "", "", "反映人", "", "备注"],
        ["", "工单编号（必填）", "来电时间", "诉求类型", "被投诉部门", "科室", "反映的问题", "姓名", "联系方式", ""],
        [
            1,
            20261118001,
            datetime(2026, 11, 18, 9, 30),
            "投诉",
            "國土局",
            "办证窗口",
            "等了三小时\n没有人",
            "王大",
            13800138000,
        ],
        [],
        [2, "RX-2", "2026年11月2日（星期一）", "建议", "不清楚", "", "希望中午有人值班", "", "0797-8391234"],
        [3, "RX-3", 46344, "咨询", "市工商局", "", "怎样办执照？", "", ""],
    ]
    checked = await checks(program, book(lines), source="hotline", category="slow")
    assert checked.wrong == []
    assert [(one.row, one.keyed.number) for one in checked.rows] == [(4, "20261118001"), (6, "RX-2"), (7, "RX-3")]
    first, second, third = (one.keyed for one in checked.rows)
    assert (first.source, first.kind, first.category) == ("hotline", "complaint", "slow")
    assert program.units.name(first.unit_id) == "市国土局·办证窗口"
    assert (first.what, first.arrived_on, first.phone) == ("等了三小时\n没有人", date(2026, 11, 18), "13800138000")
    assert (second.kind, second.category, second.unit_id) == ("opinion", None, None)
    assert (second.arrived_on, third.arrived_on) == (date(2026, 11, 2), date(2026, 11, 18))
    assert checked.left_out == ["序号", "备注"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
async def test_a_csv_keeps_its_stories_as_they_were_written(program: Program, encoding: str, separator: str) -> None:
    story = '先去国土局，再去工商局；都说“不归我们管”。\n第二天, 又去"一次"、还是没人'
    data = csv(HEADS, changed(诉求内容=story, 工单编号='="0797"'), encoding=encoding, separator=separator)
    [row] = (await checks(program, data)).rows
    assert (row.keyed.what, row.keyed.number) == (story, "0797")


async def test_an_english_sheet_and_our_own_blank_one(program: Program) -> None:
    heads = ("Source", "Case number", "Date received", "Type", "Department", "Category", "Description")
    row = ("hotline", "7", "3 Nov 2026", "Complaint", "市国土局", "Too slow", "Nobody was at the counter")
    [read] = (await checks(program, book([heads, row]))).rows
    assert (read.keyed.source, read.keyed.arrived_on, read.keyed.category) == ("hotline", date(2026, 11, 3), "slow")
    for texts in program.texts.values():
        out = io.BytesIO()
        cases.write_blank(out, texts, program.units)
        made = openpyxl.load_workbook(out)
        sheet = made.worksheets[0]
        assert [made.sheetnames.index(one.title) for one in made.worksheets if one.sheet_state == "visible"] == [0]
        sheet.append(
            [cases.label(texts, "source", "petition"), "9", "2026-11-02", cases.label(texts, "kind", "opinion")]
        )
        sheet["I2"] = "希望中午有人值班"
        filled = io.BytesIO()
        made.save(filled)
        [read] = (await checks(program, filled.getvalue())).rows
        assert (read.keyed.source, read.keyed.kind, read.keyed.number) == ("petition", "opinion", "9")


async def test_each_bad_cell_is_named_by_row_and_column(program: Program) -> None:
    bad = changed(
        来源="天上",
        收到日期="2099-01-01",
        种类="诗",
        反映单位="国土",
        类别="慢慢来",
        诉求内容="x",
        姓名="长" * 51,
        联系电话="12345",
    )
    assert await wrong(program, ROW, bad) == [
        (3, "A", "source_wanted"),
        (3, "C", "day_ahead"),
        (3, "D", "kind_wanted"),
        (3, "E", "unit_unknown"),
        (3, "F", "category_wanted"),
        (3, "G", "text_wanted"),
        (3, "H", "name_too_long"),
        (3, "I", "phone_wrong"),
    ]
    assert await wrong(program, changed(类别="慢慢来")) == [(2, "F", "category_wanted")]
    assert await wrong(program, changed(收到日期="3/11/2026")) == [(2, "C", "day_wrong")]
    assert await wrong(program, changed(收到日期="11月3日")) == [(2, "C", "day_wrong")]
    assert await wrong(program, changed(诉求内容="很" * 10_001)) == [(2, "G", "text_too_long")]
    assert await wrong(program, changed(诉求内容='=HYPERLINK("http://x")')) == [(2, "G", "formula")]
    assert await wrong(program, changed(联系电话="1.38E+10")) == [(2, "I", "rounded")]
    assert await wrong(program, changed(工单编号="9" * 41)) == [(2, "B", "number_too_long")]
    [one] = (await checks(program, csv(HEADS, changed(反映单位="市国土局办正窗口")))).wrong
    assert "市国土局·办证窗口" in one.near
    [one] = (await checks(program, csv(HEADS[1:], ROW[1:]))).wrong
    assert (one.field, one.column, one.code) == ("source", "", "source_wanted")


async def test_a_story_of_ten_thousand_characters_is_taken(program: Program) -> None:
    [row] = (await checks(program, book([HEADS, changed(诉求内容="很" * 10_000)]))).rows
    assert len(row.keyed.what) == 10_000


async def test_rows_that_say_the_same_count_once_and_a_number_of_two_things_is_wrong(program: Program) -> None:
    checked = await checks(program, book([HEADS, ROW, ROW, changed(工单编号="RX-2")]))
    assert checked.fits
    assert checked.repeated == {3: 2}
    checked = await checks(program, book([HEADS, ROW, changed(工单编号="ｒｘ-1", 诉求内容="另一件事情")]))
    assert [(one.row, one.column, one.code, one.near) for one in checked.wrong] == [(3, "B", "number_twice", ("2",))]


async def test_only_so_many_are_told_one_by_one_and_all_are_counted(program: Program) -> None:
    checked = await checks(program, book([HEADS, *(changed(工单编号=f"R{n}", 来源="天上") for n in range(250))]))
    assert (len(checked.wrong), checked.more_wrong, checked.wrong_rows) == (200, 50, 250)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (LOCKED, "list_locked"),
        (LOCKED[:600], "list_unreadable"),
        (book([HEADS, ROW])[:-900], "list_unreadable"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "list_unreadable"),
        ('来源,内容\n热线,"没有写完'.encode(), "list_unreadable"),
        (book([HEADS, ROW], [["说明"]]), "list_several"),
        (book([["姓名", "爱好"], ["王大", "钓鱼"]]), "heads_wanted"),
        (b"", "heads_wanted"),
        ("来源,内容\nx,窗口没有人".encode("utf-16-le"), "list_unreadable"),
        (book([HEADS, [], ["", ""]]), "rows_wanted"),
        (csv(HEADS, *(("x",) * 2 for _ in range(20_001))), "list_too_big"),
    ],
    ids=["locked", "cut xls", "cut xlsx", "picture", "quote", "several", "other", "empty", "utf-16", "no rows", "rows"],
)
async def test_what_is_no_sheet_of_cases_is_told(program: Program, data: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        await checks(program, data)
    assert (refused.value.code, refused.value.field) == (code, "list")
