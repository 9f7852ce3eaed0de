"""Whom a notice reaches, and its rows, written once whoever is killed, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.build import Program
from channels.fake import FakePerson
from models import tables
from services import deliveries, notices, people
from services.foundation import phones
from services.foundation.refusal import Refusal
from services.notices import Audience
from services.people import SMS, Role
from tests.conftest import Clock, rows
from tests.drivers.noticing import TEXT, draft, got, person_with, send, spread
from tests.drivers.ringing import rung


def test_the_recipients_are_those_of_the_release(program: Program) -> None:
    first = person_with(program, Role.SUPERVISOR, "gtj", "telegram", "web") + person_with(
        program, Role.SUPERVISOR, "jtj", "web"
    )
    person_with(program, Role.CLERK, None, "telegram")
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    assert send(program, notice_id) == "released"
    person_with(program, Role.SUPERVISOR, "wsj", "telegram")
    assert spread(program, notice_id) == 2
    assert got(program) == sorted(first)
    assert spread(program, notice_id) == 1, "nothing is written twice"
    assert got(program) == sorted(first)
    told = program.acts.look(notices.progress, notice_id)
    assert (told.total, told.counts["queued"], told.counts["ready"]) == (3, 1, 2)


def test_whoever_takes_up_a_notice_half_written_writes_only_the_rest(program: Program) -> None:
    found = [one for _ in range(5) for one in person_with(program, Role.SUPERVISOR, "gtj", "telegram")]
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    send(program, notice_id)
    assert program.acts.transact(notices.spread, notice_id, 2)
    assert program.acts.look(notices.progress, notice_id).counts["unspread"] == 3
    while program.acts.transact(notices.carry_on):
        pass
    assert got(program) == sorted(found)


@pytest.mark.parametrize(
    ("audience", "many"),
    [
        (Audience(roles=(Role.HEAD,)), 2),
        (Audience(units=("gtj",)), 2),
        (Audience(kinds=("window",)), 1),
        (Audience(roles=(Role.HEAD,), kinds=("window",)), 0),
        (Audience(areas=("城南",)), 2),
        (Audience(areas=("城南",), kinds=("bureau",)), 1),
        (Audience(), 0),
    ],
)
def test_an_audience_is_chosen_by_role_kind_area_and_unit(program: Program, audience: Audience, many: int) -> None:
    from models.tables import units

    program.database.transact(lambda tx: tx.execute(update(units).where(units.c.area == "城南").values(area=None)))
    program.database.transact(lambda tx: tx.execute(update(units).where(units.c.id == "gtj").values(area="城南")))
    person_with(program, Role.HEAD, "gtj", "telegram")
    person_with(program, Role.HEAD, "fgw", "telegram")
    person_with(program, "liaison", "gtj-1", "telegram")
    person_with(program, Role.SUPERVISOR, "gtj", "telegram")  # who inspects a unit is not of it
    notice_id = draft(program, audience)
    found = program.acts.look(notices.reach, notice_id, audience, None)
    assert found.total == many
    if not many:
        with pytest.raises(Refusal, match="audience_empty"):
            send(program, notice_id)


def test_an_sms_goes_to_those_without_a_chat_and_not_to_whoever_opted_out(program: Program) -> None:
    chat = person_with(program, Role.SUPERVISOR, "gtj", "telegram", phone="+8613800138000")
    person_with(program, Role.SUPERVISOR, "gtj", phone="+8613900139000")
    person_with(program, Role.SUPERVISOR, "jtj", phone="+8613700137000")
    person_with(program, Role.SUPERVISOR, "wsj")
    out = program.acts.transact(people.ensure_contacts, SMS, [phones.normalised("13700137000")], "zh")
    blocked = update(tables.contacts).where(tables.contacts.c.id == out[0]).values(blocked_at=program.clock())
    program.database.transact(lambda tx: tx.execute(blocked))
    audience = Audience(roles=(Role.SUPERVISOR,), sms=True)
    notice_id = draft(program, audience)
    found = program.acts.look(notices.reach, notice_id, audience, None)
    assert (found.channels, found.unreached) == ({"telegram": 1, "sms": 1}, 5), "the city's three have neither"
    no_sms = program.acts.look(notices.reach, notice_id, audience, frozenset({"telegram", "web"}))
    assert no_sms.channels == {"telegram": 1}
    send(program, notice_id)
    spread(program, notice_id)
    channels = sorted(str(row["channel"]) for row in rows(program, "deliveries") if row["notice_id"])
    assert (channels, chat[0] in got(program)) == (["sms", "telegram"], True)
    assert "13900139000" not in str(rows(program, "notices"))


def test_a_stopped_notice_is_sent_to_nobody_more(program: Program) -> None:
    for _ in range(3):
        person_with(program, Role.SUPERVISOR, "gtj", "telegram")
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    send(program, notice_id)
    program.acts.transact(notices.spread, notice_id, 2)
    program.acts.by("clerk-1").transact(notices.abort, notice_id)
    assert not program.acts.transact(notices.spread, notice_id)
    while program.acts.transact(notices.stop_rows, notice_id):
        pass
    assert [row["state"] for row in rows(program, "deliveries") if row["notice_id"]] == ["aborted"] * 2
    told = program.acts.look(notices.progress, notice_id)
    assert (told.state, told.counts["aborted"], told.over) == ("aborted", 3, True)


async def test_a_scheduled_notice_shows_on_an_open_page_when_its_time_has_come(
    program: Program, person: Callable[..., FakePerson], clock: Clock
) -> None:
    page = person("web-1", channel="web")
    await page.says("/start")
    mine = person_with(program, Role.SUPERVISOR, "gtj")
    assert mine == []
    supervisors = [
        row["person_id"]
        for row in rows(program, "grants")
        if row["unit_id"] == "gtj" and row["role"] == Role.SUPERVISOR
    ]
    contact = page.contact_id()
    assert contact
    program.acts.transact(people.bind_contact, contact, str(supervisors[-1]))
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,), units=("gtj",)))
    send(program, notice_id, program.clock() + timedelta(hours=1))
    spread(program, notice_id)
    await page.says("/help")
    read = max(int(str(row["letter"])) for row in rows(program, "deliveries") if not row["notice_id"])
    assert page.heard(after=read) == []
    clock.passes(hours=1, minutes=1)
    assert rung(program.acts, deliveries.number_due) == {("web", page.contact_id())}
    assert [TEXT in one.text for one in page.heard(after=read)] == [True]
    program.acts.transact(notices.carry_on)
    assert [row["state"] for row in rows(program, "notices")] == ["done"]
