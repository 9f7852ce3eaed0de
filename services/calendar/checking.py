"""Checks a year's holidays day by day before any is loaded: against the calendar, the law and one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.calendar.wording import Reading, Written
from services.calendar.workdays import by_law, is_workday

# Of a day. Each but the last two stands in the way of loading.
WEEKDAY, CONTRADICTS, OUT_OF_YEAR, DOUBLED, DECIDED = "weekday", "contradicts", "out_of_year", "doubled", "decided"
_HARMLESS = frozenset((DOUBLED, DECIDED))
LEADS_IN = 7  # days at the end of the year before in which its first holiday may begin


@dataclass(frozen=True)
class CheckedDay:
    """A day as it is written, and what is wrong with it."""

    day: date
    works: bool
    name: str
    weekday: int | None  # as written, Monday 0
    problems: Sequence[str]  # weekday contradicts out_of_year; doubled, decided (by the office, which wins): harmless
    changes: bool  # whether it is reckoned otherwise now

    @property
    def wrong(self) -> bool:
        return any(one not in _HARMLESS for one in self.problems)


@dataclass(frozen=True)
class Checked:
    """A year's holidays, and everything that stands in the way of loading them."""

    year: int
    days: Sequence[CheckedDay]  # in their order, each once
    unread: Sequence[str]
    miscounted: Sequence[tuple[str, int, int]]
    missing: Sequence[date]  # holidays by law that are not among the free days

    @property
    def fits(self) -> bool:
        wrong = any(one.wrong for one in self.days)
        return bool(self.days) and not (wrong or self.unread or self.miscounted or self.missing)


def check(reading: Reading, year: int, own: Mapping[date, bool], decided: Mapping[date, bool]) -> Checked:
    """Checks what was read. own: as `own_days`; decided: the days that the office has decided for itself."""
    by_day: dict[date, list[Written]] = defaultdict(list)
    for one in reading.days:
        by_day[one.day].append(one)
    days = [_checked(by_day[day], year, own, decided) for day in sorted(by_day)]
    free = {day for day, written in by_day.items() if not any(one.works for one in written)}
    missing = sorted(day for day in by_law(year) - free if day.year == year)
    return Checked(year, days, reading.unread, reading.miscounted, missing)


def likely_year(reading: Reading) -> int | None:
    """The year of a table: that of most of its days."""
    years = [one.day.year for one in reading.days]
    return max(set(years), key=years.count) if years else None


def _checked(
    written: Sequence[Written], year: int, own: Mapping[date, bool], decided: Mapping[date, bool]
) -> CheckedDay:
    first = written[0]
    weekdays = [one.weekday for one in written if one.weekday is not None]
    told = next((one for one in weekdays if one != first.day.weekday()), weekdays[0] if weekdays else None)
    found = {
        WEEKDAY: told not in (None, first.day.weekday()),
        CONTRADICTS: len({one.works for one in written}) > 1,
        OUT_OF_YEAR: not _belongs(first.day, year),
        DOUBLED: len(written) > 1 and len({one.works for one in written}) == 1,
        DECIDED: decided.get(first.day, first.works) != first.works,
    }
    problems = [problem for problem, is_so in found.items() if is_so]
    return CheckedDay(first.day, first.works, first.name, told, problems, is_workday(first.day, own) != first.works)


def _belongs(day: date, year: int) -> bool:
    return date(year, 1, 1) - timedelta(LEADS_IN) <= day <= date(year, 12, 31)
