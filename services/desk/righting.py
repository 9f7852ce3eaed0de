"""Puts right what a case is about: its unit, where the citizen named a wrong one or none (A41), and its category."""

from __future__ import annotations

from sqlalchemy import select, update

from models.tables import cases, units
from services.cases import CATEGORIES, COMPLAINT, RETALIATION, LockedCase, held, note, reason_for
from services.desk.codes import DeskCode
from services.desk.passing import confine
from services.foundation.act import Act
from services.foundation.happenings import move
from services.foundation.refusal import Refusal

PUT_RIGHT = "put_right"  # the kind of the entry: the office's own, as a note is


def put_right(act: Act, case_id: str, seen: str, unit_id: str, category: str) -> bool:
    """Gives a case another unit, category or both. The history keeps the old and the new value.

    `unit_id`, `category`: empty where nobody knows the unit, and of a question. What units owe about the case already
    stays theirs. What was counted of the case goes with it to the unit that it is about. One that becomes of a serious
    kind goes to the discipline desk; the citizen hears of that alone, and whether they can be reached is returned, else
    True. Raises Refusal: gone, changed, unit_unknown, category_unknown, same, units_owe, merged_here.
    """
    case = held(act, case_id, seen)
    new = {"unit_id": _unit(act, case, unit_id), "category": category}
    row = act.tx.execute(select(cases.c.unit_id, cases.c.category).where(cases.c.id == case.id)).one()
    new["category"] = row.category if row.category == RETALIATION else _category(case, category)
    moved = {name: [old, new[name]] for name, old in row._mapping.items() if old != new[name]}
    if not moved:
        raise Refusal(DeskCode.SAME)
    act.tx.execute(update(cases).where(cases.c.id == case.id).values(**new))
    act.wrote(cases, case.id)
    move(act, case.id, new["unit_id"])
    note(act, case, PUT_RIGHT, "", moved)
    why = reason_for(act, case.kind, new["unit_id"], new["category"])
    if why and not case.confined:  # it was of no such kind until now
        return confine(act, case, why, "")
    return True


def _unit(act: Act, case: LockedCase, unit_id: str) -> str | None:
    """The unit to write; one that was closed in the meantime may stay, and cannot be chosen."""
    known = select(units.c.id).where(units.c.id == unit_id, ~units.c.closed)
    if unit_id not in ("", case.unit_id) and act.tx.execute(known).first() is None:
        raise Refusal(DeskCode.UNIT_UNKNOWN, "unit")
    return unit_id or None


def _category(case: LockedCase, category: str) -> str | None:
    if category not in CATEGORIES and (category or case.kind == COMPLAINT):
        raise Refusal(DeskCode.CATEGORY_UNKNOWN, "category")
    return category or None
