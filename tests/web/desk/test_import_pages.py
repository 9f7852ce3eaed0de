"""Importing a sheet at the desk: nothing by halves, nothing twice, and what was shown is what is entered."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from aiohttp import FormData

from bot.build import Program
from channels.fake import FakePerson
from models.tables import metadata
from services import cases
from services.cases import Course, Stopped
from services.people import Grant, Role
from tests.conftest import Clock, events, rows
from tests.drivers.auditing import is_whole
from tests.drivers.waiting import PATIENCE_SECONDS
from tests.services.cases.test_sheet import HEADS, book, changed
from tests.web.conftest import CSRF, Browser, link, member

PAGE = "/console/cases/import"
SECRET = "欧阳修竹"


def hotline(many: int, **cells: object) -> list[Sequence[object]]:
    return [HEADS, *(changed(工单编号=f"RX-{n}", 诉求内容=f"第{n}件，窗口没有人", **cells) for n in range(many))]


async def uploads(clerk: Browser, data: bytes, **given: str) -> str:
    """The sheet as it is shown after it was checked; returns its address."""
    found = CSRF.search(await clerk.opens(PAGE))
    assert found
    sent = FormData({"csrf": found[1], **given})
    sent.add_field("list", data, filename="热线台账.xlsx")
    await clerk._take(await clerk.client.post(PAGE, data=sent))
    return clerk.path


async def enters(clerk: Browser, sheet: str) -> str:
    """Confirms and waits until the sheet is entered."""
    await clerk.opens(sheet)
    await clerk.sends(f"{sheet}/enter")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (await (await clerk.client.get(f"{sheet}/progress")).json())["over"]:
            await asyncio.sleep(0.02)
    return await clerk.opens(sheet)


async def test_a_sheet_is_shown_then_entered_and_each_row_is_a_case_like_any_other(
    program: Program, clerk: Browser, clerk_id: str, citizen: FakePerson
) -> None:
    assert PAGE in await clerk.opens("/console")
    sheet = await uploads(clerk, book(hotline(30, 姓名=SECRET)))
    assert "可以登记 30 件" in clerk.page
    assert rows(program, "cases") == []
    page = await enters(clerk, sheet)
    assert "已登记 30 件" in page
    found = rows(program, "cases")
    assert {(one["source"], one["kind"], one["unit_id"], one["state"]) for one in found} == {
        ("hotline", "complaint", "gtj", "received")
    }
    assert len({one["number"] for one in found}) == len(rows(program, "obligations")) == 30
    told = [one for one in events(program) if one["action"] == "case_keyed_in"]
    assert {one["subject"] for one in told} == {one["id"] for one in found}
    assert {one["actor"] for one in told} == {clerk_id}
    assert is_whole(program)

    await clerk._take(await clerk.client.post(f"{sheet}/codes", data={"csrf": CSRF.findall(page)[0]}))
    assert clerk.answer is not None
    codes = openpyxl.load_workbook(io.BytesIO(await clerk.answer.read())).worksheets[0]
    first = [cell.value for cell in next(codes.iter_rows(min_row=2))]
    assert first[:2] == [2, "RX-0"]
    said = await citizen.says(str(first[3]))  # whoever has the code follows the case
    assert any(str(first[2]) in one.text for one in said)


async def test_one_bad_cell_keeps_out_all_of_it(program: Program, clerk: Browser) -> None:
    bad = changed(工单编号="RX-99", 反映单位="国土", 联系电话="12345")
    await uploads(clerk, book([*hotline(3), bad]))
    assert clerk.status == 422
    assert "1 行要改，一共 2 处，什么也没有登记" in clerk.page
    assert re.search(r"是不是：[^<]*市国土局", clerk.page)
    assert "手机号应是 11 位数字" in clerk.page
    assert "可以登记" not in clerk.page
    assert rows(program, "cases") == rows(program, "intakes") == rows(program, "imports") == []


async def test_what_was_entered_before_is_recognised_row_by_row(program: Program, clerk: Browser) -> None:
    await enters(clerk, await uploads(clerk, book(hotline(3))))
    [known] = [one for one in rows(program, "cases") if one["what"] == "第1件，窗口没有人"]
    sheet = await uploads(clerk, book(hotline(5)))
    assert "可以登记 2 件" in clerk.page
    assert re.search(rf"第 3 行，已是\s*<a[^>]*/console/report/{known['id']}\">{known['number']}<", clerk.page)
    page = await enters(clerk, sheet)
    assert "已登记 2 件" in page
    assert "3 行以前登记过，跳过了" in page
    await uploads(clerk, book(hotline(5)))
    assert "都登记过了，没有新的" in clerk.page
    assert f"{PAGE}/" in clerk.path
    assert "/enter" not in clerk.page
    assert len(rows(program, "cases")) == 5


async def test_the_same_sheet_sent_twice_at_once_is_entered_once(program: Program, clerk_id: str) -> None:
    """Two processes, two previews of the same rows in another order, both confirmed at the same moment."""
    acts, given = program.acts.by(clerk_id), hotline(40)
    kept = []
    for lines in (given, [given[0], *reversed(given[1:])]):
        words = cases.vocabulary(program.texts.values())
        checked = cases.check([[str(cell) for cell in line] for line in lines], words, program.units, acts.clock())
        kept.append(await acts.write(cases.keep_sheet, checked, "x"))
    made = await asyncio.gather(*(acts.write(cases.enter_sheet, one, Course()) for one in (*kept, kept[0])))
    assert len(rows(program, "cases")) == len(rows(program, "intakes")) == 40
    assert sorted(len(one.new) for one in made) in ([0, 40, 40], [0, 0, 40])  # the third tells what came of the first
    assert is_whole(program)


async def test_what_is_stopped_or_breaks_off_leaves_nothing_and_can_be_entered_later(
    program: Program, clerk: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = await uploads(clerk, book(hotline(20)))

    def stops(act: Any, rows: Any, course: Course) -> Any:
        course.stopped = True  # as the button of the page does, while the first rows are written
        return entering(act, rows, course)

    entering = cases.importing.enter_rows
    monkeypatch.setattr(cases.importing, "enter_rows", stops)
    assert "已经停止，什么也没有登记" in await enters(clerk, sheet)

    def breaks(act: Any, rows: Any, course: Course) -> Any:
        entering(act, rows, course)
        raise RuntimeError("after the last row")

    monkeypatch.setattr(cases.importing, "enter_rows", breaks)
    assert "没有登记成功" in await enters(clerk, sheet)
    written = [rows(program, name) for name in ("cases", "intakes", "obligations", "reminders", "vault", "owners")]
    assert written == [[]] * 6
    monkeypatch.setattr(cases.importing, "enter_rows", entering)
    assert "已登记 20 件" in await enters(clerk, sheet)


async def test_it_can_be_stopped_between_any_two_rows(program: Program, clerk_id: str) -> None:
    checked = cases.check(
        [[str(cell) for cell in line] for line in hotline(5)],
        cases.vocabulary(program.texts.values()),
        program.units,
        program.acts.clock(),
    )

    class Third(Course):
        def __setattr__(self, name: str, value: Any) -> None:
            super().__setattr__(name, value)
            if name == "done" and value == 3:
                self.stopped = True

    with pytest.raises(Stopped):
        await program.acts.by(clerk_id).write(lambda act: cases.enter_rows(act, checked.rows, Third()))
    assert rows(program, "cases") == rows(program, "intakes") == []


async def test_who_complained_lies_in_the_vault_alone_also_while_a_sheet_waits(
    program: Program, clerk: Browser, clock: Clock
) -> None:
    sheet = await uploads(clerk, book(hotline(3, 姓名=SECRET, 联系电话="13800138777")))
    assert "第1件，窗口没有人" not in repr(rows(program, "imports"))
    for _ in range(2):
        written = {name: repr(rows(program, name)) for name in metadata.tables}
        assert [name for name, said in written.items() if SECRET in said or "13800138777" in said] == []
        await enters(clerk, sheet)
    clock.passes(days=4)
    await program.acts.write(cases.forget_sheets)
    assert rows(program, "imports") == []
    assert len(rows(program, "cases")) == 3


async def test_nobody_opens_the_sheet_of_another(program: Program, clerk: Browser, browser: Any) -> None:
    sheet = await uploads(clerk, book(hotline(2, 姓名=SECRET)))
    other = await browser()
    await other.sends("/in", code=link(program, member(program, "孙二", Grant(Role.CLERK, None))))
    for act in ("enter", "stop", "codes"):
        await other.opens(PAGE)
        await other.sends(f"{sheet}/{act}")
        assert other.status == 404
    await other.opens(sheet)
    assert other.status == 404
    assert rows(program, "cases") == []


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.AUDITOR, Role.LEADING_GROUP, Role.ADMINISTRATOR])
async def test_who_decides_nothing_imports_nothing(program: Program, browser: Any, role: Role) -> None:
    someone = await browser()
    await someone.sends("/in", code=link(program, member(program, "赵二", Grant(role, None))))
    assert PAGE not in await someone.opens("/console")
    for path in (PAGE, f"{PAGE}/blank.xlsx"):
        await someone.opens(path)
        assert someone.status == 403


async def test_no_file_and_no_sheet_are_told_beside_the_field(clerk: Browser) -> None:
    await clerk.opens(PAGE)
    await clerk.sends(PAGE, source="hotline")
    assert clerk.status in (400, 422)
    await uploads(clerk, b"PK broken", source="hotline")
    assert clerk.status == 422
    assert 'href="#list"' in clerk.page
    assert "这个文件打不开" in clerk.page
    assert '<option value="hotline" selected>' in clerk.page
