"""What of the inbox leaves in a list: the reports under the filters, in the list's order, nothing of who filed one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import select

from services import cases, inspections
from services.desk.listing import found_by, in_order
from services.desk.values import VISIT, Filters
from services.foundation.act import Act

_BESIDE = {
    "category": "method",
    "what": "findings",
    "happened_day": "waited_minutes",
}  # by column of a case, a visit's own
COLUMNS = tuple(column for name in cases.COLUMNS for column in (name, _BESIDE.get(name, "")) if column)
_AT_ONCE = 500


def leaving(act: Act, filters: Filters) -> Iterator[dict[str, Any]]:
    """Every report under the filters. A visit tells the day on which it came in, not the hour."""
    found = found_by(filters, act.now)
    ids = iter(act.tx.execute(in_order(found, select(found.c.id), filters)).scalars().all())
    while some := list(islice(ids, _AT_ONCE)):
        rows = dict(cases.leaving(act.tx, some))
        rows |= {one: _visit(row) for one, row in inspections.leaving(act.tx, act.now.tzinfo, some)}
        for one in some:
            yield {column: rows[one].get(column) for column in COLUMNS}


def _visit(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"kind": VISIT, "what": row["note"], "received": row["received_day"]}
