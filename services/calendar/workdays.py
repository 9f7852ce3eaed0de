"""Working days: China's calendar with its make-up days; in years that it does not know yet, Monday to Friday without
the holidays that the law fixes.

What the office has loaded or decided for itself wins over both (A34).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from rulebooks import HERE
from rulebooks.reading import Shape, read
from rulebooks.values import Days

# The holidays that the law fixes to a date (since 2025), as (month, day); the others move with the moon and the sun.
ALWAYS_FREE = {(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)}


class SourceLimits(Shape):
    """The limits that the office sets itself for cases of one source (A32); None: nothing is promised."""

    accept: Days | None = None
    handle: Days | None = None
    reply: Days | None = None
    days: Literal["working", "calendar"] = "working"  # how all three are counted


class BySource(Shape):
    """Sources of cases beside the channels, each with limits of its own where it has a table (C01-C03)."""

    mailbox: SourceLimits | None = None
    microblog: SourceLimits | None = None
    efficiency: SourceLimits | None = None
    hotline: SourceLimits | None = None
    petition: SourceLimits | None = None
    letter: SourceLimits | None = None
    in_person: SourceLimits | None = None


class ByPriority(Shape):
    """Classes of priority (C15), each with limits of its own where it has a table; the lowest first."""

    key: SourceLimits | None = None
    urgent: SourceLimits | None = None


SOURCES, PRIORITIES = tuple(BySource.model_fields), tuple(ByPriority.model_fields)


class Limits(BySource, ByPriority, SourceLimits):
    """The limits that the office sets for itself: for whatever comes by chat, and for sources without a table."""

    nudge: Days | None = None  # until an SMS says that a word waits in the web chat; None: none does
    not_ours: Days | None = None  # for a unit to say that it is not its duty; None: it cannot
    answer_link: Days | None = None  # calendar days after its deadline on which a link answers still; None: no links
    rate: Days | None = None  # in which an answer can be rated; None: nobody is asked
    put_right: Days | None = None
    appeal: Days | None = None  # in which the head of the office answers an appeal; None: nobody can appeal
    ask: Days | None = None  # in which the office waits for the citizen it has asked; None: without an end
    second_clerk_above: Annotated[int, Field(ge=0)] = 200  # recipients of a notice

    def of(self, source: str, priority: str | None = None) -> SourceLimits:
        """The limits for cases of a source and a class of priority: those of one table alone.

        That of the class comes first; without one that of the source, else what holds for all.
        """
        first: SourceLimits | None = getattr(self, priority) if priority in PRIORITIES else None
        own: SourceLimits | None = getattr(self, source) if source in SOURCES else None
        return first or own or self


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


def limit_end(day: date, days: int, own: Mapping[date, bool] | None = None, *, counted: str = "working") -> date:
    """The last day of a limit in working days, or in calendar days, of which a last one off moves to the next workday.

    `counted`: as `SourceLimits.days`.
    """
    if counted == "working":
        return workday_after(day, days, own)
    end = day + timedelta(days)
    return end if is_workday(end, own) else workday_after(end, 1, own)


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
