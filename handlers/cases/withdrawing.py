"""Withdrawing a case (A46): asked once more before it is done, since the office then stops."""

from __future__ import annotations

from conversation.messages import Button
from handlers.cases.status import STATUS, show
from services import cases
from services.foundation.refusal import Refusal
from services.talk import Journey, Turn

SURE = " yes"  # behind the case: the person has been asked and agrees


def open_withdraw(turn: Turn, argument: str) -> None:
    """Opens `/withdraw <case>`, or `/withdraw` alone where there is one open case only."""
    wanted = argument.removesuffix(SURE)
    case = cases.own_case(turn.act, turn.contact.id, wanted) if wanted else _only_open(turn)
    if case is None or cases.Step.WITHDRAW not in case.steps:
        turn.take(STATUS.name, wanted)
    elif not argument.endswith(SURE):
        no, yes = (
            Button(f"/status {case.id}", words="keep_case"),
            Button(f"/withdraw {case.id}{SURE}", words="withdraw"),
        )
        turn.ask_sure("status.sure_withdraw", no, yes, number=case.number)
    else:
        _withdraw(turn, case)


def _only_open(turn: Turn) -> cases.Case | None:
    mine = [case for case in cases.own(turn.act, turn.contact.id) if cases.Step.WITHDRAW in case.steps]
    return mine[0] if len(mine) == 1 else None


def _withdraw(turn: Turn, case: cases.Case) -> None:
    try:
        cases.withdraw(turn.act, turn.contact, case.id)
    except Refusal:  # it ended in this very moment
        show(turn, case)
        return
    turn.say("status.withdrawn", Button(f"/add {case.id}", words="add"), number=case.number)
    turn.go_on()


WITHDRAW = Journey("withdraw", open_withdraw)
