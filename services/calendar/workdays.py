"""Working days: China's calendar with its make-up days; in years that it does not know yet, Monday to Friday without
the holidays that the law fixes.

What the office has loaded or decided for itself wins over both (A34).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from rulebooks import HERE
from rulebooks.reading import Shape, read
from rulebooks.values import Days

# The holidays that the law fixes to a date (since 2025), as (month, day); the others move with the moon and the sun.
ALWAYS_FREE = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


class Limits(Shape):
    """The limits that the office sets for itself."""

    accept: Days | None = None  # working days (A32); None: nothing is promised
    handle: Days | None = None
    reply: Days | None = None
    not_ours: Days | None = None  # for a unit to say that it is not its duty; None: it cannot
    rate: Days | None = None  # in which an answer can be rated; None: nobody is asked
    put_right: Days | None = None
    second_clerk_above: Annotated[int, Field(ge=0)] = 200  # recipients of a notice


def limits(file: Path = HERE / "limits.toml") -> Limits:
    """The office's limits, read from a rulebook. Raises BadRules."""
    return read(file, Limits)


def is_workday(day: date, own: Mapping[date, bool] | None = None) -> bool:
    """Whether offices work on the day. `own`: the days that the office has decided for itself."""
    if own and day in own:
        return own[day]
    works = by_calendar(day)
    return works if works is not None else day.weekday() < 5 and not is_free_by_law(day)


def is_free_by_law(day: date) -> bool:
    """Whether the law itself makes it a holiday, whatever the State Council announces for the year."""
    return (day.month, day.day) in ALWAYS_FREE or day in by_law(day.year)


@lru_cache(20)
def by_law(year: int) -> frozenset[date]:
    """The holidays that the law fixes for a year that is not announced: from New Year to the National Days."""
    from holidays.countries.china import China

    return frozenset(China(years=year, observed=False))


@lru_cache(4_000)
def by_calendar(day: date) -> bool | None:
    """Whether China's calendar makes it a working day; None in a year that the State Council has not announced."""
    import chinese_calendar

    try:
        return chinese_calendar.is_workday(day)
    except NotImplementedError:
        return None


def workday_after(day: date, working_days: int, own: Mapping[date, bool] | None = None) -> date:
    """The last day of a limit in working days; `day` itself does not count. Raises ValueError for a negative limit."""
    if working_days < 0:
        raise ValueError("a limit lies ahead")
    while working_days:
        day += timedelta(1)
        working_days -= is_workday(day, own)
    return day


def workday_before(day: date, working_days: int, own: Mapping[date, bool] | None = None) -> date:
    """The working day that is this many working days earlier; the day itself does not count."""
    while working_days:
        day -= timedelta(1)
        working_days -= is_workday(day, own)
    return day


def workdays_left(today: date, due: date, own: Mapping[date, bool] | None = None) -> int:
    """Working days left after today, the last one included; negative: working days past the deadline."""
    if due < today:
        return -workdays_left(due, today, own)
    return sum(is_workday(today + timedelta(n + 1), own) for n in range((due - today).days))
