"""Merges likely duplicates under a master, parts them again, and lets them follow it to its end (A42).

A clerk decides. What is merged is answered by the words of its master, each to its own citizen in a message of its own;
so no citizen reads of another. Units see the master alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sqlalchemy import func, select

from models.tables import cases
from services import obligations, people
from services.cases import COMPLAINT, CaseCode, LockedCase, State, held, items_of, shown
from services.cases import merge as put_under
from services.cases import part as take_out
from services.desk import deciding
from services.desk.codes import DeskCode
from services.desk.values import Child
from services.foundation.act import Act
from services.foundation.folding import folded
from services.foundation.moments import opened_or_day
from services.foundation.refusal import Refusal

UNDER, OVER = "under", "over"  # this case under the other one, or the other one under this
DAY = 8  # digits of a number that tell its day


def merge(act: Act, case_id: str, seen: str, number: str, way: str, sure: str = "") -> bool:
    """Merges a case and the one with this number, `way` telling which is the master; whether its citizen is reached.

    Who filed a complaint that was not accepted yet hears that it is; nobody hears of the other. `sure`: the number of a
    case about another unit with which it is to be merged all the same. Raises Refusal: gone, changed, decided, and of
    the field `other` other_unknown, other_self, other_ended, other_kind, other_secrecy, other_unit, under_merged,
    merged_already, merged_items, merged_owed.
    """
    other_id = _numbered(act, number)
    if other_id == case_id:
        held(act, case_id, seen)
        raise Refusal(DeskCode.OTHER_SELF, "other")
    _lock(act, case_id, other_id)
    here = held(act, case_id, seen)
    if other_id is None:
        raise Refusal(DeskCode.OTHER_UNKNOWN, "other")
    other = held(act, other_id)
    case, master = (other, here) if way == OVER else (here, other)
    _check(act, here, other, case, master)
    if here.unit_id != other.unit_id and folded(sure) != folded(other.number):
        raise Refusal(DeskCode.OTHER_UNIT, "other", number=other.number, unit=other.unit_id)
    reached = True
    if (case.kind, case.state) == (COMPLAINT, State.RECEIVED):
        reached = deciding.accepted(act, case, "")
        case = held(act, case.id)
    put_under(act.at(act.now + timedelta(microseconds=1)), case, master)  # read after that it was accepted
    return reached or case is not here


def part(act: Act, case_id: str, seen: str, child_id: str = "") -> bool:
    """Takes a case out from under its master, or `child_id` out from under this one; always returns True.

    It stands as accepted again, as before. Raises Refusal: gone, changed, decided (it is merged no more).
    """
    here = held(act, case_id, seen)
    child = held(act, child_id) if child_id else here
    if child.state is not State.MERGED or child.master_id is None or (child_id and child.master_id != here.id):
        raise Refusal(CaseCode.DECIDED)
    take_out(act, child, held(act, child.master_id))
    return True


def children(act: Act, case_id: str) -> list[Child]:
    """The cases that are, or were, answered with this one, which whoever acts may see: the open ones first."""
    names = "id", "number", "unit_id", "state", "read", "received", "received_on"
    mine = select(*(cases.c[name] for name in names)).where(cases.c.master_id == case_id, shown(act))
    rows = act.tx.execute(mine).all()
    followed = people.followed(act, [row.id for row in rows])
    found = [
        Child(
            row.id,
            row.number,
            row.unit_id,
            row.state,
            opened_or_day(act.vault, row.received, row.id, row.received_on, act.now.tzinfo),
            not row.read,
            row.id in followed,
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.state != State.MERGED, one.received_at))


def many_merged(act: Act, case_id: str | None) -> int:
    """How many cases are answered with this one now."""
    mine = cases.c.master_id == case_id, cases.c.state == State.MERGED
    return act.tx.execute(select(func.count()).select_from(cases).where(*mine)).scalar_one()


def master_of(act: Act, case_id: str | None) -> tuple[str, str] | None:
    """Id and number of a master, where whoever acts may see it."""
    row = act.tx.execute(select(cases.c.id, cases.c.number).where(cases.c.id == case_id, shown(act))).first()
    return (row.id, row.number) if row else None


def _check(act: Act, here: LockedCase, other: LockedCase, case: LockedCase, master: LockedCase) -> None:
    wrong: Mapping[DeskCode, bool] = {
        DeskCode.OTHER_ENDED: other.ended,
        DeskCode.OTHER_KIND: here.kind != other.kind,
        DeskCode.OTHER_SECRECY: here.confined != other.confined,
        DeskCode.MERGED_ALREADY: case.state is State.MERGED,
        DeskCode.UNDER_MERGED: master.state is State.MERGED,
        DeskCode.MERGED_ITEMS: bool(items_of(act, here.id) or items_of(act, other.id)),
    }
    if here.ended:
        raise Refusal(CaseCode.DECIDED)
    for code, is_so in wrong.items():
        if is_so:
            raise Refusal(code, "other")
    if obligations.is_open_about(act, case.id) or case.state not in (State.RECEIVED, State.ACCEPTED):
        raise Refusal(DeskCode.MERGED_OWED, "other")


def _numbered(act: Act, number: str) -> str | None:
    """The id of the case with this number, however its dash was typed, if whoever acts may see it."""
    digits = folded(number)
    known = select(cases.c.id).where(cases.c.number == f"{digits[:DAY]}-{digits[DAY:]}", shown(act))
    return act.tx.execute(known).scalar()


def _lock(act: Act, *case_ids: str | None) -> None:
    """Locks the cases in the order of their ids, so that no two merges wait for each other."""
    ids = [one for one in case_ids if one]
    act.tx.execute(select(cases.c.id).where(cases.c.id.in_(ids)).order_by(cases.c.id).with_for_update()).all()
