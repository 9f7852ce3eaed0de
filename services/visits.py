"""A supervisor's spot check. Place and exact time are private: they lie in the vault, not in the visit (A47)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from conversation.messages import Media
from models.tables import owners, visits
from services import audit, reports
from services import evidence as proof
from services.contacts import Contact
from services.foundation.numbers import next_number
from services.vault import Vault, new_id

RECEIVED, NOTED = "received", "noted"
MOST_OWN = 20


@dataclass(frozen=True)
class Visit:
    """What a supervisor saw (S01). `findings`: {block: {"ticked": [code, …], "remark": text or None}}."""

    unit_id: str
    method: str
    findings: Mapping[str, Mapping[str, Any]]
    waited_minutes: int | None = None
    note: str | None = None
    media: tuple[Media, ...] = ()
    place: Sequence[float] | None = None  # latitude, longitude in degrees
    began: str | None = None  # ISO 8601


@dataclass(frozen=True)
class Filed:
    """A spot check as its supervisor finds it again: nothing of what was seen, or where."""

    number: str
    unit_id: str
    state: str  # received, noted
    received_at: datetime


def file_visit(tx: Connection, vault: Vault, now: datetime, contact: Contact, visit: Visit) -> str:
    """Returns the visit's number."""
    row = {
        "id": new_id(), "number": next_number(tx, now), "unit_id": visit.unit_id, "method": visit.method,
        "findings": {block: dict(found) for block, found in visit.findings.items()}, "note": visit.note,
        "waited_minutes": visit.waited_minutes, "state": RECEIVED, "received_at": now, "fresh_at": now,
    }  # fmt: skip
    tx.execute(insert(visits).values(**row))
    identity = {"person_id": contact.person_id, "place": visit.place, "began": visit.began}
    reports.keep_identity(tx, vault, row["id"], contact, identity, receipt=False)
    proof.attach(tx, vault, now, contact, row["id"], visit.media)
    audit.append(tx, now, "supervisor", "visit_filed", row["id"], {"number": row["number"]})
    return row["number"]


def own(tx: Connection, vault: Vault, contact_id: str) -> list[Filed]:
    """What this contact has filed, newest first, the last few."""
    mine = select(owners.c.subject_id).where(owners.c.owner_hash == vault.index(contact_id, "owner"))
    newest = (
        select(visits.c.number, visits.c.unit_id, visits.c.state, visits.c.received_at)
        .where(visits.c.id.in_(mine))
        .order_by(visits.c.received_at.desc(), visits.c.number.desc())
        .limit(MOST_OWN)
    )
    return [Filed(*row) for row in tx.execute(newest)]
