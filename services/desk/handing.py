"""Joins the desk's reports with what units owe because of them: what lists and units see of a report, and what handing
it over means for it. The kinds of `services.desk.kinds` call back here."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from models.tables import cases, visits
from services import obligations
from services.cases import COMPLAINT, State, Step, held, take
from services.desk import deciding
from services.desk.codes import DeskCode
from services.desk.following import WITH_UNITS
from services.desk.given_back import require_head
from services.desk.noting import take_on_visit
from services.desk.sight import sight_of_case, sight_of_visit
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.obligations import SETTLED, Kinds, Obligation, Subject, UnitSight


def named(act: Act, report_ids: Collection[str]) -> Mapping[str, Subject]:
    """What lists may name of reports: a case's number; nothing of a spot check."""
    known = select(cases.c.id, cases.c.number).where(cases.c.id.in_(report_ids))
    return {row.id: Subject(row.id, row.number, True) for row in act.tx.execute(known)}


def _still_owed(act: Act, kinds: Kinds, obligation: Obligation) -> list[Obligation]:
    """The other obligations of the same case that are not settled."""
    if obligation.subject is None:
        return []
    of_case = obligations.of_subject(act, kinds, obligation.subject.id)
    return [one for one in of_case if one.id != obligation.id and one.state not in SETTLED]


def beside(act: Act, kinds: Kinds, obligation: Obligation) -> tuple[list[Obligation], bool, bool]:
    """What is still owed about the same case (`_still_owed`), and how its citizen waits.

    Whether they only wait for the answer, which is given on the case's page, as all of the case is settled; and whether
    they hear the word with which this obligation is accepted, as it is the last one and their case has not ended.
    """
    others = _still_owed(act, kinds, obligation)
    if obligation.subject is None:
        return others, False, False
    state = act.tx.execute(select(cases.c.state).where(cases.c.id == obligation.subject.id)).scalar()
    settled = obligation.state in SETTLED
    waits = not others and settled and state == State.ACCEPTED
    return others, waits, not others and not settled and state in WITH_UNITS


def sight(act: Act, report_id: str | None, unit: str, asked: str) -> UnitSight | None:
    """What the unit sees of the report, built by `services.desk.sight`."""
    if report_id is None:
        return None
    case = act.tx.execute(select(cases).where(cases.c.id == report_id)).mappings().first()
    if case is not None:
        return sight_of_case(dict(case), unit, asked)
    visit = act.tx.execute(select(visits).where(visits.c.id == report_id)).mappings().first()
    return sight_of_visit(dict(visit), unit, asked) if visit else None


def handed(act: Act, report_id: str | None, seen: str) -> None:
    """Takes on the report that is handed over, if there is one: a spot check is noted, a case moves to the units.

    An undecided complaint is accepted by that. An empty `seen` skips the guard. Raises Refusal: gone, changed, decided,
    head_wanted, confined: what the discipline desk alone sees reaches no unit.
    """
    if not report_id or take_on_visit(act, report_id, seen):
        return
    case = held(act, report_id, seen or None)
    if case.confined:
        raise Refusal(DeskCode.CONFINED)
    require_head(act, case)
    if (case.kind, case.state) == (COMPLAINT, State.RECEIVED):
        deciding.accepted(act, case, "")
        case = held(act, report_id)
    take(act, case, Step.HAND)


def visit_of(act: Act, report_id: str | None) -> tuple[str, str] | None:
    """Id and number of the spot check with this id, if any; for the office alone."""
    row = act.tx.execute(select(visits.c.id, visits.c.number).where(visits.c.id == report_id)).first()
    return (row.id, row.number) if row else None
