"""The office asks the citizen whether what a unit says was done is so; the tap stands beside the answer."""

from __future__ import annotations

import pytest

from bot.build import Program
from channels.fake import FakePerson
from tests.conftest import rows
from tests.drivers.chat_screens import labels
from tests.drivers.desk_pages import ASKED, WORDS, answers, complains, first_obligation, first_report, is_head

SAYS = "单位说窗口已经增派一人。"


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


async def test_of_somebody_elses_case_nothing_is_said(program: Program, citizen: FakePerson, person) -> None:
    await complains(citizen, WORDS)
    other = person("other")
    [told] = await other.says(f"/confirm {rows(program, 'cases')[0]['id']} so")
    assert "已补充" not in told.text
    assert [one for one in rows(program, "entries") if one["kind"] == "addition"] == []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_nobody_has_asked_is_not_recorded_as_an_answer(program: Program, citizen: FakePerson) -> None:
    number = await complains(citizen, WORDS)
    [told] = await citizen.says(f"/confirm {rows(program, 'cases')[0]['id']} so")
    assert told.text.startswith(number)
    assert rows(program, "entries") == []
