"""The years that the office has loaded from the State Council's notice, for a program that is older than the notice."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from models.prepared import Prepared
from models.tables import announced_days, announced_years
from services.calendar.years import is_announced
from services.foundation.act import Act

_YEARS = Prepared(select(announced_years.c.year))  # asked for with each complaint, whose date is promised by them
_DAYS = Prepared(select(announced_days.c.day, announced_days.c.works))


def loaded_years(tx: Connection) -> frozenset[int]:
    """The years that the office has loaded from a notice."""
    return frozenset(year for (year,) in _YEARS.rows(tx, {}))


def loaded_days(act: Act) -> dict[date, bool]:
    """The days that the loaded notices name, and whether offices work on them."""
    return {date.fromisoformat(day): bool(works) for day, works in _DAYS.rows(act.tx, {})}


def is_provisional(act: Act, day: date) -> bool:
    """Whether the day lies in a year whose holidays are not announced: what falls on it may have to move."""
    return not is_announced(day.year) and not is_announced(day.year, loaded_years(act.tx))
