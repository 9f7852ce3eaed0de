"""What the sender makes of a queue: order, what is worth sending, who may send, and a quiet end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.build import Program
from conversation.messages import Body, Problem, Screen
from models.tables import contacts
from services.deliveries import MOST_ATTEMPTS, Parcel, Result
from tests.conftest import Clock, rows
from tests.drivers.waiting import until
from tests.drivers.wires import Wire, put, say, sending, states

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where the database does not matter


@pytest.fixture
def wire() -> Wire:
    return Wire()


def ask(name: str, problem: str | None = None) -> Body:
    return Body(ask=Screen("f", name, "text", 1, 1, 1, problem=Problem(problem) if problem else None))


async def test_each_contact_in_order_and_contacts_side_by_side(program: Program, wire: Wire) -> None:
    wire.gate.clear()
    for n in range(4):
        put(program, f"a{n}", *[say(str(i)) for i in range(3)])
    async with sending(program, wire):
        await until(lambda: wire.now_sending == 4)
        wire.gate.set()
        await until(lambda: states(program) == ["sent"] * 12)
    assert wire.most_at_once == 4
    for n in range(4):
        assert [one for one in wire.seen if one.startswith(f"a{n}:")] == [f"a{n}:{i}" for i in range(3)]


@on_sqlite
async def test_no_more_at_once_than_allowed(program: Program, wire: Wire) -> None:
    for n in range(12):
        put(program, f"a{n}", say("x"))
    async with sending(program, wire, at_once=5):
        await until(lambda: states(program) == ["sent"] * 12)
    assert wire.most_at_once <= 5


@on_sqlite
async def test_only_the_newest_screen_is_sent_but_every_message(program: Program, wire: Wire) -> None:
    put(program, "a", ask("p1"), ask("p2"), say("s1"), ask("p3", "too_large"), ask("p4"), say("s2"), ask("p5", "stale"))
    async with sending(program, wire):
        await until(lambda: "queued" not in states(program) and "sending" not in states(program))
    assert wire.seen == ["a:s1", "a:p3", "a:s2", "a:p5"]
    assert states(program).count("superseded") == 3


async def test_what_is_newer_waits_behind_what_must_be_tried_again(program: Program, wire: Wire, clock: Clock) -> None:
    wire.answers["a:1"] = lambda parcel: Result(parcel.id, error="500", retry_after=timedelta(seconds=30))
    put(program, "a", say("1"), say("2"))
    put(program, "b", say("1"))
    async with sending(program, wire):
        await until(lambda: states(program) == ["queued", "queued", "sent"])
        put(program, "a", say("3"))
        await until(lambda: rows(program, "deliveries")[-1]["error"] == "behind")
        assert wire.seen.count("a:2") + wire.seen.count("a:3") == 0
        clock.passes(seconds=31)
        await until(lambda: states(program) == ["sent"] * 4)
    assert [one for one in wire.seen if one.startswith("a:")] == ["a:1", "a:1", "a:2", "a:3"]


@on_sqlite
async def test_one_parcel_that_breaks_stops_nobody(program: Program, wire: Wire) -> None:
    def breaks(parcel: Parcel) -> Result:
        raise KeyError(parcel.id)

    wire.answers["a:1"] = breaks
    put(program, "a", say("1"), say("2"))
    async with sending(program, wire):
        await until(lambda: states(program) == ["failed", "sent"])
    assert rows(program, "deliveries")[0]["error"] == "KeyError"


@on_sqlite
async def test_a_contact_that_is_gone_gets_nothing_more(program: Program, wire: Wire) -> None:
    wire.answers["a:1"] = lambda parcel: Result(parcel.id, error="contact_gone", contact_gone=True)
    put(program, "a", say("1"), say("2"))
    async with sending(program, wire):
        await until(lambda: states(program) == ["failed", "failed"])
    assert wire.seen == ["a:1"]
    assert program.database.look(lambda tx: tx.execute(select(contacts.c.blocked_at)).scalar()) is not None


async def test_one_sender_has_the_lane_until_it_leaves_or_is_silent(
    make_program: Callable[..., Program], clock: Clock
) -> None:
    first, second = Wire(), Wire()
    program = make_program()
    put(program, "a", say("1"))
    async with sending(program, first):
        await until(lambda: first.seen)
        async with sending(make_program(), second):
            put(program, "a", say("2"))
            await until(lambda: len(first.seen) == 2)
            assert second.seen == []
    async with sending(program, second):  # the lane was left: no need to wait for its end
        put(program, "a", say("3"))
        await until(lambda: second.seen == ["a:3"])
    assert rows(program, "lanes") == []


async def test_two_that_say_they_are_the_same_place_do_not_fight(
    make_program: Callable[..., Program], clock: Clock
) -> None:
    first, second, program = Wire(), Wire(), make_program()
    async with sending(program, first, place="here"):
        put(program, "a", say("1"))
        await until(lambda: states(program) == ["sent"])
        holder = rows(program, "lanes")[0]["run_id"]
        async with sending(make_program(), second, place="here"):  # as if the first had crashed
            await until(lambda: rows(program, "lanes")[0]["run_id"] != holder)
            holder = rows(program, "lanes")[0]["run_id"]
            put(program, "a", *(say(str(n)) for n in range(2, 30)))
            await until(lambda: len(first.seen) + len(second.seen) >= 29)
            await asyncio.sleep(0.2)
            assert rows(program, "lanes")[0]["run_id"] == holder
    assert (first.seen, second.seen) == (["a:1"], [f"a:{n}" for n in range(2, 30)])


async def test_waiting_its_turn_does_not_count_as_a_try(program: Program, wire: Wire, clock: Clock) -> None:
    def too_fast(parcel: Parcel) -> Result:
        if len(wire.seen) < 2 * MOST_ATTEMPTS:
            wire.answers["a:1"] = too_fast
        return Result(parcel.id, error="429", retry_after=timedelta(seconds=1), tried=False)

    wire.answers["a:1"] = too_fast
    put(program, "a", say("1"))
    async with sending(program, wire):
        await until(lambda: clock.passes(seconds=1) or states(program) == ["sent"])
    assert (len(wire.seen), rows(program, "deliveries")[0]["attempts"]) == (2 * MOST_ATTEMPTS + 1, 1)


async def test_a_clock_that_was_ahead_puts_nothing_off(program: Program, wire: Wire, clock: Clock) -> None:
    wire.answers["a:1"] = lambda parcel: Result(parcel.id, error="502", retry_after=timedelta(minutes=2))
    async with sending(program, wire):
        clock.passes(hours=8)
        put(program, "a", say("1"))
        await until(lambda: rows(program, "deliveries")[0]["error"])
        clock.passes(hours=-8)
        put(program, "a", say("2"))
        await until(lambda: wire.seen == ["a:1", "a:1", "a:2"])


async def test_an_odd_name_from_a_carrier_stops_nobody(program: Program, wire: Wire) -> None:
    for name in ("9" * 200, "a\0b", "1"):
        wire.answers[f"{name[:1]}:1"] = lambda parcel, name=name: Result(parcel.id, wire_id=name)
        put(program, name[:1], say("1"))
    async with sending(program, wire):
        await until(lambda: states(program) == ["sent"] * 3)
    assert [row["wire_id"] for row in rows(program, "deliveries")] == [None, None, "1"]


async def test_while_the_channel_is_silent_nothing_is_taken(program: Program, wire: Wire, clock: Clock) -> None:
    asked: list[float] = []

    async def clear(parcel: Parcel) -> timedelta | None:
        asked.append(asyncio.get_running_loop().time())
        return timedelta(seconds=0.5) if len(asked) == 1 else None

    put(program, "a", say("1"))
    async with sending(program, wire, clear=clear):
        await until(lambda: asked)
        put(program, "b", say("1"))
        await until(lambda: clock.passes(seconds=0.1) or sorted(wire.seen) == ["a:1", "b:1"])
    assert asked[1] - asked[0] >= 0.5


async def test_a_quiet_end_finishes_what_is_under_way_and_gives_back_the_rest(program: Program, wire: Wire) -> None:
    wire.gate.clear()
    put(program, "a", say("1"), say("2"))
    async with sending(program, wire) as task:
        await until(lambda: wire.now_sending == 1)
        task.cancel()
        await asyncio.sleep(0)
        wire.gate.set()
        await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert wire.seen == ["a:1"]
    assert states(program) == ["sent", "queued"]
