"""The class of priority of a case (C15): what the office owes about it moves with it, and never into the past.

A higher class only brings a day nearer, a lower one only moves it away, and of that alone the citizen hears.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from models.tables import cases
from services import calendar, obligations
from services.calendar import PRIORITIES
from services.cases.filing import ACCEPTANCE
from services.cases.life import COMPLAINT, State
from services.cases.steps import HANDLING, LockedCase, note
from services.foundation.act import Act

PRIORITISE = "prioritise"  # the kind of the entry: the office's own, as a note is


def prioritise(act: Act, case: LockedCase, priority: str | None, why: str) -> datetime | None:
    """Gives a case another class, or none, for a reason that the office alone reads.

    Returns the day by which the office now owes its word or its answer, where that has become later.
    """
    act.tx.execute(update(cases).where(cases.c.id == case.id).values(priority=priority))
    act.wrote(cases, case.id)
    note(act, case, PRIORITISE, why, {"priority": [case.priority, priority]})
    if case.ended:
        return None  # only a call-back can be owed, and that is the rating's
    limits = calendar.limits().of(case.source, priority)
    kind, days = _of(case, limits)
    if days is None:
        return None
    if rank(priority) < rank(case.priority):
        return obligations.put_back(act, case.id, days, counted=limits.days)
    if case.id in obligations.promised(act, [case.id]):
        obligations.bring_nearer(act, case.id, days, waits_until=case.asked_until, counted=limits.days)
    else:
        obligations.promise(act, kind, case.id, case.number, days, counted=limits.days)
    return None


def rank(priority: str | None) -> int:
    """How high a class is: 0 is none."""
    return PRIORITIES.index(priority) + 1 if priority else 0


def _of(case: LockedCase, limits: calendar.SourceLimits) -> tuple[str, int | None]:
    """What the office owes about a case as it stands, and its limit in days."""
    if case.kind != COMPLAINT:
        return HANDLING, limits.reply
    return (ACCEPTANCE, limits.accept) if case.state is State.RECEIVED else (HANDLING, limits.handle)
