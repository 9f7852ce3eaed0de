"""What the rows go through: urgency, notices and their abort, crashes, receipts in any order, letters for later."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.build import Program
from models.tables import notices
from services.deliveries import (
    Capacity,
    Holder,
    NoticeBodies,
    Outgoing,
    Parcel,
    Result,
    delivered,
    hold_lane,
    lease,
    leave_lane,
    mailbox,
    number_due,
    queue,
    received,
    record,
    undelivered,
)
from services.foundation.act import Act
from services.people import address_hash, lock_contacts
from tests.conftest import Clock, rows
from tests.drivers import broadcasting
from tests.drivers.ringing import rung
from tests.drivers.waiting import until
from tests.drivers.wires import WIRE, Wire, put, say, sending, states

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where the database does not matter


@pytest.fixture
def wire() -> Wire:
    return Wire()


US = Holder("here", "one")
ENOUGH = Capacity(50, 50, 50)


def person(program: Program, address: str, channel: str = WIRE) -> str:
    key = address_hash(program.vault, channel, address)
    return program.acts.transact(lock_contacts, {key: (channel, address, "zh")})[key].id


def release(program: Program, name: str, *contact_ids: str, channel: str = WIRE, due: timedelta = timedelta(0)) -> None:
    """A notice to these, a row each."""
    broadcasting.release(program, contact_ids, name, channel, body=say(name), now=program.clock(), wait=due)


def abort(program: Program, name: str) -> None:
    stopped = update(notices).where(notices.c.id == name).values(state="aborted")
    program.database.transact(lambda tx: tx.execute(stopped))


def taken(program: Program, capacity: Capacity = ENOUGH, holder: Holder = US) -> list[Parcel]:
    def work(act: Act) -> list[Parcel]:
        if not hold_lane(act, WIRE, holder):
            return []
        return lease(act, WIRE, capacity, NoticeBodies(program.vault))

    return program.acts.transact(work)


def write(program: Program, address: str, words: str, urgency: str) -> None:
    outgoing = [Outgoing(person(program, address), WIRE, say(words))]
    program.acts.transact(queue, outgoing, urgency)


def test_the_more_urgent_is_taken_first(program: Program) -> None:
    release(program, "n", *(person(program, f"b{n}") for n in range(8)))
    write(program, "a", "reminder", "reminder")
    write(program, "a", "reply", "reply")
    parcels = taken(program, Capacity(6, 6, 3))
    assert [parcel.urgency for parcel in parcels] == ["reply", "reminder", "broadcast", "broadcast", "broadcast"]
    assert parcels[2].body == say("n")


def test_after_a_crash_replies_go_again_and_broadcasts_do_not(program: Program) -> None:
    release(program, "n", person(program, "b"))
    write(program, "a", "reply", "reply")
    assert len(taken(program)) == 2
    again = taken(program, holder=Holder("here", "two"))
    assert [(one.urgency, one.attempts) for one in again] == [("reply", 2)]
    assert sorted(map(str, states(program))) == ["sending", "uncertain"]


def test_another_sender_waits_for_the_lane(program: Program, clock: Clock) -> None:
    write(program, "a", "reply", "reply")
    assert len(taken(program)) == 1
    assert taken(program, holder=Holder("there", "two")) == []
    clock.passes(seconds=16)
    assert len(taken(program, holder=Holder("there", "two"))) == 1


def test_an_aborted_notice_is_not_handed_out(program: Program) -> None:
    release(program, "n", person(program, "b"), person(program, "c"))
    abort(program, "n")
    assert taken(program) == []
    assert states(program) == ["aborted", "aborted"]


@on_sqlite
async def test_an_abort_stops_what_has_not_begun(program: Program, wire: Wire) -> None:
    wire.gate.clear()
    release(program, "n", *(person(program, f"b{n}") for n in range(30)))
    async with sending(program, wire, at_once=10):
        await until(lambda: wire.now_sending == 4)
        abort(program, "n")
        wire.gate.set()
        await until(lambda: not {"queued", "sending"} & set(states(program)))
    assert states(program).count("sent") == 4
    assert states(program).count("aborted") == 26


@on_sqlite
async def test_a_reply_finds_a_place_beside_a_broadcast(program: Program, wire: Wire) -> None:
    wire.gate.clear()
    release(program, "n", *(person(program, f"b{n}") for n in range(30)))
    async with sending(program, wire, at_once=10):
        await until(lambda: wire.now_sending == 4)
        put(program, "a", say("reply"))
        await until(lambda: wire.now_sending == 5)
        wire.gate.set()
        await until(lambda: set(states(program)) == {"sent"})
    assert "a:reply" in wire.seen[:5]


@on_sqlite
async def test_a_quiet_end_gives_unsent_broadcasts_back(program: Program, wire: Wire) -> None:
    wire.gate.clear()
    release(program, "n", *(person(program, f"b{n}") for n in range(6)))
    async with sending(program, wire, at_once=5) as task:
        await until(lambda: wire.now_sending == 2)
        task.cancel()
        await asyncio.sleep(0)
        wire.gate.set()
        await asyncio.gather(task, return_exceptions=True)
    assert sorted(map(str, states(program))) == ["queued"] * 4 + ["sent"] * 2


def test_receipts_in_any_order_never_lower_a_state(program: Program, clock: Clock) -> None:
    for n in range(4):
        write(program, f"a{n}", "x", "reminder")
    first, second, third, fourth = [parcel.id for parcel in taken(program)]

    def told(act: Act) -> None:
        delivered(act, WIRE, first)  # before its result
        undelivered(act, WIRE, second, "rejected")
        record(act, [Result(id, wire_id="w") for id in (first, second, third, fourth)])
        delivered(act, WIRE, third)
        undelivered(act, WIRE, third, "late")
        undelivered(act, WIRE, fourth, "expired")
        delivered(act, WIRE, fourth)
        assert not delivered(act, WIRE, 999)
        assert not delivered(act, "another", second)
        leave_lane(act, WIRE, US)

    program.acts.transact(told)
    assert [(row["state"], row["wire_id"]) for row in rows(program, "deliveries")] == [
        ("delivered", "w"),
        ("failed", "w"),
        ("delivered", "w"),
        ("delivered", "w"),
    ]
    assert [row["error"] for row in rows(program, "deliveries")] == [None, "rejected", None, None]


def test_what_arrived_has_no_reason_why_not(program: Program, clock: Clock) -> None:
    write(program, "a", "x", "reminder")
    [parcel] = taken(program)
    program.acts.transact(delivered, WIRE, parcel.id)  # the carrier took it, and its answer was lost
    again = Result(parcel.id, error="no_answer", retry_after=timedelta(seconds=2))
    program.acts.transact(record, [again])
    [row] = rows(program, "deliveries")
    assert (row["state"], row["error"]) == ("delivered", None)


def test_a_letter_for_later_reaches_a_page_that_has_read_on(program: Program, clock: Clock) -> None:
    contact = person(program, "v", "web")

    def letters(after: int) -> list[tuple[int, str]]:
        found = program.acts.look(mailbox, "web", contact, after, 50)
        return [(one.id, one.body.say.words) for one in found if one.body.say]

    release(program, "later", contact, channel="web", due=timedelta(hours=1))
    release(program, "stopped", contact, channel="web", due=timedelta(hours=1))
    outgoing = [Outgoing(contact, "web", say("now"))]
    program.acts.transact(queue, outgoing)
    assert program.acts.transact(number_due)
    [(seen, words)] = letters(0)
    assert words == "now"
    program.acts.transact(received, "web", contact, seen)
    clock.passes(hours=2)
    assert letters(seen) == []  # not before it has its number
    abort(program, "stopped")
    assert rung(program.acts, number_due) == {("web", contact)}
    assert rung(program.acts, number_due) == set()
    assert [words for _, words in letters(seen)] == ["later"]
    assert [words for _, words in letters(0)] == ["now", "later"]
