"""The lists that `mingcha export` takes away, by allow-list: a column that is not named never leaves.

No export knows who filed a report, when exactly a supervisor was there, or what a file was called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, select

from models.tables import contacts, deliveries, grants, listeners, notices
from services import cases, inspections
from services.foundation.vault import Vault
from services.foundation.wording import told_at
from services.notices import IN_RECEIPTS, RECIPIENTS, STATE, number_shown
from services.units import PLACE, placed, unit_and_part

RECEIPTS = ("number", "unit", "part", "role", "phone", "channel", "state", "error", "sent", "acknowledged")
COLUMNS: Mapping[str, Sequence[str]] = {
    "complaints": cases.COLUMNS,
    "visits": inspections.COLUMNS,
    "deliveries": ("id", "channel", "urgency", "state", "attempts", "error", "created", "sent"),
    "notices": RECEIPTS,
}


def export_rows(tx: Connection, vault: Vault, what: str) -> Iterator[dict[str, Any]]:
    """Every row of `complaints`, `visits`, `deliveries` or `notices`, oldest first, with its listed columns.

    Moments are in UTC.
    """
    return _receipts(tx, vault) if what == "notices" else _ROWS[what](tx)


def receipts_of(tx: Connection, vault: Vault, notice_id: str) -> Iterator[dict[str, Any]]:
    """The rows of `notices` that belong to one notice."""
    return _receipts(tx, vault, listeners.c.notice_id == notice_id)


def _complaints(tx: Connection) -> Iterator[dict[str, Any]]:
    return (row for _, row in cases.leaving(tx))


def _visits(tx: Connection) -> Iterator[dict[str, Any]]:
    return (row for _, row in inspections.leaving(tx))


def _deliveries(tx: Connection) -> Iterator[dict[str, Any]]:
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


def _receipts(tx: Connection, vault: Vault, *wanted: ColumnElement[bool]) -> Iterator[dict[str, Any]]:
    """What became of each notice, by role: evidence of passing on (N10), without a name; uploaded numbers masked."""
    columns = (
        notices.c.number,
        grants.c.role,
        *PLACE,
        contacts.c.channel,
        contacts.c.sealed,
        STATE.label("state"),
        deliveries.c.error,
        deliveries.c.sent_at,
        deliveries.c.acknowledged_at,
    )
    found = select(*columns).select_from(placed(RECIPIENTS, grants.c.unit_id)).where(IN_RECEIPTS, *wanted)
    order = notices.c.number, deliveries.c.id.is_(None), deliveries.c.id, contacts.c.id, grants.c.id
    return (_receipt(vault, row) for row in tx.execute(found.order_by(*order)).mappings())


def _receipt(vault: Vault, row: Mapping[Any, Any]) -> dict[str, Any]:
    became = {name: row[name] for name in ("number", "role", "channel", "state", "error")}
    moments = {"sent": told_at(row["sent_at"]), "acknowledged": told_at(row["acknowledged_at"])}
    phone = number_shown(vault, row["role"], row["sealed"]) or None
    whole = became | unit_and_part(row) | moments | {"phone": phone}
    return {column: whole[column] for column in RECEIPTS}


_ROWS: Mapping[str, Callable[[Connection], Iterator[dict[str, Any]]]] = {
    "complaints": _complaints,
    "visits": _visits,
    "deliveries": _deliveries,
}
WHAT = tuple(COLUMNS)
