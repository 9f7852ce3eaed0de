"""Holds an obligation until the commit, and writes what happens to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from models.tables import entries, obligations
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.history import require_unmoved
from services.foundation.refusal import Common, Refusal
from services.foundation.searching import sealed_words
from services.foundation.vault import new_id
from services.obligations.codes import ObligationCode
from services.obligations.values import ACKNOWLEDGED, OPEN, RETURNED, SETTLED


@dataclass(frozen=True)
class LockedObligation:
    """One obligation, its row locked until the commit, so that decisions are made on its present state.

    Moments are in the office's time zone. What lists and pages show is `values.Obligation`.
    """

    id: str
    number: str
    kind: str
    unit_id: str
    subject_id: str | None
    asked: str
    state: str
    due_at: datetime
    acknowledged_at: datetime | None
    shown_from: datetime | None = None  # before it the unit knows nothing of it

    @property
    def owed(self) -> bool:
        return self.state in (OPEN, ACKNOWLEDGED, RETURNED)


COLUMNS = tuple(obligations.c[name] for name in LockedObligation.__dataclass_fields__)


def locked(act: Act, obligation_id: str, seen: str | None = None) -> LockedObligation:
    """Locks an obligation. Raises Refusal: gone; changed where it has moved since the page that was `seen`."""
    row = act.tx.execute(select(*COLUMNS).where(obligations.c.id == obligation_id).with_for_update()).mappings().first()
    if row is None:
        raise Refusal(Common.GONE)
    if seen is not None:
        require_unmoved(act, obligation_id, row["state"], seen, row["subject_id"])
    return obligation_of(row, act.now)


def obligation_of(row: Mapping[Any, Any], now: datetime) -> LockedObligation:
    """The obligation in a row of `COLUMNS`."""
    shown_from = row["shown_from"] and row["shown_from"].astimezone(now.tzinfo)
    return LockedObligation(**{**row, "due_at": row["due_at"].astimezone(now.tzinfo), "shown_from": shown_from})


def unsettled(act: Act, obligation_id: str, seen: str | None = None) -> LockedObligation:
    """Locks an obligation that is not settled. Raises Refusal: gone, changed, settled."""
    obligation = locked(act, obligation_id, seen)
    if obligation.state in SETTLED:
        raise Refusal(ObligationCode.SETTLED)
    return obligation


def change(act: Act, obligation: LockedObligation, **values: Any) -> None:
    act.tx.execute(update(obligations).where(obligations.c.id == obligation.id).values(**values))
    act.wrote(obligations, obligation.id)


def add_entry(
    act: Act,
    obligation: LockedObligation,
    kind: str,
    text: str,
    detail: dict[str, Any] | None = None,
    shown: dict[str, str] | None = None,
) -> str:
    """Adds an entry to the history and an event to the audit chain; returns the entry's id.

    `detail` is for the chain alone, `shown` for whoever reads the history too.
    """
    entry_id = new_id()
    row = {"id": entry_id, "subject_id": obligation.id, "kind": kind, "actor": act.actor, "text": text, "at": act.now}
    row |= {"sought": sealed_words(act.vault, entry_id, text), "detail": shown}
    act.tx.execute(insert(entries).values(**row))
    act.wrote(entries, row)
    detail = (detail or {}) | (shown or {})
    told = {"number": obligation.number, "unit": obligation.unit_id} | detail
    audit.append(act, f"duty_{kind}", obligation.id, told)
    return entry_id
