"""Decides when a unit is reminded: the times of each kind of obligation, as data, and the days on which they fall.

Everything here is pure: it takes days and moments in the office's time zone and returns moments.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache

from services import calendar
from services.calendar import Quiet
from services.obligations.rules import LadderRules, read_rules
from services.people import CHAT, SMS, Addressee

BEFORE, HOLIDAY, DAY, OVER, SILENCE, TOLD = "before", "holiday", "day", "over", "silence", "told"
OFFICE = "office"  # like an `Addressee`: nobody of a unit, but the office: its own list, or its own people
BOTH = "both"  # head and superior, once a reminder has gone out
NOBODY = {CHAT: "no_chat", SMS: "no_sms"}  # by way: what is recorded where a reminder had nobody to go to
FARTHEST_YEARS = 2  # years ahead of a deadline: 2036 is a slip of the finger
FAR = 60  # working days: a deadline farther away is confirmed before it is handed over
Own = Mapping[date, bool]  # the office's own days (services.calendar.own_days.own_days)


UNIT = "unit"  # an owner, beside OFFICE


@dataclass(frozen=True)
class Ladder:
    """The reminder times of one kind of obligation: times of day in the office's zone, or numbers of working days."""

    kind: str
    owner: str  # who owes it: a unit, or the office itself
    working_days: int  # that the form offers for a deadline
    due: time  # of day, of every deadline
    morning: time
    quiet_hours: Quiet
    before: tuple[int, ...]
    superior: int
    late_after: timedelta
    sms_after: timedelta
    deputy_days: int
    office_days: int

    def due_at(self, day: date, now: datetime) -> datetime:
        """The moment of a deadline on this day."""
        return _at(day, self.due, now)

    def quiet(self, moment: datetime) -> bool:
        """Whether nothing may go out by itself at this moment."""
        return self.quiet_hours.holds(moment)

    def awake(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the quiet hours that it falls into."""
        return self.quiet_hours.awake(moment)

    @property
    def to(self) -> str:
        """Whom the mornings remind."""
        return OFFICE if self.owner == OFFICE else Addressee.HEAD


def last_day(now: datetime) -> date:
    """The last day that a deadline can fall on."""
    return date(now.year + FARTHEST_YEARS, 12, 31)


@dataclass(frozen=True)
class Step:
    """One rung of a ladder, before it is a row."""

    kind: str
    days: int  # working days before or over the deadline
    to: str
    by: str
    due_at: datetime


@cache
def ladders() -> Mapping[str, Ladder]:
    """The ladders by kind of obligation, read from the rulebook."""
    return {kind: _ladder(kind, rules) for kind, rules in read_rules().items()}


def awake(owner: str, moment: datetime, *, any_hour: bool = False) -> list[str]:
    """The kinds of this owner's obligations about which something may go out at this moment; `any_hour`: at any."""
    mine = {kind: ladder for kind, ladder in ladders().items() if ladder.owner == owner}
    return [kind for kind, ladder in mine.items() if any_hour or not ladder.quiet(moment)]


def mornings(ladder: Ladder, due_at: datetime, now: datetime, own: Own) -> Iterator[Step]:
    """The reminders still ahead of the deadline, or the first one on the morning after it.

    A deadline on a free day also brings a reminder on the last working day before it (A34); a day has one morning only.
    """
    due = due_at.astimezone(now.tzinfo).date()
    kinds: dict[date, tuple[str, int]] = {}
    for days in sorted(ladder.before, reverse=True):
        kinds[calendar.workday_before(due, days, own)] = (BEFORE, days)
    if not calendar.is_workday(due, own):
        kinds[calendar.workday_before(due, 1, own)] = (HOLIDAY, 1)
    kinds[due] = (DAY, 0)
    for day, (kind, days) in sorted(kinds.items()):
        at = ladder.awake(_at(day, ladder.morning, now))
        if now < at < due_at:
            yield Step(kind, days, ladder.to, CHAT, at)
    yield over(ladder, due_at, now, own)


def over(ladder: Ladder, due_at: datetime, now: datetime, own: Own) -> Step:
    """The next reminder on a working morning after the deadline that is still to come."""
    due = due_at.astimezone(now.tzinfo).date()
    day = calendar.workday_after(max(due, now.date() - timedelta(1)), 1, own)
    while (at := ladder.awake(_at(day, ladder.morning, now))) <= now:
        day = calendar.workday_after(day, 1, own)
    return Step(OVER, -calendar.workdays_left(day, due, own), ladder.to, CHAT, at)


def silence(ladder: Ladder, now: datetime, own: Own, *, chat: bool) -> Iterator[Step]:
    """The ladder of silence: who is told while nobody acknowledges what was said at this moment (A52).

    `chat`: whether the head could be told by chat; otherwise nobody is waited for, and the SMS goes at once.
    """
    now = now.replace(second=0, microsecond=0)
    deputy = _at(calendar.workday_after(now.date(), ladder.deputy_days, own), now.time(), now)
    office = _at(calendar.workday_after(now.date(), ladder.office_days, own), now.time(), now)
    yield Step(SILENCE, 0, Addressee.HEAD, SMS, ladder.awake(now + ladder.sms_after if chat else now))
    yield Step(SILENCE, 0, Addressee.DEPUTY, CHAT, _working(ladder, deputy, own))
    yield Step(SILENCE, 0, Addressee.DEPUTY, SMS, _working(ladder, deputy, own))
    yield Step(SILENCE, 0, OFFICE, CHAT, _working(ladder, office, own))


def _working(ladder: Ladder, moment: datetime, own: Own) -> datetime:
    """The moment, on a working day; where quiet hours carry it into a free one, the start of the next working day."""
    at = ladder.awake(moment)
    if calendar.is_workday(at.date(), own):
        return at
    return ladder.awake(_at(calendar.workday_after(at.date(), 1, own), time.min, at))


def _ladder(kind: str, rules: LadderRules) -> Ladder:
    return Ladder(
        kind,
        rules.owner,
        rules.working_days,
        rules.due,
        rules.morning,
        rules.quiet_hours,
        tuple(rules.before),
        rules.superior,
        timedelta(minutes=rules.late_minutes),
        timedelta(hours=rules.silence.sms_hours),
        rules.silence.deputy_days,
        rules.silence.office_days,
    )


def _at(day: date, at: time, now: datetime) -> datetime:
    return datetime.combine(day, at.replace(tzinfo=None), now.tzinfo)
