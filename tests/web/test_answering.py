"""A body without an account answers by a link: what it sees and does there, how the office ends it, and what guessing
tells.
"""

from __future__ import annotations

import io
import re
from collections.abc import Awaitable, Callable

import pytest
from aiohttp import FormData

from bot.build import Program
from channels.fake import FakePerson
from services import deliveries, obligations, people
from services.desk import KINDS
from tests.conftest import Clock, events, rows
from tests.drivers.auditing import is_whole
from tests.drivers.console_browser import picture
from tests.drivers.desk_pages import ASKED, WORDS, complains, first_report, head_of, instruct, is_head
from tests.web.conftest import Browser
from tests.web.desk.test_case_answers import handed

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
LINK = re.compile(r'id="address" href="(?:https?://[^/"]+)?(/answer/[0-9A-Z-]{29})"')
WHO = {"name": "赵六", "post": "办公室主任"}
Opens = Callable[[], Awaitable[Browser]]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.answering.link.ASKED_SECONDS", 0)


async def given(clerk: Browser, duty: str, **fields: str) -> str:
    """The address of a new link."""
    await clerk.opens(duty)
    found = LINK.search(await clerk.sends(f"{duty}/link", **fields))
    assert found, clerk.page
    return found[1]


async def answers(guest: Browser, link: str, *files: bytes, **fields: str) -> str:
    form = FormData(quote_fields=False)
    for name, value in (WHO | fields).items():
        form.add_field(name, value)
    for one in files:
        form.add_field("file", io.BytesIO(one), filename="现场.jpg")
    return await guest._take(await guest.client.post(link, data=form))


async def test_a_body_without_an_account_acknowledges_and_answers_with_a_photo(
    program: Program, clerk: Browser, browser: Opens, citizen: FakePerson
) -> None:
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    [duty] = await handed(clerk, report, "gtj")
    assert "没有能收到消息的聊天账号" in await clerk.opens(duty)
    link = await given(clerk, duty)
    guest = await browser()
    page = await guest.opens(link)
    assert (guest.status, ASKED in page, WORDS in page) == (200, True, False), (
        "what the office asks, not who complained"
    )
    assert "<script" not in page
    assert guest.answer
    told = guest.answer.headers
    assert told["X-Robots-Tag"] == "noindex, nofollow"
    assert (told["Referrer-Policy"], told["Cache-Control"]) == ("strict-origin", "no-store")
    assert "default-src 'none'" in told["Content-Security-Policy"]
    assert 'name="referrer" content="strict-origin"' in page
    assert "已签收" in await answers(guest, link, act="acknowledge")
    page = await answers(guest, link, picture(1), act="answer", text_answer="窗口已安排专人值守。")
    assert "答复已交效能办" in page
    page = await clerk.opens(duty)
    assert "窗口已安排专人值守" in page
    assert page.count("赵六") >= 2
    assert "办公室主任" in page
    assert "凭链接</span>" in page
    [piece] = [row for row in rows(program, "evidence") if row["subject_id"] == duty[-20:]]
    assert piece["state"] == "kept"
    done = [one["detail"]["did"] for one in events(program) if one["action"] == "answer_link_used"]  # pyright: ignore
    assert done == ["acknowledge", "answer"]
    actors = {row["actor"] for row in rows(program, "entries") if row["kind"] in ("acknowledged", "unit_answer")}
    assert len(actors) == 1, "one actor, however often"
    assert "赵六" not in await clerk.opens("/console/people"), "what is typed there makes nobody one of the people"
    assert "赵六" not in str(rows(program, "answer_links")), "names lie sealed"
    assert link.rpartition("/")[2] not in str(rows(program, "answer_links")), "only its keyed hash is kept"
    assert is_whole(program)


async def test_more_time_and_not_ours_are_asked_for_and_what_is_wrong_stands_beside_it(
    program: Program, clerk: Browser, browser: Opens, citizen: FakePerson
) -> None:
    await complains(citizen, WORDS)
    [duty] = await handed(clerk, first_report(await clerk.opens("/console")), "gtj")
    link, guest = await given(clerk, duty), await browser()
    page = await answers(guest, link, picture(1), act="answer", text_answer="已经办好。", post="")
    assert (guest.status, "请写职务" in page, ">已经办好。</textarea>" in page) == (422, True, True)
    assert re.search(r'name="piece" value="[0-9a-f]{20}" checked', page), "what was uploaded is kept"
    page = await answers(guest, link, act="more_time", until="2026-11-22", text_more_time="还差一份材料")
    assert (guest.status, "比现在的期限晚" in page, 'value="2026-11-22"' in page) == (422, True, True)
    await answers(guest, link, act="more_time", until="2026-12-04", text_more_time="还差一份材料")
    assert "延期申请已交效能办" in guest.page
    page = await answers(guest, link, act="not_ours", text_not_ours="这项归卫生局")
    assert (guest.status, "请选一项原因" in page, ">这项归卫生局</textarea>" in page) == (422, True, True)
    await answers(guest, link, act="not_ours", reason="other_unit", text_not_ours="这项归卫生局")
    assert "已退回效能办" in guest.page
    [row] = [one for one in rows(program, "obligations") if one["unit_id"]]
    assert row["state"] == "not_ours"
    assert "还差一份材料" in await clerk.opens(duty)


async def test_a_link_ends_and_then_looks_like_one_that_never_was(
    program: Program, clerk: Browser, clerk_id: str, browser: Opens, clock: Clock
) -> None:
    duty = f"/console/duty/{instruct(program, clerk_id)}"
    guest = await browser()
    unknown = re.sub(r"\s+", " ", await guest.opens("/answer/AAAA-BBBB-CCCC-DDDD-EEEE-FFFF"))
    assert guest.status == 404

    async def is_over(link: str) -> None:
        assert re.sub(r"\s+", " ", await guest.opens(link)) == unknown
        assert guest.status == 404
        page = await answers(guest, link, act="answer", text_answer="太晚了")
        assert (guest.status, re.sub(r"\s+", " ", page)) == (404, unknown)

    first = await given(clerk, duty)
    second = await given(clerk, duty)
    await is_over(first)
    await guest.opens(second)
    assert guest.status == 200
    await clerk.opens(duty)
    await clerk.sends(f"{duty}/link/end")
    assert "链接已收回" in clerk.page
    await is_over(second)
    third = await given(clerk, duty)
    clock.passes(days=15)
    await guest.opens(third)
    assert guest.status == 200, "some days after the deadline it answers still"
    clock.passes(days=10)
    await is_over(third)
    assert [row for row in rows(program, "entries") if row["text"] == "太晚了"] == []
    fourth = await given_anew(program, clerk_id)
    await guest.opens(fourth[1])
    assert guest.status == 200
    seen = program.acts.look(obligations.look, KINDS, fourth[0])
    assert seen
    program.acts.by(clerk_id).transact(obligations.excuse, KINDS, fourth[0], seen.seen, "不用办了")
    await is_over(fourth[1])
    assert is_whole(program)


async def given_anew(program: Program, clerk_id: str) -> tuple[str, str]:
    """Another obligation with its link."""
    clerk = program.acts.by(clerk_id)
    mine = instruct(program, clerk_id, "wsj")
    whole = clerk.look(obligations.look, KINDS, mine)
    assert whole
    return mine, f"/answer/{clerk.transact(obligations.give_link, mine, whole.seen, 'http://x')[0]}"


@ON_SQLITE
async def test_guessing_is_slowed_down(program: Program, clerk_id: str, browser: Opens, monkeypatch) -> None:
    monkeypatch.setattr("services.obligations.linking.HERE", frozenset())
    guest = await browser()
    for _ in range(60):
        await guest.opens("/answer/AAAA-BBBB-CCCC-DDDD-EEEE-FFFF")
        assert guest.status == 404
    _, link = await given_anew(program, clerk_id)
    await guest.opens(link)
    assert (guest.status, "试得太多" in guest.page) == (429, True), "a right one waits as well"


@ON_SQLITE
async def test_who_has_an_account_needs_no_link(program: Program, clerk: Browser, clerk_id: str, person) -> None:
    duty = f"/console/duty/{instruct(program, clerk_id)}"
    page = await clerk.opens(duty)
    assert f'action="{duty}/link"' in page
    await is_head(program, person("head-1"))
    await clerk.sends(f"{duty}/link")
    assert (clerk.status, "已经有聊天账号" in clerk.page or "answer/" not in clerk.page) == (422, True)
    assert f'action="{duty}/link"' not in await clerk.opens(duty)


@ON_SQLITE
async def test_the_link_goes_to_the_heads_phone_by_sms(program: Program, clerk_id: str) -> None:
    program.acts.transact(people.set_number, head_of(program, "gtj"), "+8613800138000")
    clerk = program.acts.by(clerk_id)
    mine = instruct(program, clerk_id)
    whole = clerk.look(obligations.look, KINDS, mine)
    assert whole
    code, texted = clerk.transact(obligations.give_link, mine, whole.seen, "https://mingcha.example", by_sms=True)
    assert texted
    bodies = [deliveries.open_body(program.acts.vault, bytes(row["sealed"])) for row in rows(program, "deliveries")]  # pyright: ignore
    [say] = [body.say for body in bodies if body.say and body.say.words == "obligation.link"]
    assert say.values["address"] == f"https://mingcha.example/answer/{code}"
