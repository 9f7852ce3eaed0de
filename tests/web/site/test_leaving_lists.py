"""Lists that leave as a file or on paper: the list's own filters and rights, an event, and nothing that was hidden."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Awaitable, Callable

import openpyxl
import pytest
from aiohttp.web import RouteDef
from sqlalchemy import func, insert, select

from bot.build import Program
from channels.fake import FakePerson
from models.tables import cases, quarantine
from services import obligations, units
from services.desk import KINDS
from services.foundation.moments import sealed_now
from services.foundation.vault import new_id
from services.people import GROUPS, RIGHTS, Grant, Group, Right, Role
from tests.conftest import events, rows
from tests.drivers.browsing import site_of
from tests.drivers.desk_pages import ASKED, checks, complains, instruct, is_head
from tests.drivers.notice_desk import TEXT, release, written
from tests.web.conftest import Browser, link, member
from web.site.frame import ID
from web.site.leaving import FORM

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
LISTS = {
    "/console/reports": Right.READ_REPORTS,
    "/console/duties": Right.OVERSEE_OBLIGATIONS,
    "/console/notices": Right.READ_NOTICES,
    "/console/people": Right.MANAGE_PEOPLE,
    "/console/quarantine": Right.READ_QUARANTINE,
    "/console/calendar": Right.SET_CALENDAR,
    "/console/walkins": Right.READ_REPORTS,
    "/console/figures": Right.SEE_FIGURES,
    "/console/units": Right.MANAGE_UNITS,
    "/console/openings": Right.SEE_OPENINGS,
    "/console/tags": Right.DECIDE_REPORTS,
    "/console/assigned": Right.DECIDE_REPORTS,
    "/console/texts": Right.WRITE_TEXTS,
    "/console/figures/map": Right.SEE_FIGURES,
}
ALWAYS = {"/console/people", "/console/calendar", "/console/texts"}  # somebody, a holiday, a text to begin with
PHONE = "13807970172"
NAME = "王小明"


async def taken(browser: Browser, address: str) -> list[dict[str, str]]:
    """The rows of a list as CSV."""
    async with browser.client.get(address) as answer:
        assert answer.status == 200, address
        return list(csv.DictReader(io.StringIO((await answer.read()).decode("utf-8-sig"))))


def lines_of(paper: str) -> int:
    return paper.partition("<tbody>")[2].partition("</tbody>")[0].count("<tr>")


async def sheet(browser: Browser, address: str) -> list[list[object]]:
    async with browser.client.get(address) as answer:
        assert answer.status == 200, address
        found = openpyxl.load_workbook(io.BytesIO(await answer.read())).active
    assert found is not None
    return [list(row) for row in found.iter_rows(values_only=True)]


async def test_the_inbox_leaves_under_its_filters_and_in_its_order(
    program: Program, clerk: Browser, citizen: FakePerson, person, clock
) -> None:
    await complains(citizen, "00172号窗口没有人，等了一个上午")
    clock.passes(minutes=1)
    await complains(citizen, "=HYPERLINK(1)", unit="gsj")
    clock.passes(minutes=1)
    await checks(program, person("supervisor-1"))
    whole = await taken(clerk, "/console/reports.csv")
    assert [row["类型"] for row in whole] == ["暗访", "投诉", "投诉"]
    visit, newer, older = whole
    assert (visit["经过"], visit["收到日期"], visit["等候分钟"]) == ("下午没人", "2026-11-21", "25")
    assert "窗口无人" in visit["发现"]
    assert (newer["经过"], newer["单位"], newer["收到日期"]) == ("'=HYPERLINK(1)", "市国税局", "2026-11-21")
    assert (older["状态"], older["材料件数"], older["类别"]) == ("待处理", "1", "态度不好")
    assert [row["单位"] for row in await taken(clerk, "/console/reports.csv?unit=gsj")] == ["市国税局"]
    assert await taken(clerk, "/console/reports.csv?kind=question") == []
    assert len(await taken(clerk, "/console/reports.csv?q=一个上午&kind=complaint&unread=1")) == 1
    head, *lines = await sheet(clerk, "/console/reports.xlsx?kind=complaint")
    assert (head[0], len(lines), lines[0][head.index("经过")]) == ("编号", 2, "=HYPERLINK(1)")
    paper = await clerk.opens("/console/reports.print?kind=complaint&q=一个上午")
    assert "类型：投诉" in paper or '<span class="tag">投诉</span>' in paper
    assert "搜索：一个上午" in paper
    assert "共 1 行" in paper
    assert "00172号窗口没有人" in paper
    assert "HYPERLINK" not in paper
    assert "发现</th>" not in paper  # a column in which nothing stands takes no room


async def test_the_inbox_by_promise_leaves_by_promise(
    program: Program, browser: Callable[[], Awaitable[Browser]], clerk_id: str, citizen: FakePerson, clock
) -> None:
    for day in ("第一天", "第二天", "第三天"):
        await complains(citizen, f"{day}窗口没有人，等了一个上午")
        clock.passes(days=2)
    clerk = await browser()
    await clerk.sends("/in", code=link(program, clerk_id))
    shown = re.findall(r"第.天(?=窗口)", await clerk.opens("/console?sort=promise"))
    assert shown == ["第一天", "第二天", "第三天"]
    for address, order in (("sort=promise", shown), ("", shown[::-1])):
        assert [row["经过"][:3] for row in await taken(clerk, f"/console/reports.csv?{address}")] == order
        paper = await clerk.opens(f"/console/reports.print?{address}")
        assert re.findall(r"第.天(?=窗口)", paper) == order


@ON_SQLITE
async def test_the_days_of_a_year_leave(clerk: Browser) -> None:
    await clerk.opens("/console/calendar")
    await clerk.sends("/console/calendar", day="2026-11-30", what="free", note="本市运动会")
    days = {row["日期"]: (row["安排"], row["备注"]) for row in await taken(clerk, "/console/calendar.csv?year=2026")}
    assert days["2026-11-30"] == ("本办设为放假", "本市运动会")
    assert days["2026-10-01"] == ("节假日放假", "")
    assert list(days) == sorted(days)
    assert "调休上班" in {what for what, _ in days.values()}
    assert "2026-11-30" not in {row["日期"] for row in await taken(clerk, "/console/calendar.csv?year=2025")}
    paper = await clerk.opens("/console/calendar.print?year=2026")
    assert "日历 2026 年" in paper
    assert lines_of(paper) == len(days)
    assert "/console/calendar.csv?year=2026" in await clerk.opens("/console/calendar")


async def test_more_than_a_page_leaves_whole(program: Program, clerk: Browser, clerk_id: str) -> None:
    for _ in range(61):
        instruct(program, clerk_id)
    assert len({row["编号"] for row in await taken(clerk, "/console/duties.csv")}) == 61
    [first, *_] = await taken(clerk, "/console/duties.csv?state=unseen")
    assert (first["类型"], first["状态"], first["单位"], first["逾期"]) == ("交办事项", "待签收", "市国土局", "否")
    assert first["期限"] == "2026-11-27 18:00"
    assert await taken(clerk, "/console/duties.csv?state=settled") == []
    instruct(program, clerk_id, days=300)
    told = {row["期限"][:4]: row["暂定"] for row in await taken(clerk, "/console/duties.csv")}
    assert told == {"2026": "否", "2028": "是"}, "the holidays of that year are not announced"
    paper = await clerk.opens("/console/duties.print")
    assert lines_of(paper) == 62
    assert "共 62 行" in paper
    assert "暂定</th>" in paper


async def test_of_people_leaves_what_their_page_shows(program: Program, clerk: Browser) -> None:
    await clerk.opens("/console/people")
    await clerk.sends("/console/people", name="白小雨", role="liaison", unit="gtj", phone=PHONE)
    [row] = [row for row in await taken(clerk, "/console/people.csv") if row["姓名"] == "白小雨"]
    assert (row["角色"], row["单位"], row["手机号"]) == ("单位联络员", "市国土局", "138****0172")
    for form in ("csv", "print"):
        async with clerk.client.get(f"/console/people.{form}") as answer:
            assert PHONE[3:7] + PHONE[7:] not in await answer.text(encoding="utf-8")
    assert not any(PHONE in str(cell) for line in await sheet(clerk, "/console/people.xlsx") for cell in line)


async def test_notices_their_receipts_and_what_was_not_understood(program: Program, clerk: Browser, person) -> None:
    await is_head(program, person("head-1"))
    notice_id, _ = await written(program)
    [row] = await taken(clerk, "/console/notices.csv")
    assert (row["状态"], row["正文"], row["条数"]) == ("草稿", TEXT, "")
    assert await taken(clerk, f"/console/notices/{notice_id}/receipts.csv") == []
    release(program, notice_id)
    [row] = await taken(clerk, "/console/notices.csv")
    assert (row["条数"], row["已签收条数"]) == ("1", "0")
    [row] = await taken(clerk, f"/console/notices/{notice_id}/receipts.csv")
    assert (row["单位"], row["角色"], row["签收"]) == ("市国土局", "单位负责人", "")
    assert "的回执" in await clerk.opens(f"/console/notices/{notice_id}/receipts.print")
    kept = {"id": "ab" * 10, "channel": "telegram", "event_id": "7", "error": "DecodeError", "at": program.acts.clock()}
    sealed = program.vault.seal_bytes("王小明说".encode(), "quarantine")
    program.database.transact(lambda tx: tx.execute(insert(quarantine).values(**kept, sealed=sealed)))
    [row] = await taken(clerk, "/console/quarantine.csv")
    assert (row["渠道"], row["原因"], row["编号"]) == ("Telegram", "DecodeError", "abababab")


def test_these_are_all_lists_that_leave(program: Program) -> None:
    paths = {route.path for route in site_of(program).routes() if isinstance(route, RouteDef)}
    one = f"{'/console/notices'}/{ID}/receipts"
    assert {path.removesuffix(f".{FORM}") for path in paths if path.endswith(FORM)} == {*LISTS, one}


def addresses(program: Program) -> dict[str, tuple[str, Right]]:
    """Each list that leaves, with the name that its event has and the right that it takes."""
    notice_id = rows(program, "notices")[0]["id"]
    named = {"duties": "duties", "notices": "sent_notices"}
    lists = {path: (named.get(path.split("/")[-1], path.split("/")[-1]), right) for path, right in LISTS.items()}
    return lists | {f"/console/notices/{notice_id}/receipts": ("notices", Right.READ_NOTICES)}


@ON_SQLITE
@pytest.mark.parametrize("form", ["csv", "xlsx", "print"])
async def test_each_list_that_leaves_is_told_by_an_event_which_names_nobody(
    program: Program, clerk: Browser, clerk_id: str, form: str
) -> None:
    await written(program)
    action = "list_printed" if form == "print" else "list_exported"
    for address, (subject, _) in addresses(program).items():
        before = len(events(program))
        await clerk.opens(f"{address}.{form}?unit=gtj&q=王小明")
        assert clerk.status == 200, address
        [event] = events(program)[before:]
        told = event["actor"], event["action"], event["subject"], event["detail"]["form"]  # pyright: ignore
        assert told == (clerk_id, action, subject, form)
        assert "王小明" not in repr(event)
    await clerk.opens(f"/console/reports.{form}?unit=gtj&q=王小明")
    assert events(program)[-1]["detail"] == {"form": form, "filters": {"unit": "gtj", "q": "…"}}


@ON_SQLITE
@pytest.mark.parametrize("role", Role)
async def test_a_list_leaves_for_whoever_may_read_it_and_a_file_for_whoever_may_export(
    program: Program, browser: Callable[[], Awaitable[Browser]], role: Role
) -> None:
    """Whoever has no console, such as everybody of a unit, is turned away at the door."""
    await written(program)
    mine = await browser()
    await mine.sends(
        "/in", code=link(program, member(program, "某人", Grant(role, None if is_office(role) else "gtj")))
    )
    refused = 403 if Right.OPEN_CONSOLE in RIGHTS[role] else 401
    for address, (_, right) in addresses(program).items():
        for form in ("csv", "xlsx", "print"):
            allowed = right in RIGHTS[role] and (form == "print" or Right.EXPORT in RIGHTS[role])
            before = len(events(program))
            await mine.opens(f"{address}.{form}")
            assert mine.status == (200 if allowed else refused), (address, form)
            if not allowed:
                assert len(events(program)) == before
    for address, right in LISTS.items():
        if right in RIGHTS[role] and address != "/console/reports":
            page = await mine.opens(address)
            assert (f"{address}.csv" in page) <= (Right.EXPORT in RIGHTS[role])
    outside = await browser()
    await outside.opens("/console/people.csv")
    assert outside.status == 401


def is_office(role: Role) -> bool:
    return role in GROUPS[Group.OFFICE]


@ON_SQLITE
@pytest.mark.parametrize("form", ["csv", "xlsx", "print"])
async def test_no_list_tells_who_filed_a_report(
    program: Program, clerk: Browser, clerk_id: str, citizen: FakePerson, person, form: str
) -> None:
    """Also not under the filter that finds it, nor once a unit owes an answer to it."""
    await complains(citizen, as_whom=(NAME, PHONE))
    await checks(program, person("supervisor-1"))
    [case] = rows(program, "cases")
    owed = {"unit_id": "gtj", "kind": "complaint", "asked": ASKED, "subject_id": case["id"]}
    program.acts.by(clerk_id).transact(obligations.hand_over, KINDS, due=None, working_days=5, **owed)
    contacts = [str(row["id"]) for row in rows(program, "contacts")]
    for address in LISTS:
        if address == "/console/people":
            continue
        found = await text_of(clerk, f"{address}.{form}?kind=complaint")
        assert not [secret for secret in (NAME, PHONE, PHONE[-4:], "citizen-1", *contacts) if secret in found], address
        if address in ("/console/reports", "/console/duties"):
            assert case["number"] in found


async def text_of(browser: Browser, address: str) -> str:
    if address.partition("?")[0].endswith(".xlsx"):
        return repr(await sheet(browser, address))
    return await browser.opens(address)


@ON_SQLITE
async def test_what_paper_does_not_take_is_said(program: Program, clerk: Browser, citizen, monkeypatch) -> None:
    monkeypatch.setattr("web.site.leaving.MOST_PRINTED", 2)
    for n in range(3):
        await complains(citizen, f"窗口没有人，第{n}次了")
    paper = await clerk.opens("/console/reports.print")
    assert "这里是前 2 行，后面还有" in paper
    assert lines_of(paper) == 2


async def test_units_tags_texts_clerks_and_askings_leave_as_their_pages_show_them(
    program: Program, clerk: Browser, clerk_id: str, citizen: FakePerson
) -> None:
    program.acts.transact(units.set_duty, "gtj", "=王科长")
    found = {row["编号"]: row for row in await taken(clerk, "/console/units.csv")}
    assert (found["gtj"]["单位"], found["gtj"]["窗口科室"], found["gtj"]["值班长"]) == ("市国土局", "", "'=王科长")
    assert any(row["单位"] == "市国土局" and row["窗口科室"] for row in found.values())
    searched = await taken(clerk, "/console/units.csv?q=国土")
    assert 0 < len(searched) < len(found)
    assert all(row["单位"] == "市国土局" for row in searched)
    await complains(citizen, as_whom=(NAME, PHONE))
    report = f"/console/report/{rows(program, 'cases')[0]['id']}"
    await clerk.opens(report)
    await clerk.sends(f"{report}/tag", tag="+拆迁")
    await clerk.opens(report)
    await clerk.sends(f"{report}/assign", person=clerk_id)
    member(program, "孙二", Grant(Role.CLERK, None))
    await clerk.opens(report)
    await clerk.sends(f"{report}/identity", purpose="电话核实")
    [tag] = await taken(clerk, "/console/tags.csv")
    assert (tag["标签"], tag["来件数"], tag["最近使用"]) == ("'+拆迁", "1", "2026-11-21")
    assert await taken(clerk, "/console/assigned.csv") == [{"经办人": "钱一", "来件数": "1"}]
    [asked] = await taken(clerk, "/console/openings.csv")
    assert (asked["申请人"], asked["用途"], asked["状态"] != "") == ("钱一", "电话核实", True)
    assert NAME not in repr(asked)
    [text, *_] = await taken(clerk, "/console/texts.csv")
    assert all(text[name] for name in ("用处", "来件种类", "标题", "正文"))
    assert text["已停用"] == "否"


@ON_SQLITE
async def test_an_empty_list_is_a_list(clerk: Browser) -> None:
    for address in LISTS:
        if address not in ALWAYS:
            assert await taken(clerk, f"{address}.csv?q=没有这样的") == []
            assert "没有符合条件的" in await clerk.opens(f"{address}.print?q=没有这样的")


async def test_the_list_leaves_nothing_out(program: Program, clerk: Browser, citizen: FakePerson) -> None:
    """More reports than are read at once, each once and in order."""
    await complains(citizen)
    [one] = rows(program, "cases")
    ids = {new_id(): f"20261121-{n:05}" for n in range(10_000, 11_100)}
    moments = program.acts.look(lambda act: {id: sealed_now(act, id) for id in ids})
    more = [one | {"id": id, "number": n, "received": moments[id], "moved": moments[id]} for id, n in ids.items()]
    program.database.transact(lambda tx: tx.execute(insert(cases), more))
    assert program.database.look(lambda tx: tx.execute(select(func.count()).select_from(cases)).scalar_one()) == 1101
    assert len({row["编号"] for row in await taken(clerk, "/console/reports.csv")}) == 1101
