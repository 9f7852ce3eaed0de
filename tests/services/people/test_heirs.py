"""Who takes over from whom, and what becomes of what still waits for a channel then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import deliveries, obligations, oversight, people, signin
from services.deliveries import Capacity, Exchange, NoticeBodies, Told
from services.people import Device
from tests.conftest import Clock, events, rows
from tests.drivers.ringing import rung
from tests.drivers.told_units import CLERK, UNIT, Office

Meet = Callable[..., FakePerson]
ROOM = Capacity(10, 10, 10)


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    """Monday morning."""
    made = Office(program, clock)
    made.at("2026-11-23 09:00")
    return made


def named(office: Office, roles: tuple[str, ...] = ("head",), unit: str = UNIT) -> tuple[str, str]:
    """Somebody who is to be head there, and the code of their link."""
    new = office.office(people.add_member, "新人", roles, [unit], takes_over=True)
    return new, office.office(people.invite, new, 1)[1]


def away(office: Office, role: str = "head") -> str:
    """The head has one account, on a channel whose sender has not come yet."""
    person_id = office.bind(role)
    office.do(people.ensure_contact, "telegram", "77", "zh", person_id)
    return person_id


def leaves(office: Office) -> list[str]:
    found = office.do(deliveries.lease, "telegram", ROOM, NoticeBodies(office.program.vault))
    return [one.body.say.words for one in found]


async def given_to(sender: Exchange) -> list[str]:
    given = await sender.made(Told(), ROOM, (), ())
    assert given is not None
    return [one.body.say.words for one in given.leased if one.body.say]


async def test_what_has_not_left_yet_goes_to_no_old_head(office: Office, person: Meet) -> None:
    away(office)
    office.hand_over(working_days=3)
    _, code = named(office)
    await person("new").says(f"/start k-{code}")
    assert leaves(office) == ["menu.ended"]


@pytest.mark.parametrize("settled", [False, True])
def test_what_has_not_left_yet_asks_for_nothing_that_is_done(office: Office, settled: bool) -> None:
    office.bind("head", "head")
    away(office)
    obligation = office.hand_over("2026-11-27")
    other = office.hand_over("2026-11-27")
    office.act(obligations.acknowledge, obligation)
    office.act(obligations.acknowledge, other)
    leaves(office)
    office.at("2026-11-24 08:30")
    assert office.fire() == 2
    if settled:
        office.decide(obligations.excuse, obligation, "重复了")
    else:
        office.answer(obligation)
    assert leaves(office) == ["obligation.reminder", *["obligation.excused"] * settled]


def test_what_is_sent_back_is_told_by_the_newest_message_alone(office: Office) -> None:
    office.bind("head", "head")
    away(office)
    obligation = office.hand_over("2026-11-27")
    office.answer(obligation)
    office.decide(obligations.send_back, obligation, "没有写明责任人")
    assert leaves(office) == ["obligation.returned"]


async def test_a_reminder_whose_channel_was_away_waits_for_the_morning(office: Office) -> None:
    away(office)
    office.act(obligations.acknowledge, office.hand_over("2026-11-27"))
    office.at("2026-11-24 08:30")
    assert office.fire() == 1
    office.at("2026-11-24 23:30")
    p = office.program
    sender = Exchange(p.acts, "telegram", "here")  # it comes at last
    assert await given_to(sender) == []
    office.hand_over("2026-11-30")  # somebody of the office works late, and says so
    assert await given_to(sender) == ["obligation.handed"]
    office.at("2026-11-25 07:59")
    assert await given_to(sender) == []
    office.at("2026-11-25 08:00")
    assert await given_to(sender) == ["obligation.handed", "obligation.reminder"]


def test_a_clerk_who_is_the_new_head_puts_nobody_out_by_opening_the_console(office: Office) -> None:
    office.bind("head", "head")
    _, code = named(office, ("clerk", "head"))
    office.do(signin.admit, code, Device("chrome", "windows"), timedelta(days=1))
    office.told()
    office.hand_over(working_days=5)
    assert office.said() == ["11-23 09:00 head 1 handed"]


def test_a_blocked_account_takes_over_nothing(office: Office) -> None:
    office.bind("head", "head")
    deputy = office.bind("deputy", "deputy")
    office.do(people.reach_changed, "fake", "e1", "deputy", blocked=True)
    office.office(people.grant_more, deputy, ["head"], [UNIT], takes_over=True)
    office.hand_over(working_days=5)
    assert "obligation.handed" in [one.words for one in office.told() if one.to == "head"]


async def test_somebody_elses_link_asks_before_it_takes_an_account_away(office: Office, person: Meet) -> None:
    office.bind("head", "a")
    new, code = named(office, unit="gdj")
    a = person("a")
    [asked] = await a.says(f"/start k-{code}")
    assert "单位负责人（市国土局）" in asked.text
    await a.taps("不改绑")
    assert rows(office.program, "contacts")[0]["person_id"] == office.people["head"]
    p = office.program
    await a.says(f"/start k-{code}")
    [bound] = await a.taps("改绑到新的人")
    assert bound.text.startswith("✅ 已绑定")
    assert rows(office.program, "contacts")[0]["person_id"] == new
    assert ("account_taken", office.people["head"]) in [(one["action"], one["subject"]) for one in events(p)]


async def test_whoever_loses_a_role_hears_so(office: Office, person: Meet) -> None:
    deputy = office.bind("deputy", "deputy")
    told = rung(office.program.acts.by(CLERK), people.withdraw_role, deputy, "deputy", UNIT)
    assert {channel for channel, _ in told} == {"fake"}
    assert "您不再是市国土局副职" in person("deputy").screen().text


async def test_nobody_is_reminded_of_a_half_filled_form_at_night(office: Office, person: Meet) -> None:
    office.bind("head", "head")
    obligation = office.hand_over(working_days=5)
    await person("head").says(f"/answer {obligation}")
    before = len(rows(office.program, "deliveries"))
    for moment, more in (("2026-11-24 23:45", 0), ("2026-11-25 07:59", 0), ("2026-11-25 08:00", 1)):
        office.at(moment)
        office.do(oversight.remind_idle)
        assert len(rows(office.program, "deliveries")) == before + more, moment


async def test_after_a_clock_was_put_back_the_old_head_stays_out(office: Office, person: Meet) -> None:
    office.bind("head", "head")
    obligation = office.hand_over(working_days=3)
    office.at("2026-11-24 09:00")  # a day ahead by mistake
    _, code = named(office)
    await person("new").says(f"/start k-{code}")
    office.at("2026-11-23 09:30")
    [said] = await person("head").says(f"/acknowledge {obligation}")
    assert "您不再是市国土局负责人" in said.text


async def test_after_a_clock_was_put_back_what_was_said_can_be_read(office: Office, person: Meet) -> None:
    office.bind("head", "head")
    office.do(people.ensure_contact, "webchat", "tab", "zh", office.people["head"])
    office.at("2026-11-24 09:00")  # a day ahead by mistake
    office.hand_over(working_days=3)
    office.at("2026-11-23 09:30")
    assert any("新的督办事项" in one.text for one in person("head").heard())
    p = office.program
    tab = next(row["id"] for row in rows(p, "contacts") if row["channel"] == "webchat")
    office.do(deliveries.number_due, "webchat", tab)
    assert len(office.do(deliveries.mailbox, "webchat", tab, 0, 10)) == 1
