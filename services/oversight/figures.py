"""Counts for the people who watch over the machine."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from models.tables import cases, contacts, deliveries, evidence, notices, obligations, quarantine, visits


@dataclass(frozen=True)
class Figure:
    name: str
    state: str
    value: int


_CONFINED = select(cases.c.id).where(cases.c.confined.is_not(None))  # the discipline desk's alone: in no figure
_COUNTED = (
    ("cases", cases, cases.c.confined.is_(None)),
    *((table.name, table) for table in (visits, evidence, notices, deliveries)),
    ("obligations", obligations, obligations.c.unit_id.is_not(None)),
    ("promises", obligations, obligations.c.unit_id.is_(None), obligations.c.subject_id.not_in(_CONFINED)),
)


def count_figures(tx: Connection) -> list[Figure]:
    """Counts rows by state of what comes in, goes out and waits, and accounts by channel that nothing reaches."""
    found = [
        Figure(name, row.state, row.number)
        for name, table, *which in _COUNTED
        for row in tx.execute(select(table.c.state, func.count().label("number")).where(*which).group_by(table.c.state))
    ]
    gone = select(contacts.c.channel, func.count().label("number")).where(contacts.c.blocked_at.is_not(None))
    found += [Figure("unreachable", row.channel, row.number) for row in tx.execute(gone.group_by(contacts.c.channel))]
    return [*found, Figure("quarantine", "kept", tx.execute(select(func.count()).select_from(quarantine)).scalar_one())]
