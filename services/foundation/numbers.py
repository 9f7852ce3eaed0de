"""The numbers by which people know things: the day and a running number."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, bindparam, update

from models.database import insert_or_ignore
from models.prepared import Prepared
from models.tables import counters

_NEXT = Prepared(
    update(counters)
    .where(counters.c.name == bindparam("of"))
    .values(value=counters.c.value + 1)
    .returning(counters.c.value)
)


def next_number(tx: Connection, now: datetime, of: str = "case", letter: str = "") -> str:
    """`20261121-0042`: the day in the office's time zone and a running number, each kind of thing (`of`) for itself.

    `letter` stands before the number of whatever is no report.
    """
    name = {"of": f"{of} {now:%Y%m%d}"}
    found = _NEXT.rows(tx, name)
    if not found:
        tx.execute(insert_or_ignore(tx, counters), {"name": name["of"], "value": 0})
        found = _NEXT.rows(tx, name)
    return f"{letter}{now:%Y%m%d}-{found[0][0]:04d}"
