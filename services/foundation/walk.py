"""Compares every row that the audit chain vouches for with the newest event about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from models.tables import metadata
from services.foundation.events import events
from services.foundation.vault import Vault
from services.foundation.witness import ENDING, VOUCHED, mac_of, read_all

_NUMBERED = ("cases", "visits", "obligations", "notices")
_ABOUT = ("subject_id", "obligation_id", "person_id")


@dataclass(frozen=True)
class Unfit:
    """The first row that is not as the chain says. `reason`: changed, untold (no event tells of it), gone.

    `number` is what people know it or its subject by, or the id of that.
    """

    table: str
    id: str
    number: str
    reason: str


def unfit(tx: Connection, vault: Vault) -> Unfit | None:
    """The first row that does not fit. Call it in a snapshot, once the chain itself has been verified."""
    newest = {(table, row_id): mac for event in events(tx, vault) for table, row_id, mac in event.rows}
    for table in VOUCHED:
        for row in read_all(tx, table):
            told = newest.pop((table, row["id"]), "")
            if told != mac_of(vault, table, row):
                return Unfit(table, row["id"], _number(tx, row), "changed" if told else "untold")
    for (table, row_id), mac in newest.items():
        if mac and table not in ENDING:
            return Unfit(table, row_id, _told_about(tx, vault, table, row_id), "gone")
    return None


def _number(tx: Connection, row: Mapping[Any, Any]) -> str:
    return row.get("number") or _number_of(tx, next((row[name] for name in _ABOUT if row.get(name)), row["id"]))


def _number_of(tx: Connection, subject: str) -> str:
    tables = (metadata.tables[name] for name in _NUMBERED)
    found = (tx.execute(select(one.c.number).where(one.c.id == subject)).scalar() for one in tables)
    return next((number for number in found if number), subject)


def _told_about(tx: Connection, vault: Vault, table: str, row_id: str) -> str:
    """How the newest event about a row calls it."""
    number = row_id
    for event in events(tx, vault):
        if any(told[:2] == (table, row_id) for told in event.rows):
            number = str(event.detail.get("number") or _number_of(tx, event.subject))
    return number
