"""What of obligations leaves in a list: what is owed and how it stands; of a case its number, of people nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from models.tables import obligations
from services.foundation.act import Act
from services.foundation.wording import told_at
from services.obligations.kinds import Kinds
from services.obligations.listing import listed
from services.obligations.values import Obligation, ObligationFilters
from services.units import PLACE, placed, unit_and_part

COLUMNS = (
    "number",
    "kind",
    "unit",
    "part",
    "asked",
    "state",
    "due",
    "provisional",
    "late",
    "wants_time",
    "asks",
    "handed",
    "acknowledged",
    "answered",
    "settled",
    "case",
)
_AT_ONCE = 500


def leaving(act: Act, kinds: Kinds, filters: ObligationFilters) -> Iterator[dict[str, Any]]:
    """Every obligation under the filters, in the list's order."""
    filters = replace(filters, most=_AT_ONCE, after="")
    while some := listed(act, kinds, filters):
        more = obligations.c.asked, obligations.c.answered_at, obligations.c.settled_at
        known = select(obligations.c.id, *more, *PLACE).select_from(placed(obligations, obligations.c.unit_id))
        rows = act.tx.execute(known.where(obligations.c.id.in_([one.id for one in some]))).mappings()
        about = {row["id"]: row for row in rows}
        yield from (_shaped(one, about[one.id]) for one in some)
        if len(some) < _AT_ONCE:
            return
        filters = replace(filters, after=some[-1].id)


def _shaped(one: Obligation, row: Any) -> dict[str, Any]:
    whole = {
        "number": one.number,
        "kind": one.kind,
        **unit_and_part(row),
        "asked": row["asked"],
        "state": one.state,
        "due": told_at(one.due_at),
        "provisional": one.provisional,
        "late": one.late,
        "wants_time": one.waiting_extension,
        "asks": one.asks,
        "handed": told_at(one.created_at),
        "acknowledged": told_at(one.acknowledged_at),
        "answered": told_at(row["answered_at"]),
        "settled": told_at(row["settled_at"]),
        "case": one.subject.number if one.subject else None,
    }
    return {column: whole[column] for column in COLUMNS}
