"""The years that the office has loaded from the State Council's notice, for a program that is older than the notice."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, select

from models.tables import announced_days, announced_years
from services.calendar.years import is_announced
from services.foundation.act import Act


def loaded_years(tx: Connection) -> frozenset[int]:
    """The years that the office has loaded from a notice."""
    return frozenset(tx.execute(select(announced_years.c.year)).scalars())


def loaded_days(act: Act) -> dict[date, bool]:
    """The days that the loaded notices name, and whether offices work on them."""
    rows = act.tx.execute(select(announced_days.c.day, announced_days.c.works))
    return {date.fromisoformat(row.day): row.works for row in rows}


def is_provisional(act: Act, day: date) -> bool:
    """Whether the day lies in a year whose holidays are not announced: what falls on it may have to move."""
    return not is_announced(day.year) and not is_announced(day.year, loaded_years(act.tx))
