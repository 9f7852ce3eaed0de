"""Puts the rows about reports into the order of their random ids: in the order of arrival, a dump would tell it.

SQLite keeps them so. PostgreSQL writes a row where there is room, and beside it which transaction wrote it (`xmin`):
whoever has its files, or reads them by SQL, would know by that what else was written with a report, its sender's turn
first of all. Each night, when nobody waits, all rows of a table get one mark and are written anew.
"""

from __future__ import annotations

from sqlalchemy import Connection, Executable, column, text, update
from sqlalchemy.exc import OperationalError

from models.tables import (
    cases,
    entries,
    evidence,
    happenings,
    items,
    metadata,
    obligations,
    owners,
    ratings,
    vault,
    visits,
    walkins,
)

UNORDERED = (cases, visits, entries, evidence, vault, owners, obligations, happenings, ratings, walkins, items)


def blend(tx: Connection, table: str) -> bool:
    """Gives all rows of a table the mark of this transaction; returns False where others were using it.

    The rows as they were go when the table is written anew, in another transaction (`shuffle`).
    """
    found = metadata.tables[table]
    first = next(iter(found.primary_key))
    return _while_free(tx, update(found).values({first.name: column(first.name)}))


def shuffle(tx: Connection, table: str) -> bool:
    """Writes a table anew, in the order of its ids; returns False as `blend` does: the next night will do."""
    return _while_free(tx, text(f'cluster "{table}" using "{table}_pkey"'))


def _while_free(tx: Connection, work: Executable) -> bool:
    if tx.dialect.name != "postgresql":
        return True
    try:
        with tx.begin_nested():
            tx.execute(text("set local lock_timeout = '2s'"))
            tx.execute(work)
    except OperationalError:
        return False
    return True
