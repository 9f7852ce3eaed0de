"""Compares every row that the audit chain vouches for with the newest event about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from models.tables import metadata
from services.foundation.events import events
from services.foundation.vault import Vault
from services.foundation.witness import ENDING, VOUCHED, mac_of, read_all

_NUMBERED = ("cases", "visits", "obligations", "notices")
_ABOUT = ("subject_id", "obligation_id", "person_id")


MOST_NAMED = 10  # rows that do not fit


@dataclass(frozen=True)
class Unfit:
    """A row that is not as the chain says. `reason`: changed, untold (no event tells of it), gone.

    `number` is what people know it or its subject by, or the id of that.
    """

    table: str
    id: str
    number: str
    reason: str


def unfit(tx: Connection, vault: Vault) -> tuple[list[Unfit], int]:
    """The first rows that do not fit, and how many more there are.

    Call it in a snapshot, once the chain itself has been verified.
    """
    newest = {(table, row_id): mac for event in events(tx, vault) for table, row_id, mac in event.rows}
    found, many = list[Unfit](), 0
    for table in VOUCHED:
        for row in read_all(tx, table):
            told = newest.pop((table, row["id"]), "")
            if told != mac_of(vault, table, row):
                many += 1
                if many <= MOST_NAMED:
                    found.append(Unfit(table, row["id"], _number(tx, row), "changed" if told else "untold"))
    gone = [(table, row_id) for (table, row_id), mac in newest.items() if mac and table not in ENDING]
    named = gone[: MOST_NAMED - len(found)]
    numbers = _told_about(tx, vault, named) if named else {}
    found += [Unfit(*one, numbers[one], "gone") for one in named]
    return found, many + len(gone) - len(found)


def _number(tx: Connection, row: Mapping[Any, Any]) -> str:
    return row.get("number") or _number_of(tx, next((row[name] for name in _ABOUT if row.get(name)), row["id"]))


def _number_of(tx: Connection, subject: str) -> str:
    tables = (metadata.tables[name] for name in _NUMBERED)
    found = (tx.execute(select(one.c.number).where(one.c.id == subject)).scalar() for one in tables)
    return next((number for number in found if number), subject)


def _told_about(tx: Connection, vault: Vault, rows: Sequence[tuple[str, str]]) -> dict[tuple[str, str], str]:
    """How the newest event about each of these rows calls it."""
    numbers = {row: row[1] for row in rows}
    for event in events(tx, vault):
        for row in {told[:2] for told in event.rows} & numbers.keys():
            numbers[row] = str(event.detail.get("number") or _number_of(tx, event.subject))
    return numbers
