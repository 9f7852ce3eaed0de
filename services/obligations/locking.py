"""An obligation held until the commit, and what is written about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from models.tables import entries, obligations
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.history import unmoved
from services.foundation.refusal import NotDone
from services.foundation.vault import new_id
from services.obligations.values import ACKNOWLEDGED, OPEN, RETURNED, SETTLED


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


def locked(act: Act, obligation_id: str, seen: str | None = None) -> Owed:
    """Raises NotDone: gone; changed where it has moved since the page that was `seen`."""
    row = act.tx.execute(select(*COLUMNS).where(obligations.c.id == obligation_id).with_for_update()).mappings().first()
    if row is None:
        raise NotDone("gone")
    if seen is not None:
        unmoved(act, obligation_id, row["state"], seen)
    return owed_of(row, act.now)


def owed_of(row: Mapping[Any, Any], now: datetime) -> Owed:
    """The obligation of a row of `COLUMNS`."""
    return Owed(**{**row, "due_at": row["due_at"].astimezone(now.tzinfo)})


def unsettled(act: Act, obligation_id: str, seen: str | None = None) -> Owed:
    """Raises NotDone: gone, changed, settled."""
    obligation = locked(act, obligation_id, seen)
    if obligation.state in SETTLED:
        raise NotDone("settled")
    return obligation


def put(act: Act, obligation: Owed, **values: Any) -> None:
    act.tx.execute(update(obligations).where(obligations.c.id == obligation.id).values(**values))


def note(act: Act, obligation: Owed, kind: str, text: str, detail: dict[str, Any] | None = None) -> str:
    """One entry of the history and one audit event; returns the entry's id."""
    entry_id = new_id()
    act.tx.execute(
        insert(entries).values(id=entry_id, subject_id=obligation.id, kind=kind, actor=act.actor, text=text, at=act.now)
    )
    told = {"number": obligation.number, "unit": obligation.unit_id} | (detail or {})
    audit.append(act, f"duty_{kind}", obligation.id, told)
    return entry_id
