"""What of the inbox leaves in a list: the reports under the filters, in the list's order, nothing of who filed one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from services import cases, inspections
from services.desk.listing import walk
from services.desk.tagging import tags_of
from services.desk.values import VISIT, Filters
from services.foundation.act import Act

_BESIDE = {
    "category": "method",
    "what": "findings",
    "happened_day": "waited_minutes",
}  # by column of a case, a visit's own
COLUMNS = (*(column for name in cases.COLUMNS for column in (name, _BESIDE.get(name, "")) if column), "tags")
_AT_ONCE = 500


def leaving(act: Act, filters: Filters) -> Iterator[dict[str, Any]]:
    """Every report under the filters. Each tells the day on which it came in, not the hour."""
    ids = iter([item.id for _, item in walk(act, filters)])
    while some := list(islice(ids, _AT_ONCE)):
        rows = dict(cases.leaving(act.tx, some))
        rows |= {one: _visit(row) for one, row in inspections.leaving(act.tx, some)}
        tags = tags_of(act, some)
        for one in some:
            named = [tag.name for tag in tags.get(one, ())] or None
            yield {column: rows[one].get(column) for column in COLUMNS} | {"tags": named}


def _visit(row: dict[str, Any]) -> dict[str, Any]:
    return row | {"kind": VISIT, "what": row["note"]}
