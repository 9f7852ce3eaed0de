"""A year as the office sees it: every day, and why offices work on it or do not."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from services.calendar.workdays import by_calendar, is_workday

SATURDAY = 5
HOLIDAY, MAKEUP, OWN_FREE, OWN_WORKS = "holiday", "makeup", "own_free", "own_works"


@dataclass(frozen=True)
class Day:
    day: date
    works: bool
    sign: str  # holiday, makeup, own_free, own_works; "" for an ordinary day


def months(year: int, own: Mapping[date, bool], decided: Collection[date]) -> list[list[list[Day | None]]]:
    """Months of weeks of seven days, Monday first; None before the first day of a month and after its last.

    own: as `own_days`; decided: those among them that the office has decided for itself.
    """
    return [_weeks(year, month, own, decided) for month in range(1, 13)]


def working_days_of(year: int, own: Mapping[date, bool]) -> int:
    first = date(year, 1, 1)
    return sum(is_workday(first + timedelta(n), own) for n in range((date(year + 1, 1, 1) - first).days))


def is_announced(year: int, loaded: Collection[int] = ()) -> bool:
    """Whether the State Council's holidays of the year are known: to the program, or from a notice that was loaded."""
    return year in loaded or by_calendar(date(year, 6, 1)) is not None


def _weeks(year: int, month: int, own: Mapping[date, bool], decided: Collection[date]) -> list[list[Day | None]]:
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    known = [_day(first + timedelta(n), own, decided) for n in range((after - first).days)]
    cells: list[Day | None] = [*[None] * first.weekday(), *known]
    cells += [None] * (-len(cells) % 7)
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def _day(day: date, own: Mapping[date, bool], decided: Collection[date]) -> Day:
    works = is_workday(day, own)
    if day in decided:
        return Day(day, works, OWN_WORKS if works else OWN_FREE)
    weekend = day.weekday() >= SATURDAY
    return Day(day, works, MAKEUP if works and weekend else HOLIDAY if not works and not weekend else "")
