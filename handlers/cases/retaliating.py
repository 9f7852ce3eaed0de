"""Reporting retaliation: one tap under any own case, or the word for it, and the discipline desk has it (I02)."""

from __future__ import annotations

from conversation.messages import Button, Option
from handlers.cases.status import STATUS, as_listed
from services import cases
from services.cases import RETALIATION
from services.talk import Journey, Turn

MOST_SHOWN = 6


def open_retaliation(turn: Turn, case_id: str) -> None:
    """Opens `/retaliation <case>`, which files at once; without a case, for the only one or to choose."""
    mine = [case for case in cases.own(turn.act, turn.contact.id) if case.category != RETALIATION]
    case = cases.own_case(turn.act, turn.contact.id, case_id) if case_id else mine[0] if len(mine) == 1 else None
    if case is not None and case.category != RETALIATION:
        _report(turn, case)
    elif case is None and not case_id and mine:
        listed = {one.id: as_listed(turn, one) for one in mine[:MOST_SHOWN]}
        buttons = [Button(f"/retaliation {id}", words="open_case", values=told) for id, told in listed.items()]
        turn.say("retaliation.choose", *buttons, cases=[*listed.values()])
    else:
        turn.take(STATUS.name, case_id)
        return
    turn.go_on()


def _report(turn: Turn, case: cases.Case) -> None:
    words = turn.spoken("retaliation", "first", Option("words"))
    filed, receipt = cases.report_retaliation(turn.act, turn.contact, case.id, words, turn.tools.limits)
    turn.say(
        "retaliation.received" if receipt else "retaliation.known",
        Button(f"/add {filed.id}", words="add"),
        Button(f"/withdraw {filed.id}", words="withdraw"),
        number=filed.number,
        about=case.number,
        receipt=receipt,
        by=filed.promised.due_at.date().isoformat() if filed.promised else None,
    )


RETALIATE = Journey("retaliation", open_retaliation)
