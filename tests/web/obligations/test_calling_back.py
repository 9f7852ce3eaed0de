"""The office asks the citizen whether what a unit says was done is so; the tap stands beside the answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import cases, people
from tests.conftest import rows
from tests.drivers.chat_screens import labels
from tests.drivers.desk_pages import ASKED, WORDS, answers, complains, first_obligation, first_report, is_head
from tests.web.conftest import Browser

SAYS = "单位说窗口已经增派一人。"
Does = Callable[[FakePerson, str], Awaitable[None]]


@pytest.mark.parametrize("tap", ["属实", "不属实"])
async def test_a_tap_of_the_citizen_is_kept_and_makes_the_report_unread(
    program: Program, clerk, person, citizen: FakePerson, tap: str
) -> None:
    head = person("head-1")
    head_id = await is_head(program, head)
    number = await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    page = await clerk.sends(f"{report}/hand", unit="gtj", kind="complaint", text=ASKED, days="3", date="")
    obligation = first_obligation(page)
    await clerk.opens(obligation)
    await clerk.sends(f"{obligation}/verify", text=SAYS)
    assert clerk.status == 409, "nothing is answered yet"
    answers(program, head_id, obligation[-20:], "已增派一人。")
    assert "请来件人核实" in await clerk.opens(obligation)
    page = await clerk.sends(f"{obligation}/verify", text=" ")
    assert (clerk.status, "窗口已增派一人" in page) == (422, True)
    told = len(head.heard())
    page = await clerk.sends(f"{obligation}/verify", text=SAYS)
    assert "已发给来件人" in page
    assert number in citizen.screen().text
    assert SAYS in citizen.screen().text
    assert labels(citizen) == ["属实", "不属实", "回答"]
    assert rows(program, "cases")[0]["read"]
    await citizen.taps(tap)
    assert "已补充到" in citizen.screen().text
    page = await clerk.opens(obligation)
    heard = page.partition('id="heard"')[2].partition("</section>")[0]
    assert f">{tap}<" in heard
    assert SAYS in heard
    assert not rows(program, "cases")[0]["read"]
    assert len(head.heard()) == told, "the unit hears nothing of it"


async def called_back(program: Program, clerk: Browser, head_id: str) -> tuple[str, str]:
    """A case whose unit has answered and whose citizen is asked whether it is so: the address of the duty, its id."""
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    duty = first_obligation(
        await clerk.sends(f"{report}/hand", unit="gtj", kind="complaint", text=ASKED, days="3", date="")
    )
    answers(program, head_id, duty[-20:], "已增派一人。")
    await clerk.opens(duty)
    await clerk.sends(f"{duty}/verify", text=SAYS)
    return duty, report[-20:]


async def says_no(citizen: FakePerson, case_id: str) -> None:
    await citizen.taps("不属实")


async def adds(citizen: FakePerson, case_id: str) -> None:
    for said in (f"/add {case_id}", "今天去还是没有人", "跳过"):
        await citizen.says(said)


async def withdraws(citizen: FakePerson, case_id: str) -> None:
    await citizen.says(f"/withdraw {case_id}")
    await citizen.taps("撤回")


@pytest.mark.parametrize(
    ("act", "does", "shows"),
    [
        *((act, says_no, ">不属实<") for act in ("accept", "return", "excuse", "reply", "verify")),
        ("accept", adds, "今天去还是没有人"),
        ("accept", withdraws, "来件人撤回"),
    ],
)
async def test_nobody_decides_on_a_page_that_does_not_show_what_the_citizen_has_just_done(
    program: Program, clerk: Browser, person, citizen: FakePerson, act: str, does: Does, shows: str
) -> None:
    head = person("head-1")
    head_id = await is_head(program, head)
    await complains(citizen, WORDS)
    duty, case_id = await called_back(program, clerk, head_id)
    before, told = await clerk.opens(duty), len(head.heard())
    await does(citizen, case_id)
    state = rows(program, "cases")[0]["state"]
    heard = len(citizen.heard())
    page = await clerk.sends(f"{duty}/{act}", text="谢谢来件，已经办好了。", to="citizen")
    assert (clerk.status, "来件人或另一位同事动过" in page) == (409, True)
    assert "谢谢来件，已经办好了。" in page, "what the clerk wrote is kept"
    assert (shows in before, shows in page) == (False, True), "what has changed is on the page"
    assert (rows(program, "cases")[0]["state"], len(citizen.heard()), len(head.heard())) == (state, heard, told)
    await clerk.sends(f"{duty}/{act}", text="请再核实一次。", to="unit" if does is withdraws else "citizen")
    assert clerk.status == 200, "once it was read it is decided"


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_two_clerks_ask_the_citizen_once(program: Program, clerk: Browser, person, citizen: FakePerson) -> None:
    head_id = await is_head(program, person("head-1"))
    await complains(citizen, WORDS)
    duty, _ = await called_back(program, clerk, head_id)
    seen = clerk.page
    await clerk.sends(f"{duty}/verify", text="单位说已经再派一人。")
    clerk.page, heard = seen, len(citizen.heard())
    await clerk.sends(f"{duty}/verify", text="单位说已经再派一人。")
    assert (clerk.status, len(citizen.heard())) == (409, heard)


async def test_of_somebody_elses_case_nothing_is_said(
    program: Program, clerk: Browser, citizen: FakePerson, person
) -> None:
    head_id = await is_head(program, person("head-1"))
    await complains(citizen, WORDS)
    _, case_id = await called_back(program, clerk, head_id)
    said, read = len(rows(program, "entries")), rows(program, "cases")[0]["read"]
    other = person("other")
    for word in ("so", "not_so"):
        [told] = await other.says(f"/confirm {case_id} {word}")
        [of_none] = await other.says(f"/confirm {'0' * 20} {word}")
        assert told.text == of_none.text, "as if there were no such case"
        key = people.address_hash(program.vault, "fake", "other")
        contact = program.acts.transact(people.lock_contacts, {key: ("fake", "other", "zh")})[key]
        assert not program.acts.transact(cases.add, contact, case_id, word, ())
    assert (len(rows(program, "entries")), rows(program, "cases")[0]["read"]) == (said, read)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_nobody_has_asked_is_not_recorded_as_an_answer(program: Program, citizen: FakePerson) -> None:
    number = await complains(citizen, WORDS)
    [told] = await citizen.says(f"/confirm {rows(program, 'cases')[0]['id']} so")
    assert told.text.startswith(number)
    assert rows(program, "entries") == []
