"""Loads a year's holidays from the State Council's notice: all of its days or none, by a clerk who has seen each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from media import text_rows
from models.database import insert_or_update
from models.tables import announced_days, announced_years, counters
from services.calendar.checking import Checked, check, likely_year
from services.calendar.codes import CalendarCode
from services.calendar.listed import read_rows
from services.calendar.own_days import OWN_DAYS, decided_days, own_days
from services.calendar.wording import Reading
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal


@dataclass(frozen=True)
class LoadedYear:
    """A year whose notice the office has loaded."""

    year: int
    loaded_at: datetime
    loaded_by: str


def loaded(act: Act) -> list[LoadedYear]:
    """The years that were loaded, newest first."""
    rows = act.tx.execute(select(announced_years).order_by(announced_years.c.year.desc()))
    return [LoadedYear(row.year, row.loaded_at, row.loaded_by) for row in rows]


def checked(act: Act, reading: Reading, year: int) -> tuple[Checked, str]:
    """The days checked against the calendar as it stands, and what was `seen` of the year's earlier loading."""
    return check(reading, year, own_days(act), decided_days(act)), _seen(act, year)


def load(act: Act, table: str, year: int, seen: str, *, sure: bool = False) -> int:
    """Loads the days of a table (`as_table`) as this year's; those of an earlier loading give way. Returns how many.

    `sure`: whether the clerk has confirmed what is asked about. Planned deadlines and reminders stay as they are.
    Raises Refusal: unfit, unsure, changed.
    """
    reading = read_rows([*text_rows(table)])
    if likely_year(reading) is None or not 0 < year < 10_000:
        raise Refusal(CalendarCode.UNFIT)
    found = check(reading, year, own_days(act), decided_days(act))
    if not found.fits:
        raise Refusal(CalendarCode.UNFIT)
    if found.doubts and not sure:
        raise Refusal(CalendarCode.UNSURE)
    told = {"days": len(found.days), "works": sum(one.works for one in found.days)}
    _alone(act)
    audit.append(act, "holidays_loaded", str(year), told)
    if _seen(act, year) != seen:
        raise Refusal(Common.CHANGED)
    _forget(act, year, [one.day.isoformat() for one in found.days])
    rows = [{"day": one.day.isoformat(), "year": year, "works": one.works, "name": one.name} for one in found.days]
    act.tx.execute(insert(announced_days), rows)
    values = {"loaded_at": act.now, "loaded_by": act.actor}
    act.tx.execute(insert_or_update(act.tx, announced_years, "year", tuple(values)), {"year": year, **values})
    return len(rows)


def unload(act: Act, year: int) -> None:
    """Takes a loaded year back: it is again what the program knows of it, or not announced."""
    _alone(act)
    audit.append(act, "holidays_unloaded", str(year))
    _forget(act, year, ())
    act.tx.execute(delete(announced_years).where(announced_years.c.year == year))


def _alone(act: Act) -> None:
    """Lets the next clerk wait here until the commit, to see then what this one has loaded."""
    act.tx.execute(insert_or_update(act.tx, counters, "name", ["value"]), {"name": "holidays", "value": 0})


def _forget(act: Act, year: int, days: Sequence[str]) -> None:
    of_year = announced_days.c.year == year
    act.known.pop(OWN_DAYS, None)
    act.tx.execute(delete(announced_days).where(of_year | announced_days.c.day.in_(days)))


def _seen(act: Act, year: int) -> str:
    at = act.tx.execute(select(announced_years.c.loaded_at).where(announced_years.c.year == year)).scalar()
    return f"{at.timestamp():.6f}" if at else "none"
