"""How a unit stands with what it owes: the numbers that stand above its own list."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, func, select

from models.tables import obligations
from services.foundation.act import Act
from services.obligations.listing import known_to_unit
from services.obligations.values import ANSWERED, NOT_OURS, RETURNED

YEAR = timedelta(365)


@dataclass(frozen=True)
class UnitStanding:
    """Whole numbers of a unit's obligations; `due` and `in_time` are of those due within the last 365 days."""

    owed: int = 0  # it is the unit's turn
    late: int = 0  # of these, past the deadline
    returned: int = 0  # of these, sent back by the office
    office: int = 0  # it is the office's turn
    due: int = 0  # answered, or owed and over
    in_time: int = 0  # of these, answered by the deadline


def unit_standings(act: Act, unit_ids: Collection[str]) -> dict[str, UnitStanding]:
    """How these units stand, by their ids; without those that have never owed anything that they know of."""
    made, owed, answered = obligations.c, obligations.c.owed_since.is_not(None), obligations.c.answered_at
    lately = (made.due_at > act.now - YEAR) & (made.due_at <= act.now)
    wanted = {
        "owed": owed,
        "late": owed & (made.due_at < act.now),
        "returned": owed & (made.state == RETURNED),
        "office": made.state.in_((ANSWERED, NOT_OURS)),
        "due": lately & (answered.is_not(None) | owed),
        "in_time": lately & answered.is_not(None) & (answered <= made.due_at),
    }
    sums = [func.count(case((condition, 1))).label(name) for name, condition in wanted.items()]
    rows = select(made.unit_id, *sums).where(made.unit_id.in_(unit_ids), known_to_unit(act)).group_by(made.unit_id)
    return {row.unit_id: UnitStanding(*row[1:]) for row in act.tx.execute(rows)}
