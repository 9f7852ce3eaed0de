"""The office's figures: the published half-year, and what each number counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from bot.build import Program
from models.tables import cases as table
from services import desk, obligations
from services.foundation.act import Act
from services.foundation.vault import new_id
from tests.conftest import Clock
from tests.drivers.told_units import UNIT, Office, complaint


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.at("2026-11-23 09:00")
    made.bind("head", "head")
    return made


def tallied(office: Office, by: str = "unit", since: date | None = None, until: date | None = None) -> Any:
    return office.program.acts.look(desk.tallied, by, since, until)


def half_year(act: Act) -> None:
    """What one city told of its first half-year (C17-C19): 200 received, 179 closed, and what came of them."""
    outcomes = ["corrected"] * 8 + ["ordered"] * 16 + ["solved"] * 90 + ["solved_business"] * 50
    for n in range(200):
        day, closed = date(2009, 1, 1) + timedelta(n % 180), n < 179
        row = {
            "id": new_id(),
            "number": f"200901{n:04}",
            "kind": "complaint",
            "source": "letter" if n % 4 == 0 else "web",
            "unit_id": UNIT if n % 2 else f"{UNIT}-1",
            "category": "slow",
            "what": "办事拖拉",
            "named": False,
            "state": "closed" if closed else "accepted",
            "received_on": day,
            "received": b"",
            "moved_on": day,
            "moved": b"",
            "outcomes": outcomes[n : n + 1] or None,
            "recovered": 880_000 if n == 0 else None,
        }
        act.tx.execute(insert(table).values(**row))


def test_the_half_year_gives_the_published_rate(program: Program) -> None:
    def look(act: Act) -> Any:
        half_year(act)
        since, until = date(2009, 1, 1), date(2009, 6, 30)
        return [desk.tallied(act, by, since, until) for by in desk.BY], desk.mapped(act, since, until)

    tallies, monthly = program.acts.transact(look)
    by_unit, by_month, by_source, _ = tallies
    assert set(by_unit) == {UNIT}, "windows count with their unit"
    one = by_unit[UNIT]
    assert (one.came_in, one.closed, one.open) == (200, 179, 21)
    assert f"{100 * one.closed / one.came_in:.1f}" == "89.5"
    assert one.recovered == 880_000
    assert one.outcomes == {"corrected": 8, "ordered": 16, "solved": 90, "solved_business": 50}
    assert (one.open_week, one.open_month, one.open_older) == (0, 0, 21)
    assert sorted(by_month) == [f"2009-0{n}" for n in range(1, 7)]
    assert sum(one.came_in for (unit, _), one in monthly.items() if unit == UNIT) == 200
    assert (by_source["letter"].came_in, by_source["web"].came_in) == (50, 150)
    assert desk.total(by_source).closed == 179


def test_each_promise_counts_once_and_in_time_or_not(office: Office) -> None:
    kept, late, waiting = complaint(office), complaint(office), complaint(office)
    office.office(desk.accept, kept.id, "received.0", "")
    office.at("2026-11-27 09:00")  # the promise to decide was for the 25th
    office.office(desk.decline, late.id, "received.0", "此事正在诉讼中")
    one = tallied(office)[UNIT]
    assert (one.accept_due, one.accept_in_time) == (3, 1)
    assert (one.answer_due, one.answer_in_time) == (0, 0)
    assert (one.came_in, one.closed, one.ended, one.open_week) == (3, 0, 1, 2)
    office.at("2026-12-20 09:00")
    assert tallied(office)[UNIT].answer_due == 1  # of the accepted one, over by now
    assert tallied(office)[UNIT].open_month == 2
    assert waiting.id
    assert tallied(office, since=date(2026, 11, 24)) == {}


def test_what_was_handed_over_counts_for_the_unit_that_owes_it(office: Office) -> None:
    case = complaint(office)
    office.bind("head", "other", unit="gsj")
    first = office.hand_over(working_days=3, kind="complaint", subject_id=case.id)
    office.hand_over(working_days=3, kind="complaint", subject_id=case.id, unit_id="gsj")
    office.answer(first)
    office.decide(obligations.send_back, first, "没有说明收费依据")
    office.at("2026-12-10 09:00")
    office.answer(first)
    found = tallied(office)
    one, other = found[UNIT], found["gsj"]
    assert (one.unit_handed, one.unit_acknowledged, one.unit_due, one.unit_in_time, one.returned) == (1, 1, 1, 0, 1)
    assert (other.unit_handed, other.unit_acknowledged, other.unit_due, other.unit_in_time) == (1, 0, 1, 0)
    assert (one.came_in, other.came_in) == (1, 0)
