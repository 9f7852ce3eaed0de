"""Two clerks do the same at the same instant: it is done once, and the second is told what has happened."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import notices
from services.notices import Audience
from services.people import Grant, Role
from tests.conftest import events, rows
from tests.drivers.desk_pages import ASKED, complains, first_report, is_head
from tests.drivers.noticing import draft, goes, got, person_with, seen, send, spread
from tests.drivers.told_units import Office
from tests.web.conftest import Browser, link, member
from tests.web.site.test_repeated_forms import hidden

HANDED = {"unit": "gtj", "kind": "complaint", "text": ASKED, "days": "5", "date": ""}


@pytest.fixture
async def colleague(program: Program, browser: Callable[[], Awaitable[Browser]]) -> Browser:
    mine = await browser()
    await mine.sends("/in", code=link(program, member(program, "孙二", Grant(Role.CLERK, None))))
    return mine


async def at_once(*posts: tuple[Browser, str, dict[str, str]]) -> list[str]:
    """What each is told, whoever was led on first: that is told nothing."""
    sent = [one.client.post(path, data=fields, allow_redirects=False) for one, path, fields in posts]
    return sorted(["" if answer.status == 303 else await answer.text() for answer in await asyncio.gather(*sent)])


@pytest.mark.parametrize(
    ("act", "fields"),
    [
        ("hand", HANDED),
        ("accept", {"text": ""}),
        ("decline", {"text": "此事正在诉讼中。"}),
        ("ask", {"text": "几号窗口？"}),
    ],
)
async def test_one_case_is_decided_by_one_of_them(
    program: Program, clerk: Browser, colleague: Browser, citizen: FakePerson, act: str, fields: dict[str, str]
) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    forms = [(one, f"{report}/{act}", hidden(await one.opens(report)) | fields) for one in (clerk, colleague)]
    before = len(citizen.heard())
    told = await at_once(*forms)
    assert told[0] == ""
    assert "这一件刚刚有变化" in told[1] or "已经处理过" in told[1]
    assert len(citizen.heard()) == before + 1
    handed = [row for row in rows(program, "obligations") if row["unit_id"] is not None]
    assert len(handed) == (1 if act == "hand" else 0)


async def test_a_unit_gets_one_new_head(program: Program, clerk: Browser, colleague: Browser) -> None:
    unit = "gtj-1"
    given = {"role": "head", "unit": unit, "phone": ""}
    forms = [
        (one, "/console/people", hidden(await one.opens("/console/people")) | given | {"name": name})
        for one, name in ((clerk, "甲局长"), (colleague, "乙局长"))
    ]
    told = await at_once(*forms)
    assert told[0] == ""
    assert "已经有负责人" in told[1]
    assert len([row for row in rows(program, "grants") if (row["role"], row["unit_id"]) == ("head", unit)]) == 1


async def on_one_page(
    clerk: Browser, colleague: Browser, page: str, *posts: tuple[str, dict[str, str]]
) -> tuple[str, str]:
    """Both have the page open and press at once, each their button: what they are told, whoever went on first."""
    seats = list(zip((clerk, colleague), posts, strict=True))
    forms = [(one, path, hidden(await one.opens(page)) | fields) for one, (path, fields) in seats]
    first, second = await at_once(*forms)
    return first, second


async def test_a_link_lets_one_in_and_the_other_is_told(program: Program, browser, clerk_id: str) -> None:
    code = link(program, clerk_id)
    posts = [(await browser()).client.post("/in", data={"code": code}, allow_redirects=False) for _ in range(4)]
    answers = await asyncio.gather(*posts)
    assert sorted(answer.status for answer in answers) == [303, 403, 403, 403]
    refused = [await answer.text() for answer in answers if answer.status == 403]
    assert all("用过" in page for page in refused), "with what to do now"
    assert len(rows(program, "logins")) == 1


async def test_an_invitation_binds_one_account(make_program: Callable[..., Program]) -> None:
    one, other = make_program(), make_program()  # two processes: in one, messages of an instant share a transaction
    code = link(one, member(one, "局长", Grant(Role.HEAD, "gtj")))
    people = [FakePerson(of.talk, of.acts, of.texts, f"head-{n}") for n, of in enumerate((one, other, one, other))]
    heard = [said for [said] in await asyncio.gather(*(mine.says(f"/start k-{code}") for mine in people))]
    assert sorted("已绑定" in said.text for said in heard) == [False, False, False, True]
    assert all("用过、过期或不存在" in said.text for said in heard if "已绑定" not in said.text)
    assert len([row for row in rows(one, "contacts") if row["person_id"]]) == 1


@pytest.mark.parametrize("act", ["reply", "accept", "return", "excuse", "grant"])
async def test_what_a_unit_asks_or_answers_is_decided_once(
    program: Program, clerk: Browser, colleague: Browser, person, clock, act: str
) -> None:
    office, head = Office(program, clock), person("head-1")
    await is_head(program, head)
    duty = office.hand_over(working_days=5)
    if act in ("accept", "return"):
        said = (f"/answer {duty}", "已经整改完毕", "跳过", "提交")
    elif act == "grant":
        said = (f"/more_time {duty}", "12月10日", "测绘要等天晴，还要几天", "提交")
    else:
        said = (f"/ask_office {duty}", "能先报初稿吗？")
    for words in said:
        await head.says(words)
    page, before = f"/console/duty/{duty}", len(rows(program, "entries"))
    post = f"{page}/{act}", {"text": "请按此办理。", "date": "", "to": "unit"}
    first, second = await on_one_page(clerk, colleague, page, post, post)
    assert first == ""
    assert "刚刚有变化" in second or "已经" in second
    assert "请按此办理。" in second, "what the other has written is there to be copied"
    assert len(rows(program, "entries")) == before + 1


def to_heads(program: Program, many: int = 2) -> str:
    """A draft, by a third clerk, of a notice that is to be acknowledged by the heads of some units."""
    for unit in ("gtj", "jtj", "wsj")[:many]:
        person_with(program, Role.HEAD, unit, "telegram")
    return draft(program, Audience(roles=(Role.HEAD,)))


def released(program: Program) -> int:
    return len([row for row in events(program) if row["action"] == "notice_released"])


async def test_a_notice_is_sent_once(program: Program, clerk: Browser, colleague: Browser) -> None:
    page = f"/console/notices/{to_heads(program)}"
    post = f"{page}/send", {"when": "now"}
    first, second = await on_one_page(clerk, colleague, page, post, post)
    assert (first, released(program), len(got(program))) == ("", 1, 2)
    assert "刚刚" in second


@pytest.mark.parametrize("other", ["release", "back", "abort"])
async def test_what_waits_for_a_second_clerk_is_taken_one_way(
    program: Program, clerk: Browser, colleague: Browser, other: str
) -> None:
    notice_id = to_heads(program)
    laid = program.acts.by("clerk-1").transact(
        notices.send, notice_id, seen(program, notice_id), None, second_clerk_above=1
    )
    assert laid == "waiting"
    page = f"/console/notices/{notice_id}"
    first, second = await on_one_page(
        clerk, colleague, page, (f"{page}/release", {"when": "now"}), (f"{page}/{other}", {"when": "now"})
    )
    [notice] = rows(program, "notices")
    assert first == ""
    assert "刚刚" in second or (other, notice["state"]) == ("abort", "aborted"), "what goes out can still be stopped"
    assert released(program) <= 1
    left = [row for row in rows(program, "deliveries") if row["notice_id"]]
    if notice["state"] == "released":
        assert [row["state"] for row in left] == ["queued"] * 2
    else:
        assert {row["state"] for row in left} <= {"aborted"}


async def test_a_notice_is_stopped_by_both_and_once(program: Program, clerk: Browser, colleague: Browser) -> None:
    notice_id = to_heads(program)
    send(program, notice_id)
    spread(program, notice_id)
    page = f"/console/notices/{notice_id}"
    first, second = await on_one_page(clerk, colleague, page, (f"{page}/abort", {}), (f"{page}/abort", {}))
    assert first == ""
    assert "刚刚" in second
    assert len([row for row in events(program) if row["action"] == "notice_aborted"]) == 1
    assert {row["state"] for row in rows(program, "deliveries") if row["notice_id"]} == {"aborted"}


async def test_it_is_sent_again_in_one_notice(program: Program, clerk: Browser, colleague: Browser) -> None:
    notice_id = to_heads(program)
    send(program, notice_id)
    goes(program, notice_id)
    page = f"/console/notices/{notice_id}"
    assert await on_one_page(clerk, colleague, page, (f"{page}/again", {}), (f"{page}/again", {})) == ("", "")
    assert sorted(str(row["number"]) for row in rows(program, "notices")) == ["N20261121-0001", "N20261121-0001-2"]
