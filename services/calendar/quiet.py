"""Quiet hours, during which nothing goes out by itself. Moments are in the office's time zone."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from rulebooks import HERE
from rulebooks.values import day_time


@dataclass(frozen=True)
class Quiet:
    """Quiet hours from one time of day until another, past midnight where the end comes before the beginning."""

    begins: time
    ends: time

    def holds(self, moment: datetime) -> bool:
        return self.covers(moment.time())

    def covers(self, at: time) -> bool:
        """Whether they hold at this time of day; beginning and end at the same time mean that there are none."""
        if self.begins <= self.ends:
            return self.begins <= at < self.ends
        return at >= self.begins or at < self.ends

    def awake(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours that it falls into."""
        return self.night(moment)[1] if self.holds(moment) else moment

    def night(self, moment: datetime) -> tuple[datetime, datetime]:
        """Begin and end of the quiet hours that this moment falls into."""
        ends = moment.replace(hour=self.ends.hour, minute=self.ends.minute, second=0, microsecond=0, fold=0)
        if ends <= moment:
            ends = _at(moment.date() + timedelta(1), self.ends, moment)
        began = _at(moment.date(), self.begins, moment)
        return (began if began <= moment else _at(moment.date() - timedelta(1), self.begins, moment)), ends


@cache
def office_quiet() -> Quiet:
    """The office's own quiet hours, for everything that is no kind of obligation (rulebooks/ladders.toml)."""
    given = tomllib.loads((HERE / "ladders.toml").read_text(encoding="utf-8"))["default"]["quiet"]
    return Quiet(*map(day_time, given))


def _at(day: date, at: time, moment: datetime) -> datetime:
    return datetime.combine(day, at, moment.tzinfo)
