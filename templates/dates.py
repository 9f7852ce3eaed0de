"""How a language writes a day and a moment, and how far off a moment is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

MOST_KEPT = 2_000  # number of days and moments whose words are remembered for a language


class Dates:
    """Days and moments as one language's `language.j2` writes them, in the office's time zone.

    A date has few values and is said often: each is rendered once.
    """

    def __init__(self, say: Callable[[str, str, Mapping[str, Any]], str], now: Callable[[], datetime]) -> None:
        self._say, self._now = say, now
        self._day = lru_cache(MOST_KEPT)(self._said_day)
        self._moment = lru_cache(MOST_KEPT)(self._said_moment)
        self._span = lru_cache(MOST_KEPT)(self._said_span)

    def day(self, value: str | date | datetime | None) -> str:
        """A day in words, `11月27日 周五`; with the year only where it is not this one."""
        moment = moment_of(value)
        if moment is None:
            return ""
        now = self._now()
        day = _local(moment, now)
        return self._day(day, day.year != now.year)

    def deadline(self, value: str | date | datetime | None) -> str:
        """A day by which something is due, where room is short: without a year that whoever reads it takes anyway.

        That is this one, and the next one for a day within twelve months.
        """
        moment = moment_of(value)
        if moment is None:
            return ""
        now = self._now()
        day, today = _local(moment, now), now.date()
        ahead = day.year == today.year + 1 and (day.month, day.day) < (today.month, today.day)
        return self._day(day, not ahead and day.year != today.year)

    def moment(self, value: str | date | datetime | None) -> str:
        """A moment in words, `11月27日 周五 18:00`, without the time where only a day is known.

        A stretch of days ("2026-10-01/2026-10-31") is written as month or year where it is a whole one.
        """
        if isinstance(value, str) and "/" in value:
            return self._span(*map(date.fromisoformat, value.split("/")), this_year=self._now().year)
        moment = moment_of(value)
        if not isinstance(moment, datetime):
            return self.day(moment)
        now = self._now()
        local = moment.astimezone(now.tzinfo)
        return self._moment(local.date(), local.year != now.year, local.hour, local.minute)

    def _said_day(self, day: date, other_year: bool) -> str:
        values = {"year": day.year if other_year else None, "month": day.month, "day": day.day}
        return self._say("language", "day", {**values, "weekday": day.weekday()})

    def _said_moment(self, day: date, other_year: bool, hour: int, minute: int) -> str:
        values = {"day": self._day(day, other_year), "time": f"{hour:02}:{minute:02}"}
        return self._say("language", "moment", values)

    def _said_span(self, first: date, last: date, *, this_year: int) -> str:
        whole = first.day == 1 and (last + timedelta(1)).day == 1 and first.year == last.year
        months = last.month - first.month + 1 if whole else 0
        return self._say(
            "language",
            "span",
            {
                "year": first.year if first.year != this_year or months == 12 else None,
                "month": first.month,
                "months": months,
                "first": self._day(first, first.year != this_year),
                "last": self._day(last, last.year != this_year),
            },
        )


def _local(moment: date | datetime, now: datetime) -> date:
    """The day of a moment in the office's time zone."""
    return moment.astimezone(now.tzinfo).date() if isinstance(moment, datetime) else moment


def written_age(moment: datetime, now: datetime) -> tuple[str, int]:
    """The unit and the number of a relative age, for the words to be put by the page: ("minutes", 5)."""
    minutes = max(0, int((now - moment).total_seconds() // 60))
    for unit, size in (("days", 24 * 60), ("hours", 60)):
        if minutes >= size:
            return unit, minutes // size
    return "minutes", minutes


def how_left(due: date | datetime | None, days: int, now: datetime) -> str:
    """How a deadline stands: ahead or over (by `days` working days), today, soon (on a free day), or passed."""
    if days:
        return "ahead" if days > 0 else "over"
    if isinstance(due, datetime) and due <= now:
        return "passed"
    return "today" if due is not None and _local(due, now) == now.date() else "soon"


def moment_of(value: str | date | datetime | None) -> date | datetime | None:
    """A day or a moment, read from ISO 8601 text where it is text."""
    if not isinstance(value, str):
        return value
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
