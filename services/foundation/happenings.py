"""Happenings: what a rule may count, recorded in the transaction in which it happens. Nobody here knows who counts.

A happening is about a unit: it holds no citizen, no supervisor and no time of a report.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import update

from models.database import is_new
from models.tables import happenings
from services.foundation.act import Act
from services.foundation.vault import new_id


@dataclass(frozen=True)
class Happening:
    """Something that happened to a unit."""

    kind: str  # overdue, returned, complaint_accepted, …: a word of the subject that records it
    once: str  # names this one happening among those of its kind
    at: datetime
    unit_id: str | None
    subject_id: str | None = None  # a case, a visit
    obligation_id: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict)  # codes, numbers and ISO moments, never words


def record(act: Act, happening: Happening) -> bool:
    """Records a happening unless that has been done already; returns whether it was new."""
    row = {
        "id": new_id(),
        "once": f"{happening.kind} {happening.once}",
        "kind": happening.kind,
        "at": happening.at,
        "unit_id": happening.unit_id,
        "subject_id": happening.subject_id,
        "obligation_id": happening.obligation_id,
        "detail": dict(happening.detail),
    }
    return is_new(act.tx, happenings, row)


def move(act: Act, subject_id: str, unit_id: str | None) -> None:
    """Counts what happened about a subject to another unit; not what came of an obligation, which stays its unit's."""
    of_subject = happenings.c.subject_id == subject_id, happenings.c.obligation_id.is_(None)
    act.tx.execute(update(happenings).where(*of_subject).values(unit_id=unit_id))
