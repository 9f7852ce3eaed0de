"""A notice sent again goes once to whoever has not acknowledged it, on both databases."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from bot.build import Program
from models.tables import deliveries as sent
from services import notices
from services.foundation.refusal import Refusal
from services.notices import Audience
from services.people import Role
from tests.conftest import rows
from tests.drivers.noticing import draft, goes, got, person_with, send, spread, tap


def test_again_goes_to_people_who_acknowledged_on_no_account(program: Program) -> None:
    both = person_with(program, Role.SUPERVISOR, "gtj", "telegram", "web")
    late = person_with(program, Role.SUPERVISOR, "jtj", "telegram")
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    send(program, notice_id)
    spread(program, notice_id)
    program.database.transact(lambda tx: tx.execute(update(sent).values(state="sent")))
    program.acts.transact(notices.acknowledge, both[0], notice_id)
    again = program.acts.by("clerk-1").transact(notices.again, notice_id)
    send(program, again)
    spread(program, again)
    assert [row["contact_id"] for row in rows(program, "deliveries") if row["notice_id"] == again] == late
    numbers = sorted(str(row["number"]) for row in rows(program, "notices"))
    assert numbers == ["N20261121-0001", "N20261121-0001-2"]
    told = program.acts.look(notices.receipts, notice_id)
    assert sorted((one.places[0].unit_id, one.state) for one in told) == [
        ("gtj", "acknowledged"),
        ("gtj", "sent"),
        ("jtj", "sent"),
    ]


def test_a_notice_that_is_still_going_out_is_not_sent_again(program: Program) -> None:
    for _ in range(2):
        person_with(program, Role.SUPERVISOR, "gtj", "telegram")
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    send(program, notice_id)
    spread(program, notice_id)
    with pytest.raises(Refusal, match="still_going"):
        program.acts.by("clerk-1").transact(notices.again, notice_id)
    assert len(rows(program, "notices")) == 1
    program.database.transact(lambda tx: tx.execute(update(sent).values(state="sent")))
    assert program.acts.by("clerk-1").transact(notices.again, notice_id)


def sent_to(program: Program, *contact_ids: str) -> str:
    """A notice to these supervisors that has gone to all of them."""
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    send(program, notice_id)
    goes(program, notice_id)
    assert got(program) == sorted(contact_ids)
    return notice_id


def again(program: Program, notice_id: str) -> str:
    return program.acts.by("clerk-1").transact(notices.again, notice_id)


def left(program: Program, notice_id: str) -> int:
    notice = program.acts.look(notices.look, notice_id)
    assert notice
    return program.acts.look(notices.unacknowledged, notice)


async def test_again_pressed_twice_is_one_repeat(program: Program) -> None:
    first = sent_to(
        program, *(one for _ in range(3) for one in person_with(program, Role.SUPERVISOR, "gtj", "telegram"))
    )
    acts = program.acts.by("clerk-1").at(program.clock())
    repeats = {*await asyncio.gather(*(acts.write(notices.again, first) for _ in range(4)))}
    assert [row["number"] for row in rows(program, "notices")][1:] == ["N20261121-0001-2"]
    [repeat] = repeats
    send(program, repeat)
    for one in (first, repeat):
        with pytest.raises(Refusal, match="still_going"):
            again(program, one)
    goes(program, repeat)
    assert {again(program, first), again(program, first), again(program, repeat)} - {first, repeat}
    assert len(rows(program, "notices")) == 3


def test_who_has_acknowledged_any_of_them_gets_it_no_more(program: Program) -> None:
    """After the draft was made, on the message of the repeat, or on the old one when there is a newer."""
    late, new, old = (person_with(program, Role.SUPERVISOR, "gtj", "telegram")[0] for _ in range(3))
    first = sent_to(program, late, new, old)
    repeat = again(program, first)
    tap(program, late, first)
    notice = program.acts.look(notices.look, repeat)
    assert notice
    found = program.acts.look(notices.reach, repeat, notice.audience, None)
    assert (found.total, found.unreached) == (2, 0)
    send(program, repeat)
    goes(program, repeat)
    assert [row["contact_id"] for row in rows(program, "deliveries")].count(late) == 1
    assert (tap(program, new, repeat), tap(program, old, first)) == (
        ("N20261121-0001-2", True),
        ("N20261121-0001", True),
    )
    for one in (first, repeat):
        assert left(program, one) == 0
        with pytest.raises(Refusal, match="all_seen"):
            again(program, one)


def test_a_repeat_that_all_have_answered_meanwhile_is_not_sent(program: Program) -> None:
    [one] = person_with(program, Role.SUPERVISOR, "gtj", "telegram")
    first = sent_to(program, one)
    repeat = again(program, first)
    tap(program, one, first)
    with pytest.raises(Refusal, match="all_seen"):
        send(program, repeat)
