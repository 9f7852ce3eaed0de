"""Checks a year's holidays day by day before any is loaded: against the calendar, the law and one another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from services.calendar.wording import Reading, Written
from services.calendar.workdays import by_law, is_free_by_law, is_workday
from services.calendar.years import SATURDAY

# Of a day. These stand in the way of loading; ordinary: a day to be made up for that is worked anyway.
WEEKDAY, CONTRADICTS, OUT_OF_YEAR, ORDINARY = "weekday", "contradicts", "out_of_year", "ordinary"
DOUBLED, DECIDED = "doubled", "decided"
# It may be so, but is rather a slip, and asked about: a weekend beside no holiday that is named as free, one of too
# many free days in a row, a day that is made up for far from its holiday.
RESTS, LONG, FAR_OFF = DOUBTS = ("rests", "long", "far_off")
_HARMLESS = frozenset((DOUBLED, DECIDED, *DOUBTS))
LONGEST_ROW = 10  # free days
FARTHEST_MADE_UP = timedelta(weeks=3)
LEADS_IN = 7  # days at the end of the year before in which its first holiday may begin


@dataclass(frozen=True)
class CheckedDay:
    """A day as it is written, and what is wrong with it."""

    day: date
    works: bool
    name: str
    weekday: int | None  # as written, Monday 0
    problems: Sequence[str]  # see above; doubled, decided (by the office, which wins): harmless
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
    def doubts(self) -> Mapping[str, Sequence[date]]:
        """The days that are asked about, by what is odd about them."""
        found = {code: [one.day for one in self.days if code in one.problems] for code in DOUBTS}
        return {code: days for code, days in found.items() if days}

    @property
    def fits(self) -> bool:
        wrong = any(one.wrong for one in self.days)
        return bool(self.days) and not (wrong or self.unread or self.miscounted or self.missing)


def check(reading: Reading, year: int, own: Mapping[date, bool], decided: Mapping[date, bool]) -> Checked:
    """Checks what was read. own: as `own_days`; decided: the days that the office has decided for itself."""
    by_day: dict[date, list[Written]] = defaultdict(list)
    for one in reading.days:
        by_day[one.day].append(one)
    free = {day for day, written in by_day.items() if not any(one.works for one in written)}
    odd = _in_rows(free) | _far_off(reading.days)
    days = [_checked(by_day[day], year, own, decided, odd.get(day)) for day in sorted(by_day)]
    missing = sorted(day for day in by_law(year) - free if day.year == year)
    return Checked(year, days, reading.unread, reading.miscounted, missing)


def likely_year(reading: Reading) -> int | None:
    """The year of a table: that of most of its days."""
    years = [one.day.year for one in reading.days]
    return max(set(years), key=years.count) if years else None


def _in_rows(free: Collection[date]) -> dict[date, str]:
    """What is odd about free days that follow on one another."""
    found: dict[date, str] = {}
    rows: list[list[date]] = []
    for day in sorted(free):
        if rows and rows[-1][-1] + timedelta(1) == day:
            rows[-1].append(day)
        else:
            rows.append([day])
    for row in rows:
        if all(day.weekday() >= SATURDAY and not is_free_by_law(day) for day in row):
            found |= dict.fromkeys(row, RESTS)
        elif len(row) > LONGEST_ROW:
            found |= dict.fromkeys(row, LONG)
    return found


def _far_off(written: Sequence[Written]) -> dict[date, str]:
    """The days that are made up for far from the holiday of their name, or from any where they have none."""
    free = [one for one in written if not one.works]
    found: dict[date, str] = {}
    for one in written:
        its = [other.day for other in free if other.name == one.name] or [other.day for other in free]
        if one.works and its and min(abs(one.day - day) for day in its) > FARTHEST_MADE_UP:
            found[one.day] = FAR_OFF
    return found


def _checked(
    written: Sequence[Written], year: int, own: Mapping[date, bool], decided: Mapping[date, bool], odd: str | None
) -> CheckedDay:
    first = written[0]
    weekdays = [one.weekday for one in written if one.weekday is not None]
    told = next((one for one in weekdays if one != first.day.weekday()), weekdays[0] if weekdays else None)
    found = {
        WEEKDAY: told not in (None, first.day.weekday()),
        CONTRADICTS: len({one.works for one in written}) > 1,
        OUT_OF_YEAR: not _belongs(first.day, year),
        ORDINARY: first.works and first.day.weekday() < SATURDAY and not is_free_by_law(first.day),
        DOUBLED: len(written) > 1 and len({one.works for one in written}) == 1,
        DECIDED: decided.get(first.day, first.works) != first.works,
    }
    problems = [problem for problem, is_so in found.items() if is_so] + ([odd] if odd else [])
    return CheckedDay(first.day, first.works, first.name, told, problems, is_workday(first.day, own) != first.works)


def _belongs(day: date, year: int) -> bool:
    return date(year, 1, 1) - timedelta(LEADS_IN) <= day <= date(year, 12, 31)
