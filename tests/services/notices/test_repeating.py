"""A notice sent again goes once to whoever has not acknowledged it, on both databases."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import update

from bot.build import Program
from models.tables import deliveries as sent
from services import notices
from services.deliveries import Capacity, Holder, NoticeBodies, Parcel, Result, hold_lane, lease, record
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.notices import Audience, Written
from services.oversight import receipts_of
from services.people import Role
from tests.conftest import rows
from tests.drivers.noticing import TEXT, draft, goes, got, person_with, send, spread, tap


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


def stopped_halfway(program: Program) -> tuple[str, list[str]]:
    """A notice to two supervisors and two uploaded numbers that was stopped when it had gone to two of them."""
    for _ in range(2):
        person_with(program, Role.SUPERVISOR, "gtj", "telegram")
    notice_id = draft(program, Audience(roles=(Role.SUPERVISOR,)))
    numbers = ["+8613800138000", "+8613900139001"]
    program.acts.by("clerk-1").transact(notices.add_numbers, notice_id, "zh", numbers)
    send(program, notice_id)
    meant = sorted(str(row["contact_id"]) for row in rows(program, "listeners"))
    program.acts.transact(notices.spread, notice_id, 3)
    gone = update(sent).where(sent.c.contact_id.in_(meant[:2])).values(state="sent")
    program.database.transact(lambda tx: tx.execute(gone))
    program.acts.by("clerk-2").transact(notices.abort, notice_id)
    return notice_id, meant[2:]


def test_what_was_stopped_is_sent_to_just_those_whom_it_had_not_reached(program: Program) -> None:
    """Those whose row was stopped and those who never had one, people and uploaded numbers alike."""
    notice_id, left_out = stopped_halfway(program)
    clerk, notice = program.acts.by("clerk-1"), program.acts.look(notices.look, notice_id)
    assert notice
    with pytest.raises(Refusal, match="still_going"):
        clerk.transact(notices.again, notice_id, missed=True)
    program.acts.transact(notices.stop_rows, notice_id)
    assert program.acts.look(notices.missed, notice) == (2, 0)
    unseen, rest = again(program, notice_id), clerk.transact(notices.again, notice_id, missed=True)
    assert rest != unseen, "those who have not acknowledged are others"
    assert clerk.transact(notices.again, notice_id, missed=True) == rest
    made = program.acts.look(notices.look, rest)
    assert made
    assert (made.texts, made.number) == (notice.texts, "N20261121-0001-3")
    send(program, rest)
    goes(program, rest)
    to = sorted(str(row["contact_id"]) for row in rows(program, "deliveries") if row["notice_id"] == rest)
    assert to == left_out
    assert program.acts.look(notices.missed, notice) == (0, 0)
    with pytest.raises(Refusal, match="all_seen"):
        clerk.transact(notices.again, notice_id, missed=True)


def test_whom_a_crash_left_in_doubt_gets_it_again_only_where_a_clerk_says_so(program: Program) -> None:
    """Though nobody was asked to acknowledge it; whoever got it for sure does not get it again."""
    sure, doubt = (person_with(program, Role.SUPERVISOR, "gtj", "telegram")[0] for _ in range(2))
    written = Written({"zh": TEXT}, Audience(roles=(Role.SUPERVISOR,)), acknowledges=False)
    clerk = program.acts.by("clerk-1")
    notice_id = clerk.transact(notices.draft, written)
    send(program, notice_id)
    spread(program, notice_id)
    us, them = (Holder("here", run) for run in ("one", "two"))
    enough = Capacity(9, 9, 9)

    def taken(act: Act, holder: Holder) -> list[Parcel]:
        assert hold_lane(act, "telegram", holder)
        return lease(act, "telegram", enough, NoticeBodies(act.vault))

    both = program.acts.transact(taken, us)
    gone = next(one.id for one in both if one.contact_id == sure)
    program.acts.transact(record, [Result(gone, wire_id="1")])
    assert program.acts.transact(taken, them) == [], "after the crash nothing of it is sent by itself"
    program.acts.transact(notices.settle, notice_id)
    notice = program.acts.look(notices.look, notice_id)
    assert notice
    assert notice.state == "done"
    assert program.acts.look(notices.missed, notice) == (1, 1)
    rest = clerk.transact(notices.again, notice_id, missed=True)
    send(program, rest)
    goes(program, rest)
    assert [row["contact_id"] for row in rows(program, "deliveries") if row["notice_id"] == rest] == [doubt]
    assert program.acts.look(notices.missed, notice) == (0, 0)


def test_a_draft_that_was_thrown_away_has_nobody_whom_it_did_not_reach(program: Program) -> None:
    notice_id = draft(program, Audience())
    program.acts.by("clerk-1").transact(notices.add_numbers, notice_id, "zh", ["+8613800138000"])
    program.acts.by("clerk-1").transact(notices.abort, notice_id)
    with pytest.raises(Refusal, match="gone"):
        program.acts.by("clerk-1").transact(notices.again, notice_id, missed=True)


def test_the_receipts_tell_of_everybody_whom_it_was_for(program: Program) -> None:
    """Of an uploaded number its ends; of who never had a row, that it was stopped."""
    notice_id, _ = stopped_halfway(program)
    program.acts.transact(notices.stop_rows, notice_id)
    told = program.acts.look(notices.receipts, notice_id)
    assert [(len(one.places), one.channel, one.number) for one in told[:2]] == [(1, "telegram", "")] * 2
    assert sorted((len(one.places), one.channel, one.number) for one in told[2:]) == [
        (0, "sms", "138****8000"),
        (0, "sms", "139****9001"),
    ]
    assert sorted(one.state for one in told) == ["aborted", "aborted", "sent", "sent"]
    assert program.acts.look(notices.receipts, notice_id, most=3) == told[:3]
    rows_told = program.database.look(lambda tx: list(receipts_of(tx, program.vault, notice_id)))
    assert sorted((row["phone"] or "", row["role"] or "", row["state"]) for row in rows_told) == sorted(
        (one.number, "" if one.number else "supervisor", one.state) for one in told
    )


def test_a_repeat_that_all_have_answered_meanwhile_is_not_sent(program: Program) -> None:
    [one] = person_with(program, Role.SUPERVISOR, "gtj", "telegram")
    first = sent_to(program, one)
    repeat = again(program, first)
    tap(program, one, first)
    with pytest.raises(Refusal, match="all_seen"):
        send(program, repeat)
