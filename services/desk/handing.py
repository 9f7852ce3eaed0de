"""Joins the desk's reports with what units owe because of them: what lists and units see of a report, and what handing
it over means for it. The kinds of `services.desk.kinds` call back here."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from models.tables import cases, visits
from services import obligations
from services.cases import COMPLAINT, CaseItem, State, Step, held, take, unanswered
from services.desk import deciding
from services.desk.codes import DeskCode
from services.desk.following import WITH_UNITS
from services.desk.given_back import require_head
from services.desk.itemising import part
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


@dataclass(frozen=True)
class Beside:
    """What else there is about the case of an obligation.

    `waits`: its citizen waits, and is answered on the case's page alone, since all is settled. `hears`: they hear, or
    read, the word with which this is accepted: it is the last one of a case that has not ended, or about an `item`.
    """

    others: Sequence[Obligation]  # that are not settled
    waits: bool
    hears: bool
    item: CaseItem | None = None
    left: int = 0  # items without an answer, this one left aside


def beside(act: Act, kinds: Kinds, obligation: Obligation) -> Beside:
    """What is still owed about the same case, how its citizen waits, and which of its items this is about."""
    others, case_id = _still_owed(act, kinds, obligation), obligation.subject.id if obligation.subject else None
    if case_id is None:
        return Beside(others, False, False)
    state = act.tx.execute(select(cases.c.state).where(cases.c.id == case_id)).scalar()
    settled, item = obligation.state in SETTLED, part(act, obligation.id)
    open_ = [one for one in unanswered(act, case_id) if item is None or one != item.position]
    waits = not others and settled and state == State.ACCEPTED
    hears = not settled and state in WITH_UNITS and (item is not None or not (others or open_))
    return Beside(others, waits, hears, item, len(open_))


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
