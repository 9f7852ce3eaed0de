"""Puts the rows about reports into the order of their random ids: in the order of arrival, a dump would tell it.

SQLite keeps them so. PostgreSQL writes a row where there is room; each night, when nobody waits, it writes them anew.
"""

from __future__ import annotations

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from models.tables import cases, entries, evidence, happenings, obligations, owners, vault, visits

UNORDERED = (cases, visits, entries, evidence, vault, owners, obligations, happenings)


def shuffle(tx: Connection, table: str) -> bool:
    """Writes a table anew; returns False where others were using it: the next night will do."""
    if tx.dialect.name != "postgresql":
        return True
    try:
        with tx.begin_nested():
            tx.execute(text("set local lock_timeout = '2s'"))
            tx.execute(text(f'cluster "{table}" using "{table}_pkey"'))
    except OperationalError:
        return False
    return True
