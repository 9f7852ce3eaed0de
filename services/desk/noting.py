"""Notes that the office has read a spot check (S03). Nobody has to be told."""

from __future__ import annotations

from sqlalchemy import select, update

from models.tables import visits
from services.cases import CaseCode
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.history import require_unmoved
from services.foundation.refusal import Common, Refusal
from services.inspections import NOTED, RECEIVED


def note_visit(act: Act, visit_id: str, seen: str, text: str) -> bool:
    """Marks a spot check as read by the office; always returns True. Raises Refusal: gone, changed, decided."""
    state = _state(act, visit_id)
    if state is None:
        raise Refusal(Common.GONE)
    require_unmoved(act, visit_id, state, seen)
    if state != RECEIVED:
        raise Refusal(CaseCode.DECIDED)
    _noted(act, visit_id)
    return True


def take_on_visit(act: Act, report_id: str, seen: str) -> bool:
    """Notes a spot check that is handed to a unit; returns whether it is one. An empty `seen` skips the guard."""
    state = _state(act, report_id)
    if state is None:
        return False
    if seen:
        require_unmoved(act, report_id, state, seen)
    if state == RECEIVED:
        _noted(act, report_id)
    return True


def _state(act: Act, visit_id: str) -> str | None:
    """How the spot check stands, locked; None where it is none."""
    return act.tx.execute(select(visits.c.state).where(visits.c.id == visit_id).with_for_update()).scalar()


def _noted(act: Act, visit_id: str) -> None:
    number = update(visits).where(visits.c.id == visit_id).values(state=NOTED).returning(visits.c.number)
    told = {"number": act.tx.execute(number).scalar_one()}
    act.wrote(visits, visit_id)
    audit.append(act, "visit_noted", visit_id, told)
