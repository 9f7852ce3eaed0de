"""What of the calendar leaves in a list: the days of a year that are other than their weekday."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from services.calendar.own_days import own_days, own_days_listed
from services.calendar.years import months
from services.foundation.act import Act

COLUMNS = ("day", "sign", "note")


def leaving(act: Act, year: int) -> Iterator[dict[str, Any]]:
    """The days of the year in their order, each with why; those that the office has decided itself with its note."""
    notes = {one.day: one.note for one in own_days_listed(act)}
    for weeks in months(year, own_days(act), notes):
        for one in (day for week in weeks for day in week if day is not None and day.sign):
            yield {"day": one.day.isoformat(), "sign": one.sign, "note": notes.get(one.day) or None}
