"""Where the desk's reports and what units owe because of them meet: what follows for a report from a hand-over, and
what its citizen hears when the last unit has answered. The kinds of `services.desk.kinds` call back here."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from models.tables import cases, visits
from services import policy
from services.desk import deciding
from services.obligations import Ring, Subject, UnitSight
from services.vault import Vault


def named(tx: Connection, report_ids: Collection[str]) -> Mapping[str, Subject]:
    """Cases by their numbers; of a spot check no list says anything: its number tells the hour."""
    known = select(cases.c.id, cases.c.number).where(cases.c.id.in_(report_ids))
    return {row.id: Subject(row.id, row.number, True) for row in tx.execute(known)}


def sight(tx: Connection, now: datetime, report_id: str | None, unit: str, asked: str) -> UnitSight | None:
    """What the unit sees of the report, by `services.policy`."""
    if report_id is None or now.tzinfo is None:
        return None
    case = tx.execute(select(cases).where(cases.c.id == report_id)).mappings().first()
    if case is not None:
        return policy.sight_of_case(dict(case), unit, asked, now.tzinfo)
    visit = tx.execute(select(visits).where(visits.c.id == report_id)).mappings().first()
    return policy.sight_of_visit(dict(visit), unit, asked) if visit else None


def handed(
    tx: Connection, vault: Vault, now: datetime, clerk_id: str, report_id: str | None, seen: str
) -> Ring:  # fmt: skip
    """Takes on the report that is handed over, if there is one. Raises NotDone as `deciding.take_on`."""
    return deciding.take_on(tx, vault, now, clerk_id, report_id, seen) if report_id else frozenset()


def waits(tx: Connection, report_id: str | None) -> bool:
    """Whether it is a case, whose citizen waits for an answer; locked: of two decisions at once one is the last."""
    case = select(cases.c.id).where(cases.c.id == report_id).with_for_update()
    return report_id is not None and tx.execute(case).first() is not None


def visit_of(tx: Connection, report_id: str | None) -> tuple[str, str] | None:
    """Id and number of the spot check that this id is one of: for the office alone, its number tells the hour."""
    row = tx.execute(select(visits.c.id, visits.c.number).where(visits.c.id == report_id)).first()
    return (row.id, row.number) if row else None
