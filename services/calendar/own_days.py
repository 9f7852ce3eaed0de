"""The office's own calendar: days that it has decided for itself, which win over the State Council's (A34)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select

from models.database import insert_or_update
from models.prepared import Prepared
from models.tables import calendar_days
from services.calendar.announced import loaded_days
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.wording import readable

LONGEST_NOTE = 200
OWN_DAYS = "own days"  # as which an act knows them
_DECIDED = Prepared(select(calendar_days.c.day, calendar_days.c.works))


@dataclass(frozen=True)
class OwnDay:
    """A day on which offices work, or do not, because this office says so."""

    day: date
    works: bool
    note: str
    set_at: datetime


def own_days(act: Act) -> dict[date, bool]:
    """The days that the office has loaded from a notice or decided for itself, and whether offices work on them."""
    return act.once(OWN_DAYS, lambda: loaded_days(act) | decided_days(act))


def decided_days(act: Act) -> dict[date, bool]:
    """The days that the office has decided for itself, and whether offices work on them."""
    return {date.fromisoformat(day): bool(works) for day, works in _DECIDED.rows(act.tx, {})}


def set_day(act: Act, day: date, works: bool, note: str) -> None:
    """Decides about a day, perhaps not for the first time. Planned deadlines and reminders stay as they are."""
    values = {"works": works, "note": readable(note), "set_at": act.now}
    act.tx.execute(insert_or_update(act.tx, calendar_days, "day", tuple(values)), {"day": day.isoformat(), **values})
    act.known.pop(OWN_DAYS, None)
    audit.append(act, "calendar_day_set", day.isoformat(), {"works": works})


def clear_day(act: Act, day: date) -> None:
    """Makes a day again what the calendar says."""
    act.known.pop(OWN_DAYS, None)
    if act.tx.execute(delete(calendar_days).where(calendar_days.c.day == day.isoformat())).rowcount:
        audit.append(act, "calendar_day_cleared", day.isoformat())


def own_days_listed(act: Act) -> list[OwnDay]:
    """All days that the office has decided for itself, in their order."""
    rows = act.tx.execute(select(calendar_days).order_by(calendar_days.c.day))
    return [OwnDay(date.fromisoformat(row.day), row.works, row.note, row.set_at) for row in rows]
