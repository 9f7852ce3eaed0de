"""Plans the reminders still to come, written again whenever the deadline or the unit's turn changes."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from models.prepared import Prepared
from models.tables import reminders
from services import calendar
from services.foundation.act import Act
from services.obligations.ladder import SILENCE, TOLD, Step, ladders, mornings, silence
from services.obligations.locking import LockedObligation
from services.people import CHAT, Addressee

_COLUMNS = "obligation_id", "nth", "kind", "step", "to", "by", "due_at"
_PLANNED = Prepared(insert(reminders), *_COLUMNS)
_PLANNED_UNORDERED = Prepared(insert(reminders), "id", *_COLUMNS)


def plan(act: Act, obligation: LockedObligation) -> None:
    """Plans all morning reminders anew; rows that have fired stay."""
    drop(act, obligation.id, mornings_only=True)
    ladder, own = ladders()[obligation.kind], calendar.own_days(act)
    write(act.tx, obligation.id, told(act, obligation.id) + 1, mornings(ladder, obligation.due_at, act.now, own))


def plan_silence(act: Act, obligation: LockedObligation, nth: int, *, chat: bool) -> None:
    """Plans the ladder of silence for message `nth`, which goes out now; `chat` is as in `ladder.silence`."""
    ladder, own = ladders()[obligation.kind], calendar.own_days(act)
    rows = [_row(obligation.id, nth, step) for step in silence(ladder, act.now, own, chat=chat)]
    act.tx.execute(insert(reminders), rows)


def drop(act: Act, obligation_id: str, *, silence_only: bool = False, mornings_only: bool = False) -> None:
    """Deletes planned reminders that have not gone out."""
    wanted = [reminders.c.obligation_id == obligation_id, reminders.c.fired_at.is_(None)]
    if silence_only:
        wanted.append(reminders.c.kind == SILENCE)
    if mornings_only:
        wanted.append(reminders.c.kind != SILENCE)
    act.tx.execute(delete(reminders).where(*wanted))


def told(act: Act, obligation_id: str) -> int:
    """The number of the last message that has gone to the unit."""
    fired = reminders.c.obligation_id == obligation_id, reminders.c.fired_at.is_not(None)
    return act.tx.execute(select(func.max(reminders.c.nth)).where(*fired)).scalar() or 0


def tell_now(act: Act, obligation_id: str) -> int:
    """Records a message that is sent at once and returns its number; what is still to come moves up by one."""
    nth = told(act, obligation_id) + 1
    ahead = reminders.c.obligation_id == obligation_id, reminders.c.fired_at.is_(None), reminders.c.nth >= nth
    act.tx.execute(update(reminders).where(*ahead).values(nth=reminders.c.nth + 1))
    row = _row(obligation_id, nth, Step(TOLD, 0, Addressee.HEAD, CHAT, act.now))
    act.tx.execute(insert(reminders), row | {"fired_at": act.now})
    return nth


def write(tx: Connection, obligation_id: str, first: int, steps: Iterable[Step], *, ordered: bool = True) -> None:
    """Plans these steps as messages `first`, `first + 1`, …

    `ordered`: whether the ids of the rows may tell which obligation came first.
    """
    rows = [_row(obligation_id, nth, step) for nth, step in enumerate(steps, first)]
    if rows and ordered:
        _PLANNED.later(tx, *rows)
    elif rows:
        _PLANNED_UNORDERED.later(tx, *({"id": -1 - secrets.randbits(53)} | row for row in rows))


def _row(obligation_id: str, nth: int, step: Step) -> dict[str, Any]:
    return {
        "obligation_id": obligation_id,
        "nth": nth,
        "kind": step.kind,
        "step": step.days,
        "to": step.to,
        "by": step.by,
        "due_at": step.due_at,
    }
