"""What came of a case: several outcomes may hold (C18, A40), and what it recovered in yuan (C19)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update

from conversation.amounts import read_yuan
from models.tables import cases
from services.cases.codes import CaseCode
from services.cases.life import State
from services.cases.steps import held
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.refusal import Refusal

# Each has its words in the templates: a wrong practice corrected, putting right ordered, solved for people or for a
# business, somebody held responsible; and what the office finds besides: explained, not confirmed.
OUTCOMES = ("corrected", "ordered", "solved", "solved_business", "accountable", "explained", "unconfirmed")
MOST_YUAN = 10**12


def outcome_values(outcomes: Sequence[str], recovered: str) -> dict[str, Any]:
    """The columns of a case that hold what came of it. `recovered`: yuan as typed, or nothing.

    Raises Refusal: outcome_unknown, yuan_wrong, yuan_much.
    """
    if not set(outcomes) <= set(OUTCOMES):
        raise Refusal(CaseCode.OUTCOME_UNKNOWN, "outcomes")
    yuan = read_yuan(recovered) if recovered.strip() else None
    if recovered.strip() and yuan is None:
        raise Refusal(CaseCode.YUAN_WRONG, "recovered")
    if yuan is not None and yuan > MOST_YUAN:
        raise Refusal(CaseCode.YUAN_MUCH, "recovered")
    return {"outcomes": [one for one in OUTCOMES if one in outcomes], "recovered": yuan}


def note_outcomes(act: Act, case_id: str, seen: str, outcomes: Sequence[str], recovered: str) -> None:
    """Notes what came of a case that is closed, or puts it right. Raises Refusal: gone, changed, decided, …"""
    case, values = held(act, case_id, seen), outcome_values(outcomes, recovered)
    if case.state is not State.CLOSED:
        raise Refusal(CaseCode.DECIDED)
    act.tx.execute(update(cases).where(cases.c.id == case.id).values(**values))
    act.wrote(cases, case.id)
    told = {"number": case.number, "outcomes": ",".join(values["outcomes"]), "recovered": str(values["recovered"] or 0)}
    audit.append(act, "case_outcomes", case.id, told)
