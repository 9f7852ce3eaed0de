"""A supervisor's spot check. Place and exact time are private: they lie in the vault, not in the visit (A47)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import insert, select

from conversation.messages import Media
from models.tables import visits
from services import evidence, people
from services.foundation import audit
from services.foundation.act import SUPERVISOR, Act
from services.foundation.moments import sealed_now
from services.foundation.numbers import report_number
from services.foundation.searching import sealed_words
from services.foundation.vault import new_id
from services.people import Contact

RECEIVED, NOTED = "received", "noted"
MOST_OWN = 20


@dataclass(frozen=True)
class Visit:
    """A spot check as filed (S01). `findings`: {block: {"ticked": [code, …], "remark": text or None}}."""

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
    """A spot check as its supervisor finds it again: without what was seen, or where."""

    number: str
    unit_id: str
    state: str  # received, noted
    received_on: date


def file_visit(act: Act, contact: Contact, visit: Visit) -> str:
    """Files a spot check; returns its number."""
    visit_id = new_id()
    moment = sealed_now(act, visit_id)  # it came in, and moved last: one moment
    remarks = (found.get("remark") for found in visit.findings.values())
    row = {
        "id": visit_id,
        "number": report_number(act),
        "unit_id": visit.unit_id,
        "method": visit.method,
        "findings": {block: dict(found) for block, found in visit.findings.items()},
        "note": visit.note,
        "sought": sealed_words(act.vault, visit_id, visit.note, *remarks),
        "waited_minutes": visit.waited_minutes,
        "state": RECEIVED,
        "received_on": act.now.date(),
        "received": moment,
        "moved_on": act.now.date(),
        "moved": moment,
    }
    act.tx.execute(insert(visits).values(**row))
    act.wrote(visits, row)
    identity = {"person_id": contact.person_id, "place": visit.place, "began": visit.began}
    people.keep_identity(act, row["id"], contact, identity, receipt=False)
    evidence.attach(act, contact, row["id"], visit.media)
    audit.append(act.by(SUPERVISOR), "visit_filed", row["id"], {"number": row["number"]})
    return row["number"]


def own(act: Act, contact_id: str) -> list[Filed]:
    """The spot checks that this contact filed last, newest first."""
    newest = people.newest_owned(act, contact_id, visits, MOST_OWN)
    columns = visits.c.id, visits.c.number, visits.c.unit_id, visits.c.state, visits.c.received_on
    found = {row.id: Filed(*row[1:]) for row in act.tx.execute(select(*columns).where(visits.c.id.in_(newest)))}
    return [found[id] for id in newest]
