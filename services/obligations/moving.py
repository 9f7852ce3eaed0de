"""Deadlines and reminders that no longer fit the calendar: shown, and moved when the office has said so (A34, A52).

Nothing here moves by itself. A deadline that was given as a date stays; one that was given in working days is counted
anew from the day of the hand-over. A promise of the office stays on the day that the citizen was told. What has passed
already stays, and no deadline is moved into the past.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from models.tables import obligations, reminders
from services import calendar
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.obligations import planning
from services.obligations.ladder import OVER, SILENCE, Own, Step, ladders, mornings, silence
from services.obligations.locking import LockedObligation, add_entry, change, unsettled
from services.obligations.telling import TO_HEAD, tell
from services.people import Addressee

AT_ONCE = 50  # obligations that one transaction moves, so that nobody's reply waits for long
DEADLINE_MOVED, REMINDERS_MOVED = "deadline_moved", "reminders_moved"


@dataclass(frozen=True)
class Shift:
    """One reminder that would come at another moment. One that falls away has no new moment, a new one no old."""

    old: datetime | None
    new: datetime | None


@dataclass(frozen=True)
class Move:
    """What would move of one obligation. Moments are in the office's time zone."""

    id: str
    number: str
    kind: str
    unit_id: str | None  # None: the office itself owes it
    old_due: datetime
    new_due: datetime  # the old one where only reminders move
    shifts: Sequence[Shift]
    silence: Mapping[int, datetime]  # new moments on the ladder of silence, by reminder

    @property
    def moves_deadline(self) -> bool:
        return self.new_due != self.old_due

    @property
    def token(self) -> str:
        """Names exactly this move, so that nothing else is done than what was seen."""
        shifts = [(one.old, one.new) for one in self.shifts]
        told = self.id, self.old_due, self.new_due, shifts, sorted(self.silence.items())
        return hashlib.sha256(repr(told).encode()).hexdigest()[:20]


def planned_moves(act: Act) -> list[Move]:
    """Everything that no longer fits the calendar, by deadline."""
    owed = select(*_COLUMNS).where(obligations.c.owed_since.is_not(None))
    rows = act.tx.execute(owed.order_by(obligations.c.due_at, obligations.c.number)).all()
    return _moves(act, rows)


def move(act: Act, seen: Mapping[str, str]) -> tuple[int, int]:
    """Moves the obligations whose tokens were seen; returns how many moved, and how many have changed since.

    Each is looked at anew under its lock: of two clerks at once one moves it, and what the unit has answered stays.
    """
    moved = left = 0
    for obligation_id in sorted(seen):
        try:
            obligation = unsettled(act, obligation_id)
        except Refusal:
            left += 1
            continue
        rows = act.tx.execute(select(*_COLUMNS).where(obligations.c.id == obligation_id)).all()
        found = [one for one in _moves(act, rows) if obligation.owed and one.token == seen[obligation_id]]
        for one in found:
            _moved(act, obligation, one)
        moved, left = moved + len(found), left + (not found)
    return moved, left


def _moved(act: Act, obligation: LockedObligation, one: Move) -> None:
    for reminder_id, at in one.silence.items():
        act.tx.execute(update(reminders).where(reminders.c.id == reminder_id).values(due_at=at))
    if not one.moves_deadline:
        planning.plan(act, obligation)
        add_entry(act, obligation, REMINDERS_MOVED, "")
        return
    obligation = replace(obligation, due_at=one.new_due)
    change(act, obligation, due_at=one.new_due)
    was = {"from": one.old_due.isoformat(), "to": one.new_due.isoformat()}
    add_entry(act, obligation, DEADLINE_MOVED, "", shown=was)
    offers = TO_HEAD if obligation.acknowledged_at is None else TO_HEAD[1:]
    # It is not so urgent that anybody should be woken for it.
    at = ladders()[obligation.kind].awake(act.now)
    tell(act, obligation, DEADLINE_MOVED, "", offers=offers, due_at=at, more={"was": was["from"]})
    planning.plan(act, obligation)


_COLUMNS = (
    obligations.c.id,
    obligations.c.number,
    obligations.c.kind,
    obligations.c.unit_id,
    obligations.c.due_at,
    obligations.c.working_days,
    obligations.c.created_at,
)


def _moves(act: Act, rows: Sequence[Any]) -> list[Move]:
    own, coming = calendar.own_days(act), _coming(act, [row.id for row in rows])
    told = _told(act, [row.id for row in rows])
    moves = (_move(act.now, row, own, coming[row.id], told) for row in rows if row.kind in ladders())
    return [one for one in moves if one.moves_deadline or one.shifts or one.silence]


def _move(now: datetime, row: Any, own: Own, coming: Sequence[Any], told: Mapping[Any, datetime]) -> Move:
    ladder, zone = ladders()[row.kind], now.tzinfo
    old_due = new_due = row.due_at.astimezone(zone)
    if row.working_days and old_due > now:
        counted = calendar.workday_after(row.created_at.astimezone(zone).date(), row.working_days, own)
        due = ladder.due_at(counted, now)
        new_due = due if due > now else old_due
    return Move(
        row.id,
        row.number,
        row.kind,
        row.unit_id,
        old_due,
        new_due,
        _shifts(now, coming, list(mornings(ladder, new_due, now, own))),
        _silence(now, row, own, coming, told),
    )


def _shifts(now: datetime, coming: Sequence[Any], wanted: Sequence[Step]) -> tuple[Shift, ...]:
    """The mornings that would change. A reminder that is due already goes out as it is."""
    zone = now.tzinfo
    planned = [(one.kind, one.due_at.astimezone(zone)) for one in coming if one.kind != SILENCE]
    waits = any(kind == OVER and at <= now for kind, at in planned)
    old = {at for _, at in planned if at > now}
    new = {one.due_at for one in wanted if not (waits and one.kind == OVER)}
    gone, come = sorted(old - new), sorted(new - old)
    pairs = max(len(gone), len(come))
    return tuple(Shift(gone[n] if n < len(gone) else None, come[n] if n < len(come) else None) for n in range(pairs))


def _silence(
    now: datetime, row: Any, own: Own, coming: Sequence[Any], told: Mapping[Any, datetime]
) -> dict[int, datetime]:
    """The new moments of what is coming on the ladder of silence, counted from when the unit was told."""
    found: dict[int, datetime] = {}
    for one in coming:
        base = told.get((row.id, one.nth))
        if one.kind != SILENCE or base is None or one.due_at <= now:
            continue
        steps = silence(ladders()[row.kind], base.astimezone(now.tzinfo), own, chat=True)
        at = next(
            (step.due_at for step in steps if (step.to, step.by) == (one.to, one.by) and step.to != Addressee.HEAD),
            None,
        )
        if at is not None and at > now and at != one.due_at:
            found[one.id] = at
    return found


def _coming(act: Act, ids: Sequence[str]) -> Mapping[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    rows = select(reminders).where(reminders.c.obligation_id.in_(ids), reminders.c.fired_at.is_(None))
    for row in act.tx.execute(rows.order_by(reminders.c.due_at, reminders.c.id)):
        found[row.obligation_id].append(row)
    return found


def _told(act: Act, ids: Sequence[str]) -> dict[Any, datetime]:
    """When each message was said, by obligation and number."""
    of = reminders.c.obligation_id, reminders.c.nth
    said = reminders.c.obligation_id.in_(ids), reminders.c.fired_at.is_not(None), reminders.c.kind != SILENCE
    rows = act.tx.execute(select(*of, func.min(reminders.c.fired_at).label("at")).where(*said).group_by(*of))
    return {(row.obligation_id, row.nth): row.at for row in rows}
