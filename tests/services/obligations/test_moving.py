"""Deadlines and reminders that no longer fit the calendar: shown, and moved only when somebody has said so."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest

from bot.build import Program
from services import calendar, obligations
from services.calendar import Written
from services.obligations import Move
from tests.conftest import Clock, events, rows
from tests.drivers.holidays import NOTICE_2027
from tests.drivers.told_units import PHONE, Office, complaint


def load(office: Office) -> None:
    reading = calendar.read_notice(NOTICE_2027, 2027)
    table = calendar.as_table(Written(one.day, one.works, one.name) for one in reading.days)
    office.office(calendar.load, table, 2027, "none")


def moves(office: Office) -> list[Move]:
    return office.program.acts.at(office.program.clock()).look(obligations.planned_moves)


def dues(office: Office) -> list[tuple[str, str]]:
    return [(f"{one.old_due:%m-%d}", f"{one.new_due:%m-%d}") for one in moves(office)]


def confirm(office: Office) -> tuple[int, int]:
    return office.office(obligations.move, {one.id: one.token for one in moves(office)})


def coming(office: Office, obligation: str) -> list[str]:
    zone = office.program.clock().tzinfo
    planned = [row for row in rows(office.program, "reminders") if row["obligation_id"] == obligation]
    return sorted(f"{row['due_at'].astimezone(zone):%m-%d} {row['kind']}" for row in planned if not row["fired_at"])


@pytest.fixture
def winter(program: Program, clock: Clock) -> Office:
    """Monday before the Spring Festival of a year that is not announced."""
    made = Office(program, clock)
    made.at("2027-01-25 09:00")
    made.bind("head", "head", phone=PHONE)
    return made


def test_nothing_moves_until_the_office_says_so_and_then_the_unit_is_told(winter: Office) -> None:
    counted = winter.hand_over(working_days=12)  # until 12 February by what the law fixes
    dated = winter.hand_over("2027-02-12")
    winter.act(obligations.acknowledge, counted)
    winter.act(obligations.acknowledge, dated)
    winter.told()
    assert moves(winter) == []
    before = coming(winter, counted), coming(winter, dated)
    load(winter)
    assert winter.told() == []
    assert (coming(winter, counted), coming(winter, dated)) == before
    assert dues(winter) == [("02-12", "02-15"), ("02-12", "02-12")]
    winter.at("2027-01-25 22:00")  # at night nobody is told
    assert confirm(winter) == (2, 0)
    [said] = winter.told()
    assert str(said) == "01-26 08:00 head 2 deadline_moved"
    assert (said.values["was"][:10], said.values["due"][:10]) == ("2027-02-12", "2027-02-15")
    assert said.values["provisional"] is False
    assert moves(winter) == []
    assert coming(winter, counted) == ["01-31 before", "02-04 before", "02-13 before", "02-15 day", "02-16 over"]
    whole = winter.look(counted)
    assert [one.kind for one in whole.history] == ["handed", "acknowledged", "deadline_moved"]
    assert whole.history[-1].detail["from"][:10] == "2027-02-12"
    assert winter.look(dated).obligation.due_at.date() == date(2027, 2, 12)
    assert [one.kind for one in winter.look(dated).history][-1] == "reminders_moved"
    actions = [row["action"] for row in events(winter.program)]
    assert {"duty_deadline_moved", "duty_reminders_moved"} <= set(actions)


def test_the_offices_own_days_count_too_and_can_move_back(winter: Office) -> None:
    winter.at("2026-11-23 09:00")
    obligation = winter.hand_over(working_days=3)
    winter.office(calendar.set_day, date(2026, 11, 24), False, "停电")
    assert dues(winter) == [("11-26", "11-27")]
    winter.office(calendar.clear_day, date(2026, 11, 24))
    assert moves(winter) == []
    winter.office(calendar.set_day, date(2026, 11, 24), False, "停电")
    confirm(winter)
    assert winter.look(obligation).obligation.due_at.date() == date(2026, 11, 27)
    winter.office(calendar.set_day, date(2026, 11, 28), True, "补班")  # a Saturday after the deadline
    assert dues(winter) == [("11-27", "11-27")]


def test_what_has_passed_stays_and_nothing_moves_into_the_past(winter: Office) -> None:
    winter.at("2026-11-23 09:00")
    late = winter.hand_over(working_days=1)
    soon = winter.hand_over(working_days=6)
    winter.until("2026-11-30 12:00")
    winter.office(calendar.set_day, date(2026, 11, 24), False, "停电")
    assert ("11-24", "11-25") not in dues(winter)
    winter.office(calendar.clear_day, date(2026, 11, 24))
    winter.office(calendar.set_day, date(2026, 11, 28), True, "补班")  # five days would have been over on Saturday
    confirm(winter)
    assert winter.look(late).obligation.due_at.date() == date(2026, 11, 24)
    assert winter.look(soon).obligation.due_at.date() == date(2026, 11, 30)


def test_a_date_that_the_office_has_granted_stays(winter: Office) -> None:
    obligation = winter.hand_over(working_days=9)
    winter.act(obligations.request_time, obligation, date(2027, 2, 12), "还差一份材料")
    winter.decide(obligations.decide_time, obligation, True, "")
    load(winter)
    assert dues(winter) == [("02-12", "02-12")]


def test_what_was_answered_or_decided_since_is_left_alone(winter: Office) -> None:
    first, second = winter.hand_over(working_days=12), winter.hand_over(working_days=12)
    load(winter)
    seen = {one.id: one.token for one in moves(winter)}
    winter.answer(first)
    winter.office(calendar.set_day, date(2027, 2, 15), False, "市里放假")
    assert winter.office(obligations.move, seen) == (0, 2)
    assert {winter.look(one).obligation.due_at.date() for one in (first, second)} == {date(2027, 2, 12)}
    assert confirm(winter) == (1, 0)
    assert winter.look(second).obligation.due_at.date() == date(2027, 2, 16)


def test_of_two_clerks_at_once_one_moves_and_the_unit_is_told_once(winter: Office) -> None:
    obligation, both = winter.hand_over(working_days=12), Barrier(2)
    load(winter)
    winter.told()
    seen = {one.id: one.token for one in moves(winter)}
    acts = winter.program.acts.by("clerk").at(winter.program.clock())

    def one_moves() -> tuple[int, int]:
        both.wait(10)
        return acts.transact(obligations.move, seen)

    with ThreadPoolExecutor(2) as pool:
        told = sorted(one.result(60) for one in [pool.submit(one_moves) for _ in range(2)])
    assert told == [(0, 1), (1, 0)]
    assert [one.words for one in winter.told()] == ["obligation.deadline_moved"]
    assert [one.kind for one in winter.look(obligation).history].count("deadline_moved") == 1


def test_the_ladder_of_silence_moves_too(winter: Office) -> None:
    winter.at("2027-02-04 09:00")
    obligation = winter.hand_over("2027-03-01")
    assert "02-09 silence" in coming(winter, obligation)
    load(winter)
    confirm(winter)
    assert "02-09 silence" not in coming(winter, obligation)
    assert "02-13 silence" in coming(winter, obligation)  # the Saturday that is worked


def test_the_promise_to_a_citizen_stays_and_its_reminders_move(winter: Office) -> None:
    winter.at("2027-02-04 09:00")
    case = complaint(winter)
    [own] = [row for row in rows(winter.program, "obligations") if row["subject_id"] == case.id]
    assert case.promised is not None
    assert f"{case.promised.due_at:%m-%d}" == "02-10"
    load(winter)
    assert dues(winter) == [("02-10", "02-10")]
    confirm(winter)
    assert f"{winter.program.acts.look(obligations.promised, [case.id])[case.id].due_at:%m-%d}" == "02-10"
    assert coming(winter, own["id"]) == ["02-10 day", "02-12 over"]
