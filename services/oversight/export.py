"""The lists that `mingcha export` takes away, by allow-list: a column that is not named never leaves.

No export knows who filed a report, when exactly a supervisor was there, or what a file was called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import tzinfo
from typing import Any

from sqlalchemy import Connection, and_, select

from models.tables import contacts, deliveries, grants, notices
from services import cases, inspections
from services.foundation.wording import told_at
from services.people import held_at
from services.units import PLACE, placed, unit_and_part

RECEIPTS = ("number", "unit", "part", "role", "channel", "state", "error", "sent", "acknowledged")
COLUMNS: Mapping[str, Sequence[str]] = {
    "complaints": cases.COLUMNS,
    "visits": inspections.COLUMNS,
    "deliveries": ("id", "channel", "urgency", "state", "attempts", "error", "created", "sent"),
    "notices": RECEIPTS,
}


def export_rows(tx: Connection, what: str, zone: tzinfo) -> Iterator[dict[str, Any]]:
    """Every row of `complaints`, `visits`, `deliveries` or `notices`, oldest first, with its listed columns.

    `zone` is the office's: it decides on which day something came in. Moments are in UTC.
    """
    return _ROWS[what](tx, zone)


def receipts_of(tx: Connection, notice_id: str) -> Iterator[dict[str, Any]]:
    """The rows of `notices` that belong to one notice."""
    return map(_receipt, tx.execute(_receipts().where(notices.c.id == notice_id)).mappings())


def _complaints(tx: Connection, _: tzinfo) -> Iterator[dict[str, Any]]:
    return (row for _, row in cases.leaving(tx))


def _visits(tx: Connection, zone: tzinfo) -> Iterator[dict[str, Any]]:
    return (row for _, row in inspections.leaving(tx, zone))


def _deliveries(tx: Connection, _: tzinfo) -> Iterator[dict[str, Any]]:
    for row in tx.execute(select(deliveries).order_by(deliveries.c.id)).mappings():
        yield {
            "id": row["id"],
            "channel": row["channel"],
            "urgency": row["urgency"],
            "state": row["state"],
            "attempts": row["attempts"],
            "error": row["error"],
            "created": told_at(row["created_at"]),
            "sent": told_at(row["sent_at"]),
        }


def _all_receipts(tx: Connection, _: tzinfo) -> Iterator[dict[str, Any]]:
    return map(_receipt, tx.execute(_receipts()).mappings())


def _receipts() -> Any:
    """What became of each notice, for recipients known by role: evidence of passing on (N10), without a name."""
    role = and_(grants.c.person_id == contacts.c.person_id, held_at(notices.c.released_at))
    columns = (
        notices.c.number,
        grants.c.role,
        *PLACE,
        deliveries.c.channel,
        deliveries.c.state,
        deliveries.c.error,
        deliveries.c.sent_at,
        deliveries.c.acknowledged_at,
    )
    joined = deliveries.join(contacts).join(notices, notices.c.id == deliveries.c.notice_id).join(grants, role)
    at = placed(joined, grants.c.unit_id)
    return select(*columns).select_from(at).order_by(notices.c.number, deliveries.c.id, grants.c.id)


def _receipt(row: Mapping[Any, Any]) -> dict[str, Any]:
    became = {name: row[name] for name in ("number", "role", "channel", "state", "error")}
    moments = {"sent": told_at(row["sent_at"]), "acknowledged": told_at(row["acknowledged_at"])}
    whole = became | unit_and_part(row) | moments
    return {column: whole[column] for column in RECEIPTS}


_ROWS: Mapping[str, Callable[[Connection, tzinfo], Iterator[dict[str, Any]]]] = {
    "complaints": _complaints,
    "visits": _visits,
    "deliveries": _deliveries,
    "notices": _all_receipts,
}
WHAT = tuple(_ROWS)
