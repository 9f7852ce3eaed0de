"""Records that a deadline has passed while the unit owes: once, whoever notices it first, dated at the deadline.

The job notices it within a minute. After a standstill a late answer may come before the job, and so may an excuse or a
moved deadline: each records what has happened by then.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, exists, select

from models.tables import happenings, obligations
from services.foundation.act import Act
from services.foundation.happenings import Happening, record
from services.obligations.locking import COLUMNS, LockedObligation, obligation_of

OVERDUE = "overdue"


def lapse(act: Act, most: int) -> int:
    """Records up to `most` deadlines that have passed unnoticed; returns how many were looked at.

    An obligation that another process holds is left to it, or to the next minute.
    """
    rows = act.tx.execute(_lapsed(act.now).limit(most)).mappings().all()
    for row in rows:
        note_overdue(act, obligation_of(row, act.now))
    return len(rows)


def note_overdue(act: Act, obligation: LockedObligation) -> None:
    """Records a deadline that has passed while the unit owes, if it has. The caller holds the obligation's row."""
    if not obligation.owed or obligation.due_at >= act.now:
        return
    once = f"{obligation.id} {obligation.due_at.timestamp():.6f}"
    told = {"kind": obligation.kind, "number": obligation.number}
    unit_id, subject_id, at = obligation.unit_id, obligation.subject_id, obligation.due_at
    record(act, Happening(OVERDUE, once, at, unit_id, subject_id, obligation.id, told))


def _lapsed(now: datetime) -> Select[tuple[object, ...]]:
    this_deadline = happenings.c.obligation_id == obligations.c.id, happenings.c.at == obligations.c.due_at
    known = exists().where(*this_deadline, happenings.c.kind == OVERDUE)
    # A happening is about a unit: what the office itself owes is none.
    late = obligations.c.unit_id.is_not(None), obligations.c.owed_since.is_not(None), obligations.c.due_at < now, ~known
    oldest = select(*COLUMNS).where(*late).order_by(obligations.c.due_at, obligations.c.id)
    return oldest.with_for_update(of=obligations, skip_locked=True)
