"""The rows of reminders that are still to come, written again whenever the deadline or the unit's turn changes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from models.tables import reminders
from services import calendar
from services.obligations import ladder as ladders
from services.obligations.ladder import CHAT, SILENCE, TOLD, Step
from services.obligations.locking import Owed
from services.people.rights import Addressee


def plan(tx: Connection, now: datetime, duty: Owed) -> None:
    """All mornings anew; rows that have fired stay."""
    drop(tx, duty.id, mornings_only=True)
    ladder, own = ladders.ladders()[duty.kind], calendar.own_days(tx)
    _write(tx, duty.id, told(tx, duty.id) + 1, ladders.mornings(ladder, duty.due_at, now, own))


def plan_silence(tx: Connection, now: datetime, duty: Owed, nth: int, *, chat: bool) -> None:
    """Whom message `nth`, which goes out now, goes to while nobody acknowledges it; `chat`: as in `ladder.silence`."""
    ladder, own = ladders.ladders()[duty.kind], calendar.own_days(tx)
    rows = [_row(duty.id, nth, step) for step in ladders.silence(ladder, now, own, chat=chat)]
    tx.execute(insert(reminders), rows)


def drop(tx: Connection, obligation_id: str, *, silence_only: bool = False, mornings_only: bool = False) -> None:
    """Takes back what has not gone out."""
    wanted = [reminders.c.obligation_id == obligation_id, reminders.c.fired_at.is_(None)]
    if silence_only:
        wanted.append(reminders.c.kind == SILENCE)
    if mornings_only:
        wanted.append(reminders.c.kind != SILENCE)
    tx.execute(delete(reminders).where(*wanted))


def told(tx: Connection, obligation_id: str) -> int:
    """The number of the last message that has gone to the unit."""
    fired = reminders.c.obligation_id == obligation_id, reminders.c.fired_at.is_not(None)
    return tx.execute(select(func.max(reminders.c.nth)).where(*fired)).scalar() or 0


def tell_now(tx: Connection, now: datetime, obligation_id: str) -> int:
    """Records that something is said at once, and returns its number; what is still to come moves up by one."""
    nth = told(tx, obligation_id) + 1
    ahead = reminders.c.obligation_id == obligation_id, reminders.c.fired_at.is_(None), reminders.c.nth >= nth
    tx.execute(update(reminders).where(*ahead).values(nth=reminders.c.nth + 1))
    row = _row(obligation_id, nth, Step(TOLD, 0, Addressee.HEAD, CHAT, now))
    tx.execute(insert(reminders), row | {"fired_at": now})
    return nth


def _write(tx: Connection, obligation_id: str, first: int, steps: Iterable[Step]) -> None:
    rows = [_row(obligation_id, nth, step) for nth, step in enumerate(steps, first)]
    if rows:
        tx.execute(insert(reminders), rows)


def _row(obligation_id: str, nth: int, step: Step) -> dict[str, Any]:
    return {
        "obligation_id": obligation_id, "nth": nth, "kind": step.kind, "step": step.days, "to": step.to,
        "by": step.by, "due_at": step.due_at,
    }  # fmt: skip
