"""The office's own days: they win over the calendar (A34)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

from bot.build import Program
from services import calendar
from tests.conftest import events
from tests.drivers.auditing import is_whole


def test_a_day_is_set_changed_and_cleared(program: Program) -> None:
    saturday, monday = date(2026, 11, 28), date(2026, 11, 30)
    do = program.acts.by("clerk").transact
    do(calendar.set_day, monday, False, "市里放假\u202e")
    do(calendar.set_day, saturday, True, "补班")
    do(calendar.set_day, monday, True, "不放了")
    found = program.acts.look(calendar.own_days_listed)
    assert [(one.day, one.works, one.note) for one in found] == [(saturday, True, "补班"), (monday, True, "不放了")]
    own = program.acts.look(calendar.own_days)
    assert own == {saturday: True, monday: True}
    assert calendar.workday_after(date(2026, 11, 27), 1, own) == saturday
    do(calendar.clear_day, saturday)
    do(calendar.clear_day, saturday)
    assert program.acts.look(calendar.own_days) == {monday: True}
    actions = [row["action"] for row in events(program)]
    assert actions[-4:] == ["calendar_day_set"] * 3 + ["calendar_day_cleared"]
    assert is_whole(program)


def test_a_day_that_is_set_twice_at_one_instant_is_set(program: Program) -> None:
    both, first = Barrier(2), date(2026, 12, 1)

    def set_many() -> None:
        for n in range(20):
            both.wait(10)
            program.acts.by("clerk").transact(calendar.set_day, first + timedelta(n), False, "放假")

    with ThreadPoolExecutor(2) as pool:
        for one in [pool.submit(set_many) for _ in range(2)]:
            one.result(60)
    assert len(program.acts.look(calendar.own_days)) == 20


def test_working_days_are_counted_both_ways() -> None:
    friday, own = date(2026, 11, 27), {date(2026, 11, 30): False}
    assert calendar.workdays_left(friday, date(2026, 12, 2)) == 3
    assert calendar.workdays_left(friday, date(2026, 12, 2), own) == 2
    assert calendar.workdays_left(friday, friday) == 0
    assert calendar.workdays_left(friday, date(2026, 11, 29)) == 0  # a deadline on Sunday, seen on Friday
    assert calendar.workdays_left(date(2026, 11, 30), date(2026, 11, 29)) == -1
    assert calendar.workday_before(date(2026, 12, 1), 1, own) == friday
