"""Counts for those who watch over the machine."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from models.tables import cases, deliveries, evidence, quarantine, visits


@dataclass(frozen=True)
class Figure:
    name: str
    state: str
    value: int


def count(tx: Connection) -> list[Figure]:
    """Rows by state of what comes in, goes out and waits."""
    found = [
        Figure(table.name, row.state, row.number)
        for table in (cases, visits, evidence, deliveries)
        for row in tx.execute(select(table.c.state, func.count().label("number")).group_by(table.c.state))
    ]
    return [*found, Figure("quarantine", "kept", tx.execute(select(func.count()).select_from(quarantine)).scalar_one())]
