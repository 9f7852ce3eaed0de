"""The numbers by which people know things: the day and a running number."""

from __future__ import annotations

from sqlalchemy import bindparam, update

from models.database import insert_or_ignore
from models.prepared import Prepared
from models.tables import counters
from services.foundation.act import Act

_NEXT = Prepared(
    update(counters)
    .where(counters.c.name == bindparam("of"))
    .values(value=counters.c.value + 1)
    .returning(counters.c.value)
)


def next_number(act: Act, of: str = "case", letter: str = "") -> str:
    """The next number, `20261121-0042`: the office's day and a running number, separate for each kind of thing (`of`).

    `letter` stands before the number of things that are not reports.
    """
    name = {"of": f"{of} {act.now:%Y%m%d}"}
    found = _NEXT.rows(act.tx, name)
    if not found:
        act.tx.execute(insert_or_ignore(act.tx, counters), {"name": name["of"], "value": 0})
        found = _NEXT.rows(act.tx, name)
    return f"{letter}{act.now:%Y%m%d}-{found[0][0]:04d}"
