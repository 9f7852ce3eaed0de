"""An obligation held until the commit, and what is written about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from models.tables import entries, obligations
from services import audit
from services.foundation.history import unmoved
from services.foundation.refusal import NotDone
from services.obligations.values import ACKNOWLEDGED, OPEN, RETURNED, SETTLED
from services.vault import new_id


@dataclass(frozen=True)
class Owed:
    """An obligation as it stands. Moments are in the office's time zone."""

    id: str
    number: str
    kind: str
    unit_id: str
    subject_id: str | None
    asked: str
    state: str
    due_at: datetime
    acknowledged_at: datetime | None

    @property
    def owed(self) -> bool:
        return self.state in (OPEN, ACKNOWLEDGED, RETURNED)


COLUMNS = tuple(obligations.c[name] for name in Owed.__dataclass_fields__)


def locked(tx: Connection, now: datetime, obligation_id: str, seen: str | None = None) -> Owed:
    """Raises NotDone: gone; changed where it has moved since the page that was `seen`."""
    row = tx.execute(select(*COLUMNS).where(obligations.c.id == obligation_id).with_for_update()).mappings().first()
    if row is None:
        raise NotDone("gone")
    if seen is not None:
        unmoved(tx, obligation_id, row["state"], seen)
    return owed_of(row, now)


def owed_of(row: Mapping[Any, Any], now: datetime) -> Owed:
    """The obligation of a row of `COLUMNS`."""
    return Owed(**{**row, "due_at": row["due_at"].astimezone(now.tzinfo)})


def unsettled(tx: Connection, now: datetime, obligation_id: str, seen: str | None = None) -> Owed:
    """Raises NotDone: gone, changed, settled."""
    duty = locked(tx, now, obligation_id, seen)
    if duty.state in SETTLED:
        raise NotDone("settled")
    return duty


def put(tx: Connection, duty: Owed, **values: Any) -> None:
    tx.execute(update(obligations).where(obligations.c.id == duty.id).values(**values))


def note(
    tx: Connection, now: datetime, actor: str, duty: Owed, kind: str, text: str, detail: dict[str, Any] | None = None
) -> str:
    """One entry of the history and one audit event; returns the entry's id."""
    entry_id = new_id()
    tx.execute(insert(entries).values(id=entry_id, subject_id=duty.id, kind=kind, actor=actor, text=text, at=now))
    told = {"number": duty.number, "unit": duty.unit_id} | (detail or {})
    audit.append(tx, now, actor, f"duty_{kind}", duty.id, told)
    return entry_id
