"""What of spot checks leaves in a list, by allow-list: the day of one, never the hour, and nobody's name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, select

from models.tables import visits
from services import evidence
from services.foundation.wording import told_on
from services.units import PLACE, placed, unit_and_part

COLUMNS = ("number", "unit", "part", "method", "findings", "waited_minutes", "note", "state", "received_day", "pieces")
_VISITS = select(visits, *PLACE, evidence.many_of(visits.c.id).label("pieces")).select_from(
    placed(visits, visits.c.unit_id)
)


def leaving(tx: Connection, ids: Collection[str] | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Visits by id, day by day, in no order within a day: all of them, or these."""
    wanted = _VISITS if ids is None else _VISITS.where(visits.c.id.in_(ids))
    for row in tx.execute(wanted.order_by(visits.c.received_on, visits.c.id)).mappings():
        whole = {**row, **unit_and_part(row), "received_day": told_on(row["received_on"])}
        yield row["id"], {column: whole[column] for column in COLUMNS}
