"""Reminders and the clock: year ends, leap days, make-up days, quiet hours, jumps, standstill. Each goes out once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import update

from bot.build import Program
from models.tables import grants
from scheduler.ticker import Job, Ticker
from services import calendar, obligations
from tests.conftest import Clock, rows
from tests.drivers.told_units import ZONE, Office

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.bind("head", "head")
    made.do(lambda act: act.tx.execute(update(grants).values(since=datetime(2026, 1, 1, tzinfo=UTC))))
    return made


def handed(office: Office, at: str, due: str) -> str:
    """Acknowledged, so that only the mornings are left."""
    office.at(at)
    obligation = office.hand_over(due)
    office.act(obligations.acknowledge, obligation)
    assert [one.words for one in office.told()] == ["obligation.handed"]
    return obligation


@on_sqlite
@pytest.mark.parametrize(
    ("at", "due", "until", "said"),
    [
        (  # over the end of the year; nobody has announced the holidays of 2027: 1 January is free all the same
            "2026-12-24 10:00",
            "2027-01-04",
            "2027-01-05 12:00",
            ["12-29 08:30 head 2", "12-31 08:30 head 3", "01-04 08:30 head 4", "01-05 08:30 head 5"],
        ),
        (  # 29 February 2028 is a Tuesday
            "2028-02-22 10:00",
            "2028-02-29",
            "2028-03-01 12:00",
            ["02-24 08:30 head 2", "02-28 08:30 head 3", "02-29 08:30 head 4", "03-01 08:30 head 5"],
        ),
        (  # the last working day before 1 March is the leap day
            "2028-02-28 10:00",
            "2028-03-01",
            "2028-03-01 12:00",
            ["02-29 08:30 head 2", "03-01 08:30 head 3"],
        ),
        (  # Saturday 10 October 2026 is worked for the National Day
            "2026-10-09 10:00",
            "2026-10-12",
            "2026-10-12 12:00",
            ["10-10 08:30 head 2", "10-12 08:30 head 3"],
        ),
        (  # over by one working day on a worked Saturday, by two on Monday
            "2026-10-08 10:00",
            "2026-10-09",
            "2026-10-12 12:00",
            ["10-09 08:30 head 2", "10-10 08:30 head 3", "10-12 08:30 head 4"],
        ),
        (  # a deadline on a Sunday stays, and is recalled once on the Friday before (A34)
            "2026-11-25 10:00",
            "2026-11-29",
            "2026-11-30 12:00",
            ["11-27 08:30 head 2", "11-29 08:30 head 3", "11-30 08:30 head 4"],
        ),
        (  # handed over for the same day after its morning: only once it is over
            "2026-11-23 10:00",
            "2026-11-23",
            "2026-11-25 12:00",
            ["11-24 08:30 head 2", "11-25 08:30 head 3"],
        ),
    ],
)
def test_mornings(office: Office, at: str, due: str, until: str, said: list[str]) -> None:
    handed(office, at, due)
    assert office.until(until) == said


@on_sqlite
def test_the_offices_own_days_win(office: Office) -> None:
    office.at("2026-11-23 10:00")
    office.office(calendar.set_day, date(2026, 11, 26), False, "市里放假")
    office.office(calendar.set_day, date(2026, 11, 28), True, "补班")
    handed(office, "2026-11-23 10:00", "2026-11-27")
    assert office.until("2026-11-28 12:00") == ["11-25 08:30 head 2", "11-27 08:30 head 3", "11-28 08:30 head 4"]


@on_sqlite
def test_nothing_goes_out_by_itself_in_quiet_hours(office: Office) -> None:
    office.bind("deputy", "deputy")
    office.at("2026-11-23 19:30")
    office.hand_over("2026-12-31")
    assert office.said() == ["11-23 19:30 head 1 handed"]
    office.at("2026-11-25 21:30")  # the process stood still until the evening
    assert office.fire() == 0
    office.at("2026-11-26 07:59")
    assert office.fire() == 0
    office.at("2026-11-26 08:00")
    assert office.fire() == 4  # SMS finds nobody
    assert office.said() == ["11-26 08:00 deputy 1 late"]


@on_sqlite
def test_after_three_days_of_standstill_each_goes_out_once_and_says_that_it_is_late(office: Office) -> None:
    obligation = handed(office, "2026-11-23 10:00", "2026-11-27")
    assert office.until("2026-11-24 12:00") == ["11-24 08:30 head 2"]
    office.at("2026-12-01 10:00")  # Tuesday
    assert office.fire() == 3
    told = office.told()
    assert [str(one) for one in told] == [f"12-01 10:00 head {n} late" for n in (3, 4, 5)]
    assert [one.values["late_by"][:16] for one in told] == ["2026-11-26T08:30", "2026-11-27T08:30", "2026-11-30T08:30"]
    assert {one.values["days"] for one in told} == {-2}
    assert office.fire() == 0
    assert office.until("2026-12-03 12:00") == ["12-02 08:30 head 6", "12-03 08:30 head 7"]
    assert office.look(obligation).obligation.due_at.isoformat() == "2026-11-27T18:00:00+08:00"


@on_sqlite
def test_a_clock_that_jumps_a_day_sends_nothing_twice(office: Office) -> None:
    handed(office, "2026-11-23 10:00", "2026-11-25")
    assert office.until("2026-11-24 12:00") == ["11-24 08:30 head 2"]
    office.at("2026-11-26 12:00")  # two days on
    while office.fire():
        pass
    assert office.said() == ["11-26 12:00 head 3 late", "11-26 12:00 head 4 late"]
    office.at("2026-11-24 12:00")  # and back
    assert office.until("2026-11-26 12:00") == []
    assert office.until("2026-11-27 12:00") == ["11-27 08:30 head 5"]


@on_sqlite
def test_a_deadline_that_moves_takes_its_reminders_with_it(office: Office) -> None:
    obligation = handed(office, "2026-11-23 10:00", "2026-11-24")
    assert office.until("2026-11-25 12:00") == ["11-24 08:30 head 2", "11-25 08:30 head 3"]
    office.act(obligations.request_time, obligation, date(2026, 12, 1), "等省里批复")
    office.decide(obligations.decide_time, obligation, True, "可以")
    assert office.until("2026-12-02 12:00")[1:] == [
        "11-26 08:30 head 5",
        "11-30 08:30 head 6",
        "12-01 08:30 head 7",
        "12-02 08:30 head 8",
    ]
    office.answer(obligation)
    office.decide(obligations.send_back, obligation, "缺少照片", date(2026, 12, 7))
    office.act(obligations.acknowledge, obligation)
    assert office.until("2026-12-08 12:00") == [
        "12-02 12:00 head 9 returned",
        "12-04 08:30 head 10",
        "12-07 08:30 head 11",
        "12-08 08:30 head 12",
    ]


@on_postgresql
def test_two_schedulers_at_once_send_each_reminder_once(office: Office, make_program: Callable[..., Program]) -> None:
    office.at("2026-11-23 10:00")
    for _ in range(30):
        office.act(obligations.acknowledge, office.hand_over("2026-11-25"))
    office.told()
    office.at("2026-11-24 08:30")
    both = office.program, make_program()

    async def fire_all(program: Program) -> int:
        count = 0
        while fired := await program.acts.write(obligations.fire, 4):
            count += fired
        return count

    async def at_once() -> list[int]:
        return list(await asyncio.gather(*(fire_all(program) for program in both for _ in range(2))))

    assert sum(asyncio.run(at_once())) == 30
    told = [one.values["nth"] for one in office.told()]
    assert len(told) == len(set(told)) == 30
    assert [row["fired_at"] for row in rows(office.program, "reminders") if row["kind"] == "before"] != [None] * 30


@on_postgresql
def test_one_of_two_schedulers_has_the_minute(office: Office, make_program: Callable[..., Program]) -> None:
    ran: list[int] = []

    async def count() -> None:
        ran.append(1)

    async def at_once() -> list[bool]:
        job = Job("remind_units", "* * * * *", count)
        both = [Ticker(one.database, one.clock, ZONE, [job]) for one in (office.program, make_program())]
        return list(await asyncio.gather(*(ticker.tick(job) for ticker in both * 5)))

    assert sorted(asyncio.run(at_once())) == [False] * 9 + [True]
    office.clock.now += timedelta(minutes=1)
    assert sorted(asyncio.run(at_once()))[-1]
    assert len(ran) == 2
