"""Limits in working days, over week-ends, festivals and the Saturdays that make up for them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from services import calendar


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-21", 2, "2026-11-24"),  # a Saturday
        ("2026-11-20", 1, "2026-11-23"),
        ("2026-11-23", 0, "2026-11-23"),
        ("2026-09-30", 1, "2026-10-08"),  # the National Day week
        ("2026-10-09", 1, "2026-10-10"),  # a Saturday that is worked
        ("2026-12-31", 1, "2027-01-04"),  # a year whose holidays nobody knows yet, but New Year is one
        ("2028-02-28", 1, "2028-02-29"),  # a leap day
    ],
)
def test_a_limit_ends_on_a_working_day(start: str, days: int, end: str) -> None:
    assert calendar.workday_after(date.fromisoformat(start), days) == date.fromisoformat(end)


def test_the_offices_own_days_win() -> None:
    monday = date(2026, 11, 23)
    assert calendar.workday_after(date(2026, 11, 21), 1, {monday: False}) == date(2026, 11, 24)
    assert calendar.workday_after(date(2026, 11, 20), 1, {date(2026, 11, 21): True}) == date(2026, 11, 21)


def test_no_limit_lies_behind() -> None:
    with pytest.raises(ValueError):
        calendar.workday_after(date(2026, 11, 21), -1)


def test_the_limits_are_data() -> None:
    assert calendar.limits().accept == 2


def test_a_source_with_a_table_has_its_own_limits_alone(tmp_path: Path) -> None:
    file = tmp_path / "limits.toml"
    file.write_text('accept = 2\nhandle = 15\n[hotline]\nhandle = 20\ndays = "calendar"\n', encoding="utf-8")
    limits = calendar.limits(file)
    assert (limits.of("hotline").accept, limits.of("hotline").handle, limits.of("hotline").days) == (
        None,
        20,
        "calendar",
    )
    for source in ("letter", "telegram", "accept", "of"):
        assert (limits.of(source).accept, limits.of(source).days) == (2, "working")


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-11-23", 5, "2026-11-30"),  # a Saturday: the Monday after it
        ("2026-11-23", 7, "2026-11-30"),
        ("2026-09-24", 10, "2026-10-08"),  # in the National Day week
        ("2026-10-05", 5, "2026-10-10"),  # a Saturday that is worked
    ],
)
def test_a_limit_in_calendar_days_ends_on_a_day_that_is_worked(start: str, days: int, end: str) -> None:
    assert calendar.limit_end(date.fromisoformat(start), days, counted="calendar") == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2027-02-04", True),
        ("2027-02-05", False),  # the eve of the Spring Festival, a Friday
        ("2027-02-08", False),  # its third day, a Monday
        ("2027-02-09", True),
        ("2027-04-05", False),  # Qingming
        ("2027-06-09", False),  # the Dragon Boat Festival
        ("2027-09-15", False),  # the Mid-Autumn Festival
        ("2028-05-02", False),  # the second day of May, a Tuesday
        ("2028-05-03", True),
    ],
)
def test_what_the_law_fixes_is_free_in_a_year_that_is_not_announced(day: str, works: bool) -> None:
    assert calendar.is_workday(date.fromisoformat(day)) is works
    assert not calendar.is_announced(int(day[:4]))


def test_a_limit_runs_through_a_year_that_is_not_announced() -> None:
    assert calendar.workday_after(date(2027, 2, 4), 1) == date(2027, 2, 9)
