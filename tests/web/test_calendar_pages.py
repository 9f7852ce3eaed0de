"""The calendar's pages: the State Council's notice is checked and loaded, and what no longer fits is moved."""

from __future__ import annotations

import html
import re

from aiohttp import FormData

from bot.build import Program
from services.people import Grant, Role
from tests.conftest import Clock, events, rows
from tests.drivers.holidays import NOTICE_2027
from tests.drivers.told_units import Office
from tests.web.conftest import CSRF, Browser, link, member

HIDDEN = re.compile(r'name="(seen|year|table|moves)" value="([^"]*)"')
NOTICE, MOVES = "/console/calendar/notice", "/console/calendar/moves"


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the form that confirms."""
    return {name: html.unescape(value) for name, value in reversed(HIDDEN.findall(page))}


async def in_january(program: Program, browser, clerk_id: str, clock: Clock) -> tuple[Office, Browser]:
    """A unit with a head, and a clerk who has signed in, in a year that is not announced."""
    office = Office(program, clock)
    office.at("2027-01-25 09:00")
    office.bind("head", "head")
    clerk = await browser()
    await clerk.sends("/in", code=link(program, clerk_id))
    return office, clerk


async def confirms(browser: Browser, path: str, **changes: str) -> str:
    return await browser.sends(path, **{**hidden(browser.page), **changes})


async def uploads(browser: Browser, name: str, data: bytes) -> str:
    found = CSRF.search(browser.page)
    assert found
    sent = FormData({"csrf": found.group(1), "text": "", "year": "2027"})
    sent.add_field("list", data, filename=name)
    return await browser._take(await browser.client.post(NOTICE, data=sent))


async def test_a_notice_is_shown_day_by_day_loaded_on_a_word_and_moves_nothing(
    program: Program, browser, clerk_id: str, clock: Clock
) -> None:
    office, clerk = await in_january(program, browser, clerk_id, clock)
    obligation = office.hand_over(working_days=12)
    await clerk.opens("/console/calendar?year=2027")
    assert "国家还没有公布 2027 年的放假安排" in clerk.page
    await clerk.opens(f"/console/duty/{obligation}")
    assert "这一年的放假安排国家还没有公布" in clerk.page
    await clerk.opens(NOTICE)
    page = await clerk.sends(NOTICE, text=NOTICE_2027, year="2027")
    assert (clerk.status, page.count('data-label="写的星期"')) == (200, 33)
    assert "读到 33 天，没有矛盾" in page
    assert "2月5日 周五" in page
    assert rows(program, "announced_days") == []
    await confirms(clerk, f"{NOTICE}/load")
    assert clerk.path == "/console/calendar?year=2027&done=loaded"
    assert "有 1 件的期限或提醒与现在的日历不一致" in clerk.page
    assert "国家还没有公布" not in clerk.page
    assert office.look(obligation).obligation.due_at.day == 12
    page = await clerk.opens(MOVES)
    assert "共 1 件，其中 1 件的期限会变" in page
    await confirms(clerk, MOVES)
    assert "已移动 1 件" in clerk.page
    assert "没有。期限和提醒都与日历一致" in clerk.page
    page = await clerk.opens(f"/console/duty/{obligation}")
    assert "原来 2月12日 周五 18:00，现在 2月15日 周一 18:00" in page
    [event] = [row for row in events(program) if row["action"] == "duty_deadline_moved"]
    assert event["detail"]["from"][:10] == "2027-02-12"


async def test_a_notice_with_a_mistake_is_refused_with_its_place_and_kept_to_be_mended(
    program: Program, clerk: Browser
) -> None:
    await clerk.opens(NOTICE)
    wrong = NOTICE_2027.replace("1月3日（周日）", "3日（周日）").replace("3日（周日）放假", "3日（周六）放假")
    page = await clerk.sends(NOTICE, text=wrong, year="2027")
    assert clerk.status == 422
    assert "写的是周六，实际是周日" in page
    assert "/console/calendar/notice/load" not in page
    assert "国务院办公厅关于2027年部分节假日安排的通知" in page
    for text in ("", "  "):
        page = await clerk.sends(NOTICE, text=text, year="2027")
        assert (clerk.status, "请粘贴通知全文，或选一个表格文件" in page) == (422, True)
    page = await clerk.sends(NOTICE, text="今天天气很好", year="x")
    assert (clerk.status, "没有读到任何一天" in page) == (422, True)
    await clerk.sends(f"{NOTICE}/load", table="2027-01-01,free,元旦", year="2027", seen="none")
    assert clerk.status == 422
    assert rows(program, "announced_days") == []


async def test_what_is_rather_a_slip_is_asked_about_before_it_is_loaded(program: Program, clerk: Browser) -> None:
    await clerk.opens(NOTICE)
    odd = NOTICE_2027.replace("5月8日（周六）上班", "5月8日（周六）上班。5月22日（周六）放假")
    page = await clerk.sends(NOTICE, text=odd, year="2027")
    assert clerk.status == 200
    assert "本来就是周末，旁边没有节日：2027年5月22日 周六" in page
    await confirms(clerk, f"{NOTICE}/load")
    assert (clerk.status, "有几天可能是写错了，一天也没有导入" in clerk.page) == (422, True)
    assert rows(program, "announced_days") == []
    await clerk.sends(NOTICE, text=odd, year="2027")
    await confirms(clerk, f"{NOTICE}/load", sure="1")
    assert clerk.path == "/console/calendar?year=2027&done=loaded"


async def test_a_table_is_taken_too_and_what_is_none_is_told(program: Program, clerk: Browser) -> None:
    await clerk.opens(NOTICE)
    page = await uploads(clerk, "2027.csv", "日期,安排,名称\n2027-01-01,放假,元旦\n".encode("gb18030"))
    assert clerk.status == 422  # no other holiday of that year
    assert "按法律放假、通知里却没有的日子" in page
    assert "元旦" in page
    page = await uploads(clerk, "2027.xlsx", b"PK\x03\x04 broken")
    assert (clerk.status, "这个文件读不出来" in page) == (422, True)


async def test_a_page_that_was_overtaken_loads_and_moves_nothing(
    program: Program, browser, clerk_id: str, clock: Clock
) -> None:
    office, clerk = await in_january(program, browser, clerk_id, clock)
    office.hand_over(working_days=12)
    await clerk.opens(NOTICE)
    await clerk.sends(NOTICE, text=NOTICE_2027, year="2027")
    first = hidden(clerk.page)
    await confirms(clerk, f"{NOTICE}/load")
    page = await clerk.sends(f"{NOTICE}/load", **first)
    assert (clerk.status, "另一位同事刚刚导入过这一年" in page) == (409, True)
    await clerk.opens(MOVES)
    seen = hidden(clerk.page)
    await clerk.opens("/console/calendar")
    await clerk.sends("/console/calendar", day="2027-02-15", what="free", note="")
    page = await clerk.sends(MOVES, **seen)
    assert (clerk.status, "刚刚有变化" in page) == (409, True)
    assert [row for row in rows(program, "entries") if row["kind"] == "deadline_moved"] == []


async def test_only_who_may_decide_moves_and_only_who_keeps_the_calendar_loads(program: Program, browser) -> None:
    keeper, reader = await browser(), await browser()
    await keeper.sends("/in", code=link(program, member(program, "赵管", Grant(Role.ADMINISTRATOR, None))))
    await reader.sends("/in", code=link(program, member(program, "孙审", Grant(Role.REVIEWER, None))))
    for who, path, status in ((keeper, NOTICE, 200), (keeper, MOVES, 403), (reader, NOTICE, 403), (reader, MOVES, 200)):
        await who.opens(path)
        assert who.status == status
    await reader.sends(MOVES, moves="0" * 20)
    assert reader.status == 403
