"""People of a unit who sign in: what their unit owes, and how they answer there as in the chat."""

from __future__ import annotations

import io
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from html import unescape

import pytest
from aiohttp import FormData

from bot.build import Program
from channels.fake import FakePerson
from services import obligations, people
from services.desk import KINDS
from services.people import Grant, Role
from tests.conftest import Clock, events, rows
from tests.drivers.auditing import is_whole
from tests.drivers.console_browser import picture
from tests.drivers.desk_pages import ASKED, WORDS, complains, first_report, head_of, instruct
from tests.web.conftest import CSRF, SEEN, Browser, member
from tests.web.desk.test_case_answers import handed

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Opens = Callable[[], Awaitable[Browser]]


async def enters(program: Program, browser: Opens, person_id: str) -> Browser:
    """Signs in by a link that leads to the page, as the chat gives it."""
    mine = await browser()
    await mine.sends("/in", code=to_page(program, person_id))
    return mine


def to_page(program: Program, person_id: str) -> str:
    return program.acts.transact(people.issue_link, person_id, timedelta(days=1), to_page=True)


@pytest.fixture
async def head(program: Program, browser: Opens) -> Browser:
    return await enters(program, browser, head_of(program, "gtj"))


async def does(mine: Browser, path: str, *files: bytes, **fields: str) -> str:
    """The form of the page at hand, with files."""
    form = FormData(quote_fields=False)
    shown = mine.page.partition("<main")[2]  # above it stands the form that signs out
    hidden = {"csrf": CSRF.findall(shown)[0], "seen": SEEN.findall(shown)[0]}
    for name, value in (hidden | fields).items():
        form.add_field(name, value)
    for one in files:
        form.add_field("file", io.BytesIO(one), filename="现场.jpg")
    return await mine._take(await mine.client.post(path, data=form))


async def test_the_head_lands_at_the_unit_and_answers_with_a_photo(
    program: Program, clerk: Browser, browser: Opens, citizen: FakePerson
) -> None:
    number = await complains(citizen, WORDS)
    [duty] = await handed(clerk, first_report(await clerk.opens("/console")), "gtj")
    head = await enters(program, browser, head_of(program, "gtj"))
    assert (head.path, "/unit/" in head.page) == ("/unit", True)
    assert "要答复 1 件，其中逾期 0 件" in head.page
    assert "/console/today" not in head.page, "nothing of the office's console"
    path = f"/unit/{duty[-20:]}"
    assert f'href="{path}"' in head.page
    page = await head.opens(path)
    assert (ASKED in page, WORDS in page, number in page) == (True, False, False)
    assert "<script" not in page
    assert 'name="post"' not in page, "who is signed in is known"
    page = await does(head, path, act="acknowledge")
    assert "已签收" in page
    page = await does(head, path, picture(1), act="answer", text_answer="窗口已安排专人值守。")
    assert "答复已交效能办" in page
    page = await does(head, path, act="ask", text_ask="要不要送材料？")
    assert "已问效能办" in page
    office = await clerk.opens(duty)
    assert "窗口已安排专人值守" in office
    assert "要不要送材料" in office
    assert "凭链接</span>" not in office
    [piece] = [row for row in rows(program, "evidence") if row["subject_id"] == duty[-20:]]
    assert piece["state"] == "kept"
    me = head_of(program, "gtj")
    acted = {one["actor"] for one in events(program) if one["action"] in ("duty_acknowledged", "duty_unit_answer")}
    assert acted == {me}
    assert "等效能办 1 件" in await head.opens("/unit")
    assert is_whole(program)


async def test_more_time_is_asked_for_and_what_is_wrong_stands_beside_it(
    program: Program, clerk: Browser, clerk_id: str, head: Browser, citizen: FakePerson
) -> None:
    path = f"/unit/{instruct(program, clerk_id)}"
    await head.opens(path)
    page = await does(head, path, picture(1), act="more_time", until="2026-11-22", text_more_time="还差一份材料")
    assert (head.status, "比现在的期限晚" in page, 'value="2026-11-22"' in page) == (422, True, True)
    assert re.search(r'name="piece" value="[0-9a-f]{20}" checked', page), "what was uploaded is kept"
    page = await does(head, path, act="more_time", until="2026-12-04", text_more_time="还差", text_answer="办了一半")
    assert "延期申请已交效能办" in page
    assert ">办了一半</textarea>" in page, "what was written beside it is not lost"
    page = await does(head, path, act="not_ours", reason="other", text_not_ours="不该我们办")
    assert (head.status, "不能退回" in page, "不该我们办" in page) == (422, True, True), "said, though it has no form"
    await complains(citizen, WORDS)
    [duty] = await handed(clerk, first_report(await clerk.opens("/console")), "gtj")
    path = f"/unit/{duty[-20:]}"
    await head.opens(path)
    page = await does(head, path, act="not_ours", text_not_ours="这项归卫生局")
    assert (head.status, "请选一项原因" in page, ">这项归卫生局</textarea>" in page) == (422, True, True)
    await does(head, path, act="not_ours", reason="other_unit", text_not_ours="这项归卫生局")
    assert "已退回效能办" in head.page
    assert "这项归卫生局" in await clerk.opens(duty)


async def test_another_units_obligation_looks_like_one_that_is_not_there(
    program: Program, clerk_id: str, browser: Opens, head: Browser
) -> None:
    theirs, mine, none = instruct(program, clerk_id, "wsj"), instruct(program, clerk_id), "0" * 20

    def bare(page: str, one: str) -> str:
        return page.replace(one, "ID")

    async def looks(one: str) -> tuple[int, str]:
        page = await head.opens(f"/unit/{one}")
        return head.status, bare(page, one)

    assert await looks(theirs) == await looks(none)
    assert (await looks(none))[0] == 404
    assert (await looks(mine))[0] == 200

    async def sends(one: str) -> tuple[int, str]:
        await head.opens(f"/unit/{mine}")
        page = await does(head, f"/unit/{one}", act="answer", text_answer="不该到的话")
        return head.status, bare(page, one)

    assert await sends(theirs) == await sends(none)
    assert head.status == 404
    assert [row for row in rows(program, "entries") if row["text"] == "不该到的话"] == []
    deputy = await enters(program, browser, member(program, "周三", Grant(Role.DEPUTY, "gtj")))
    await deputy.opens(f"/unit/{mine}")
    assert deputy.status == 200
    assert theirs not in await head.opens("/unit?unit=wsj")


async def test_a_superior_reads_and_does_nothing(program: Program, clerk_id: str, browser: Opens) -> None:
    one = instruct(program, clerk_id)
    above = await enters(program, browser, member(program, "孙副市长", Grant(Role.SUPERIOR, "gtj")))
    assert f'href="/unit/{one}"' in above.page
    page = await above.opens(f"/unit/{one}")
    assert (ASKED in page, "您可以查看" in page, 'name="act"' in page) == (True, True, False)
    csrf = CSRF.findall(page)[0]
    page = await above._take(
        await above.client.post(f"/unit/{one}", data={"csrf": csrf, "act": "answer", "text_answer": "代为答复"})
    )
    assert (above.status, "代为答复" in page) == (403, True), "the words are given back"
    assert [row for row in rows(program, "entries") if row["text"] == "代为答复"] == []


async def test_of_two_people_the_second_is_told_and_loses_nothing(
    program: Program, clerk_id: str, browser: Opens, head: Browser
) -> None:
    path = f"/unit/{instruct(program, clerk_id)}"
    deputy = await enters(program, browser, member(program, "周三", Grant(Role.DEPUTY, "gtj")))
    await head.opens(path)
    await deputy.opens(path)
    await does(head, path, act="answer", text_answer="已派人值守。")
    page = await does(deputy, path, picture(1), act="answer", text_answer="我也写了一份。")
    assert (deputy.status, "刚刚有变化" in page) == (409, True)
    assert "已派人值守" in page, "what has changed is shown"
    assert ">我也写了一份。</textarea>" in page
    piece = re.search(r'name="piece" value="([0-9a-f]{20})" checked', page)
    assert piece
    page = await does(deputy, path, act="answer", text_answer="我也写了一份。", piece=piece[1])
    assert "答复已交效能办" in page


@ON_SQLITE
async def test_what_was_written_is_there_though_the_matter_was_settled_meanwhile(
    program: Program, clerk_id: str, head: Browser
) -> None:
    mine = instruct(program, clerk_id)
    await head.opens(f"/unit/{mine}")
    whole = program.acts.look(obligations.look, KINDS, mine)
    assert whole
    program.acts.by(clerk_id).transact(obligations.excuse, KINDS, mine, whole.seen, "不用办了")
    page = await does(head, f"/unit/{mine}", act="answer", text_answer="写了很久的话")
    assert (head.status, "已经了结" in page, "写了很久的话" in page) == (409, True, True)
    assert 'name="act"' not in page


@ON_SQLITE
async def test_what_happens_around_the_case_shows_nowhere_at_the_unit(
    program: Program, clerk: Browser, browser: Opens, citizen: FakePerson
) -> None:
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    [duty] = await handed(clerk, report, "gtj")
    head = await enters(program, browser, head_of(program, "gtj"))
    before = await head.opens(f"/unit/{duty[-20:]}")
    await clerk.opens(report)
    await clerk.sends(f"{report}/jot", text="内部记一笔")
    assert "内部记一笔" in await clerk.opens(report)
    assert await head.opens(f"/unit/{duty[-20:]}") == before
    page = await does(head, f"/unit/{duty[-20:]}", act="acknowledge")
    assert "已签收" in page, "nor does it stop the unit"


async def test_what_came_back_and_how_the_unit_stands(
    program: Program, clerk_id: str, head: Browser, clock: Clock
) -> None:
    first, second = instruct(program, clerk_id), instruct(program, clerk_id)
    office = program.acts.by(clerk_id)
    await head.opens(f"/unit/{first}")
    await does(head, f"/unit/{first}", act="answer", text_answer="都办好了。")
    whole = program.acts.look(obligations.look, KINDS, first)
    assert whole
    office.transact(obligations.send_back, KINDS, first, whole.seen, "请附值守表", None)
    page = await head.opens(f"/unit/{first}")
    assert "退回原因" in page
    assert "请附值守表" in page
    assert "要答复 2 件，其中逾期 0 件、被退回 1 件" in await head.opens("/unit")
    await head.opens(f"/unit/{first}")
    await does(head, f"/unit/{first}", act="answer", text_answer="附上了。")
    clock.passes(days=20)
    await head.sends("/in", code=to_page(program, head_of(program, "gtj")))
    assert "要答复 1 件，其中逾期 1 件、被退回 0 件；等效能办 1 件" in head.page
    assert "近 12 个月到期的 2 件里，按时答复 1 件" in head.page
    assert head.page.index(second) < head.page.index(first), "what is owed comes first"
    await head.opens(f"/unit/{second}")
    await does(head, f"/unit/{second}", act="answer", text_answer="晚了，也办好了。")
    assert "近 12 个月到期的 2 件里，按时答复 1 件" in await head.opens("/unit"), "what is answered late is not in time"


@ON_SQLITE
async def test_words_outlive_the_session(program: Program, clerk_id: str, head: Browser, clock: Clock) -> None:
    path = f"/unit/{instruct(program, clerk_id)}"
    await head.opens(path)
    hidden = {"csrf": CSRF.findall(head.page)[0], "seen": SEEN.findall(head.page)[0]}
    clock.passes(days=4)
    sent = hidden | {"act": "answer", "text_answer": "写了半小时的话"}
    page = await head._take(await head.client.post(path, data=sent))
    assert head.status == 401
    [unsent] = re.findall(r'name="unsent" value="([^"]*)"', page)[:1]
    code = to_page(program, head_of(program, "gtj"))
    page = await head.sends("/in", code=code, unsent=unescape(unsent))
    assert "写了半小时的话" in page
    again = {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page)}
    page = await head._take(await head.client.post(path, data=again))
    assert "答复已交效能办" in page


@ON_SQLITE
async def test_a_form_of_nobodys_is_refused(program: Program, clerk_id: str, head: Browser) -> None:
    path = f"/unit/{instruct(program, clerk_id)}"
    await head.opens(path)
    await head._take(await head.client.post(path, data={"act": "acknowledge", "csrf": "0" * 64}))
    assert head.status == 403
    assert [row for row in rows(program, "entries") if row["kind"] == "acknowledged"] == []


@ON_SQLITE
async def test_who_has_both_finds_the_way_from_one_to_the_other(program: Program, browser: Opens) -> None:
    both = member(program, "郑十", Grant(Role.CLERK, None), Grant(Role.LIAISON, "gtj"))
    mine = await enters(program, browser, both)
    assert (mine.path, 'href="/unit"' in mine.page) == ("/console/today", True)
    assert 'href="/console/today"' in await mine.opens("/unit")


@ON_SQLITE
async def test_whoever_sees_several_units_chooses_one(program: Program, clerk_id: str, browser: Opens) -> None:
    member(program, "冯八", Grant(Role.HEAD, "gtj-1"))
    ours, window = instruct(program, clerk_id, "gtj"), instruct(program, clerk_id, "gtj-1")
    both = await enters(program, browser, head_of(program, "gtj"))
    assert ours in both.page
    assert window in both.page
    page = await both.opens("/unit?unit=gtj-1")
    assert (ours in page, window in page) == (False, True)
    page = await both.opens(f"/unit/{window}")
    assert (both.status, 'name="act"' in page) == (200, False), "a window's own are read from above"


@ON_SQLITE
async def test_the_pages_are_large_where_that_was_chosen(program: Program, clerk_id: str, head: Browser) -> None:
    path = f"/unit/{instruct(program, clerk_id)}"
    await head.opens(f"/large/1?back={path}")
    assert (head.path, 'class="large"' in head.page) == (path, True)
