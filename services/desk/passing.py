"""A case goes to the discipline desk, which alone sees it from then on, or comes back from there (A44, W10)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import update

from conversation.messages import Button
from models.tables import cases
from services import obligations
from services.cases import CaseCode, Confined, LockedCase, State, call, held, merged, note, sees, tell
from services.desk.codes import DeskCode
from services.desk.values import SHORTEST_REASON
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.foundation.wording import worded

PASS_ON, GIVE_BACK = "pass_on", "give_back"  # the kinds of the entries: the office's own, as a note is


def pass_on(act: Act, case_id: str, seen: str, text: str) -> bool:
    """Passes a case on to the discipline desk, for a reason that it reads; whoever did it sees the case no more.

    Returns whether the citizen, who hears that it is looked into apart, can be reached. Raises Refusal: gone, changed,
    decided (it is there already), units_owe, merged_here, reason_wanted, text_too_long.
    """
    case, text = held(act, case_id, seen), worded(text, SHORTEST_REASON, DeskCode.REASON_WANTED)
    if case.confined:
        raise Refusal(CaseCode.DECIDED)
    return confine(act, case, Confined.PASSED, text)


def confine(act: Act, case: LockedCase, why: Confined, text: str) -> bool:
    """Leaves a case that is locked to the discipline desk. Raises Refusal: units_owe, merged_here."""
    require_alone(act, case)
    if obligations.is_open_about(act, case.id):
        raise Refusal(DeskCode.UNITS_OWE)
    note(act, case, PASS_ON, text)
    _write(act, case, confined=why, assigned_to=None, read=False)
    call(act, case.id)
    return tell(act, case, "passed_on", Button(f"/status {case.id}", words="see_status"))


def give_back(act: Act, case_id: str, seen: str, text: str) -> bool:
    """Gives a case back to the office, which then reads all of it; the discipline desk alone can do so.

    Raises Refusal: gone, changed, decided (the office has it, or it is about
    retaliation), merged_here, reason_wanted, text_too_long.
    """
    case, text = held(act, case_id, seen), worded(text, SHORTEST_REASON, DeskCode.REASON_WANTED)
    if not case.confined or case.confined == Confined.RETALIATION or not sees(act):
        raise Refusal(CaseCode.DECIDED)
    require_alone(act, case)
    note(act, case, GIVE_BACK, text)
    _write(act, case, confined=None, assigned_to=None, read=False)
    return tell(act, case, "given_to_office", Button(f"/status {case.id}", words="see_status"))


def require_alone(act: Act, case: LockedCase) -> None:
    """Checks that nothing is answered with the case, nor it with another. Raises Refusal: merged_here."""
    if case.state is State.MERGED or merged(act, case.id):
        raise Refusal(DeskCode.MERGED_HERE)


def _write(act: Act, case: LockedCase, **values: Any) -> None:
    act.tx.execute(update(cases).where(cases.c.id == case.id).values(**values))
    act.wrote(cases, case.id)
