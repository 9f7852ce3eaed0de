"""Gives cases to clerks: one is taken or given, and all that is open of somebody goes to another in one step."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, func, or_, select, update

from models.tables import cases
from services import obligations, people
from services.cases import ENDS, LockedCase, held, note, shown
from services.desk.codes import DeskCode
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.people import Right

ASSIGN = "assign"  # the kind of the entry: the office's own, as a note is


def clerks(act: Act, confined: str | None = None) -> Mapping[str, str]:
    """Who can be given a case, by id: everybody who decides about reports and may see it, by name."""
    found = people.names_of(act, _able(act, confined))
    return dict(sorted(found.items(), key=lambda one: one[1]))


def assign(act: Act, case_id: str, seen: str, person_id: str) -> bool:
    """Gives a case to a clerk, or to nobody where `person_id` is empty; always returns True.

    Of two who take it at once one is refused. Raises Refusal: gone, changed, clerk_unknown, given_already.
    """
    case = held(act, case_id, seen)
    if person_id and person_id not in _able(act, case.confined):
        raise Refusal(DeskCode.CLERK_UNKNOWN, "person")
    before = act.tx.execute(select(cases.c.assigned_to).where(cases.c.id == case.id)).scalar()
    if before == (person_id or None):
        raise Refusal(DeskCode.GIVEN_ALREADY, "person")
    _give(act, case, before, person_id or None)
    return True


def assigned(act: Act) -> Mapping[str, int]:
    """How many cases about which something is to be done are with whom, by person."""
    rows = act.tx.execute(
        select(cases.c.assigned_to, func.count()).where(*_to_do(), shown(act)).group_by(cases.c.assigned_to)
    )
    return {row[0]: row[1] for row in rows}


def hand_on(act: Act, person_id: str, to_id: str) -> int:
    """Gives everything that somebody has to do to another clerk, or to nobody; returns how many cases.

    Whoever acts hands on what they see themselves, and what the other one may not see goes to nobody. Raises
    Refusal: clerk_unknown.
    """
    if to_id == person_id or (to_id and to_id not in people.people_with(act, Right.DECIDE_REPORTS)):
        raise Refusal(DeskCode.CLERK_UNKNOWN, "to")
    mine = (
        select(cases.c.id)
        .where(*_to_do(), shown(act), cases.c.assigned_to == person_id)
        .order_by(cases.c.id)
        .with_for_update()
    )
    ids = act.tx.execute(mine).scalars().all()
    for case_id in ids:
        case = held(act, case_id)
        _give(act, case, person_id, to_id if to_id in _able(act, case.confined) else None)
    return len(ids)


def _to_do() -> tuple[ColumnElement[bool], ...]:
    """Cases that are with somebody and open, or closed while the office still owes something: a call-back (P-03)."""
    owed = select(obligations.open_promises().subquery().c.subject_id)
    return cases.c.assigned_to.is_not(None), or_(cases.c.state.not_in(ENDS), cases.c.id.in_(owed))


def _able(act: Act, confined: str | None) -> set[str]:
    deciding = people.people_with(act, Right.DECIDE_REPORTS)
    return deciding & people.people_with(act, Right.HANDLE_CONFLICTS) if confined else deciding


def _give(act: Act, case: LockedCase, before: str | None, person_id: str | None) -> None:
    act.tx.execute(update(cases).where(cases.c.id == case.id).values(assigned_to=person_id))
    act.wrote(cases, case.id)
    note(act, case, ASSIGN, "", {"assigned_to": [before, person_id]})
