"""What of the inbox leaves in a list: the reports under the filters, in the list's order, nothing of who filed one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import select

from services import cases, inspections
from services.desk.listing import found_by, newest_first
from services.desk.values import VISIT, Filters
from services.foundation.act import Act

COLUMNS = (
    "number",
    "kind",
    "source",
    "unit",
    "part",
    "category",
    "method",
    "what",
    "findings",
    "staff",
    "happened_day",
    "waited_minutes",
    "named",
    "state",
    "received",
    "decided",
    "pieces",
)
_AT_ONCE = 500


def leaving(act: Act, filters: Filters) -> Iterator[dict[str, Any]]:
    """Every report under the filters. A visit tells the day on which it came in, not the hour."""
    found = found_by(filters, act.now)
    ids = iter(act.tx.execute(newest_first(found, select(found.c.id))).scalars().all())
    while some := list(islice(ids, _AT_ONCE)):
        rows = dict(cases.leaving(act.tx, some))
        rows |= {one: _visit(row) for one, row in inspections.leaving(act.tx, act.now.tzinfo, some)}
        for one in some:
            yield {column: rows[one].get(column) for column in COLUMNS}


def _visit(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"kind": VISIT, "what": row["note"], "received": row["received_day"]}
