"""What of cases leaves in a list, by allow-list: a column that is not named here never does."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from models.tables import cases, ratings
from services import evidence
from services.cases.items import MANY_ANSWERED, MANY_ITEMS
from services.cases.rating import NEWEST_GIVEN
from services.foundation.wording import told_on
from services.units import PLACE, placed, unit_and_part

COLUMNS = (
    "number",
    "kind",
    "source",
    "unit",
    "part",
    "category",
    "priority",
    "what",
    "staff",
    "happened_day",
    "named",
    "state",
    "received_day",
    "decided_day",
    "master",
    "appeal",
    "level",
    "solved",
    "pieces",
    "items",
    "items_answered",
)
_RATED = ratings.c.case_id == cases.c.id, ratings.c.aside_id.is_(None), NEWEST_GIVEN
_master = cases.alias("master")
# Who sees what the discipline desk alone sees of one sees the other; nobody else reads of it.
_UNDER = _master.c.id == cases.c.master_id, or_(_master.c.confined.is_(None), cases.c.confined.is_not(None))
_CASES = select(
    cases,
    ratings.c.level,
    ratings.c.solved,
    *PLACE,
    evidence.many_of(cases.c.id).label("pieces"),
    MANY_ITEMS.label("items"),
    MANY_ANSWERED.label("items_answered"),
    _master.c.number.label("master"),
).select_from(placed(cases, cases.c.unit_id).outerjoin(ratings, and_(*_RATED)).outerjoin(_master, and_(*_UNDER)))


def leaving(tx: Connection, ids: Collection[str] | None = None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Cases by id, day by day, in no order within a day: these, or all but those of the discipline desk.

    Nothing tells who filed one.
    """
    wanted = _CASES.where(cases.c.confined.is_(None)) if ids is None else _CASES.where(cases.c.id.in_(ids))
    for row in tx.execute(wanted.order_by(cases.c.received_on, cases.c.id)).mappings():
        shaped = {
            "happened_day": row["happened"].partition("T")[0] if row["happened"] else None,
            "received_day": told_on(row["received_on"]),
            "decided_day": told_on(row["decided_on"]),
            "items": row["items"] or None,  # of a case that was split alone
            "items_answered": row["items_answered"] if row["items"] else None,
        }
        whole = {**row, **unit_and_part(row), **shaped}
        yield row["id"], {column: whole[column] for column in COLUMNS}
