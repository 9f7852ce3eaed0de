"""The items of a case as they stand (C22): what was asked for, with whom each is, and the answer to it.

A case is closed only when each has an answer; `services.cases.steps.take` asks here. How they are made and answered:
`services.cases.splitting`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, func, select

from models.tables import cases, entries, items, obligations
from services.cases.life import ENDS, State
from services.foundation.act import Act
from services.obligations import ANSWERED, SETTLED

FEWEST_ITEMS, MOST_ITEMS = 2, 18  # one alone is the case itself


class ItemState(StrEnum):
    """How an item stands. Each has its words in the templates, for the office and for the citizen."""

    OPEN = "open"  # it is the office's turn
    WITH_UNIT = "with_unit"
    UNIT_ANSWERED = "unit_answered"  # the office verifies
    ANSWERED = "answered"
    ENDED = "ended"  # its case ended otherwise, and nobody answers it


@dataclass(frozen=True)
class CaseItem:
    """One item of a case. `answer`: the newest to the citizen, even where a unit looks into the item once more."""

    id: str
    position: int
    text: str
    state: ItemState
    obligation_id: str | None
    unit_id: str | None  # of what is owed about it; None: the office's own
    answer: str | None
    answered_on: date | None
    answer_id: str | None  # the entry that holds the answer, and the pieces that go with it
    told_on: date | None  # when this answer was told by itself

    @property
    def is_fixed(self) -> bool:
        """Whether it was handed over or answered: its words can be changed no more."""
        return self.obligation_id is not None or self.answer is not None

    @property
    def is_with_unit(self) -> bool:
        return self.state in (ItemState.WITH_UNIT, ItemState.UNIT_ANSWERED)


def items_of(act: Act, case_id: str) -> list[CaseItem]:
    """The items of a case, in their order; none of a case that was not split."""
    found = act.tx.execute(_ITEMS.where(items.c.case_id == case_id).order_by(items.c.position))
    return [_item(act, row) for row in found]


def item_of(act: Act, obligation_id: str) -> tuple[str, CaseItem] | None:
    """The item about which a unit owes this, and the id of its case; None where it is about none."""
    row = act.tx.execute(_ITEMS.where(items.c.obligation_id == obligation_id)).first()
    return (row.case_id, _item(act, row)) if row else None


def unanswered(act: Act, case_id: str) -> list[int]:
    """The positions of the items that have no answer to the citizen."""
    open_ = items.c.case_id == case_id, items.c.answer_id.is_(None)
    return list(act.tx.execute(select(items.c.position).where(*open_).order_by(items.c.position)).scalars())


def told_items(found: Sequence[CaseItem]) -> list[dict[str, Any]]:
    """Items as messages to the citizen tell them: never which unit, or what it was asked."""
    return [{name: getattr(one, name) for name in ("position", "text", "state", "answer")} for one in found]


def _state(row: Any) -> ItemState:
    ended = State(row.case_state) in ENDS
    if not ended and row.owed is not None and row.owed not in SETTLED:
        return ItemState.UNIT_ANSWERED if row.owed == ANSWERED else ItemState.WITH_UNIT
    if row.answer is not None:
        return ItemState.ANSWERED
    return ItemState.ENDED if ended else ItemState.OPEN


def _item(act: Act, row: Any) -> CaseItem:
    answered_on = row.answered_at.astimezone(act.now.tzinfo).date() if row.answered_at else None
    columns = row.id, row.position, row.text, _state(row), row.obligation_id, row.unit_id
    return CaseItem(*columns, row.answer, answered_on, row.answer_id, row.told_on)


def _many(*wanted: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).where(items.c.case_id == cases.c.id, *wanted).scalar_subquery()


MANY_ITEMS, MANY_ANSWERED = _many(), _many(items.c.answer_id.is_not(None))  # of a row of `cases`
_ITEMS = (
    select(
        *(items.c[name] for name in ("id", "case_id", "position", "text", "obligation_id", "answer_id", "told_on")),
        cases.c.state.label("case_state"),
        obligations.c.state.label("owed"),
        obligations.c.unit_id,
        entries.c.text.label("answer"),
        entries.c.at.label("answered_at"),
    )
    .join(cases, cases.c.id == items.c.case_id)
    .outerjoin(obligations, obligations.c.id == items.c.obligation_id)
    .outerjoin(entries, entries.c.id == items.c.answer_id)
)
