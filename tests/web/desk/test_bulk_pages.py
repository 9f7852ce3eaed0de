"""Several reports of the list at once: ticked, looked at once more, done one by one, and told what was not done."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

import pytest

from bot.build import Program
from services import desk
from services.people import Grant, Role
from tests.conftest import events, rows
from tests.drivers.desk_pages import checks, complains
from tests.web.conftest import Browser, link, member

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TICKS = re.compile(r'name="tick" value="([0-9a-f]{20}\.[a-z_]+\.\d+)"')


async def sends(clerk: Browser, path: str, ticks: list[str], **fields: str) -> str:
    """The form with these ticks, as a browser without script sends it."""
    csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', clerk.page)
    assert csrf
    data = [("csrf", csrf[1]), *(("tick", one) for one in ticks), *fields.items()]
    return await clerk._take(await clerk.client.post(path, data=data))


async def listed(clerk: Browser) -> list[str]:
    await clerk.opens("/console")
    return TICKS.findall(clerk.page)


def states(program: Program) -> list[object]:
    return sorted(str(row["state"]) for row in rows(program, "cases"))


async def test_ticked_complaints_are_accepted_after_a_second_look_and_one_that_changed_is_refused_alone(
    program: Program, clerk: Browser, clerk_id: str, person: Any
) -> None:
    citizens = [person(f"citizen-{n}") for n in range(3)]
    numbers = [await complains(one, f"第{n}件，窗口没有人，等了一个上午") for n, one in enumerate(citizens)]
    ticks = await listed(clerk)
    assert len(ticks) == 3
    page = await sends(clerk, "/console/bulk", ticks, act="accept")
    assert (clerk.status, "受理这 3 件来件吗" in page, all(one in page for one in numbers)) == (200, True, True)
    assert states(program) == ["received"] * 3, "nothing is done before the second look"
    assert TICKS.findall(page) == ticks
    [late] = [row["id"] for row in rows(program, "cases") if row["number"] == numbers[1]]
    colleague = program.acts.by(member(program, "孙二", Grant(Role.CLERK, None)))
    report = colleague.look(desk.look, str(late))
    assert report
    colleague.transact(desk.ask, str(late), report.seen, "请问是哪个窗口？")
    page = await sends(clerk, "/console/bulk/do", ticks, act="accept")
    assert "受理：2 件" in page
    assert "没有处理：1 件" in page
    refused = page.partition("没有处理的</h2>")[2]
    assert (numbers[1] in refused, numbers[0] in refused, "列表打开以后有变化" in refused) == (True, False, True)
    assert states(program) == ["accepted", "accepted", "received"]
    told = [any("已经受理" in one.text for one in citizen.heard()) for citizen in citizens]
    assert told == [True, False, True]
    again = await sends(clerk, "/console/bulk/do", ticks, act="accept")
    assert "受理：0 件" in again, "sent twice, it is done once"


async def test_ticked_reports_are_taken_given_and_marked_as_read(
    program: Program, clerk: Browser, clerk_id: str, person: Any
) -> None:
    for n in range(2):
        await complains(person(f"citizen-{n}"), f"第{n}件，窗口没有人，等了一个上午")
    await checks(program, person("supervisor-1"))
    other = member(program, "孙二", Grant(Role.CLERK, None))
    ticks = await listed(clerk)
    assert len(ticks) == 3
    page = await sends(clerk, "/console/bulk/do", ticks, act="take")
    assert "由您办理：2 件" in page
    assert "这一类来件不能这样处理" in page, "a spot check is nobody's"
    assert {row["assigned_to"] for row in rows(program, "cases")} == {clerk_id}
    ticks = await listed(clerk)
    page = await sends(clerk, "/console/bulk", ticks, act="give", person="")
    assert (clerk.status, "请从列表里选经办人" in page, TICKS.findall(page)) == (422, True, ticks)
    await sends(clerk, "/console/bulk/do", ticks[:2] + ticks[2:], act="give", person=other)
    assert {row["assigned_to"] for row in rows(program, "cases")} == {other}
    page = await sends(clerk, "/console/bulk/do", await listed(clerk), act="read")
    assert "标为已读：3 件" in page
    assert {row["read"] for table in ("cases", "visits") for row in rows(program, table)} <= {True}
    assert [row["action"] for row in events(program)].count("report_marked_read") == 3


@ON_SQLITE
async def test_the_ticked_ones_leave_as_a_file_and_nothing_that_was_not_ticked(
    program: Program, clerk: Browser, person: Any
) -> None:
    for n in range(3):
        await complains(person(f"citizen-{n}"), f"=第{n}件，窗口没有人")
    ticks = await listed(clerk)
    by_id = {str(row["id"]): row["number"] for row in rows(program, "cases")}
    await sends(clerk, "/console/bulk.csv", ticks[:2])
    assert clerk.answer
    left = list(csv.DictReader(io.StringIO((await clerk.answer.read()).decode("utf-8-sig"))))
    assert {row["编号"] for row in left} == {by_id[one[:20]] for one in ticks[:2]}
    assert all(row["经过"].startswith("'=") for row in left), "no formula"
    [told] = [row["detail"] for row in events(program) if row["action"] == "list_exported"]
    assert told == {"form": "csv", "filters": {"only": "2"}}
    await clerk.opens("/console")
    page = await sends(clerk, "/console/bulk", [], act="accept")
    assert (clerk.status, "没有勾选来件" in page) == (422, True)


@ON_SQLITE
async def test_a_reviewer_ticks_nothing_and_a_case_that_is_hidden_is_neither_told_nor_touched(
    program: Program, clerk: Browser, browser: Any, person: Any
) -> None:
    await complains(person("citizen-1"), "窗口没有人，等了一个上午")
    [tick] = await listed(clerk)
    reviewer: Browser = await browser()
    await reviewer.sends("/in", code=link(program, member(program, "周三", Grant(Role.REVIEWER, None))))
    assert TICKS.findall(await reviewer.opens("/console")) == []
    await clerk.opens(f"/console/report/{tick[:20]}")
    await clerk.sends(f"/console/report/{tick[:20]}/pass_on", text="涉及效能办自己的人员")
    await clerk.opens("/console")
    page = await sends(clerk, "/console/bulk/do", [tick], act="accept")
    number = str(rows(program, "cases")[0]["number"])
    assert (number in page, "1 件已不在您看得到的来件里" in page) == (False, True)
    assert states(program) == ["received"]
