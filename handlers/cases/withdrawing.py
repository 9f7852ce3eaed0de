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
    mine = [case for case in cases.own(turn.act, turn.contact.id) if cases.Step.WITHDRAW in case.steps]
    case = next((one for one in mine if one.id == wanted or (not wanted and len(mine) == 1)), None)
    if case is None:
        turn.take(STATUS.name, wanted)
    elif not argument.endswith(SURE):
        no, yes = (
            Button(f"/status {case.id}", words="keep_case"),
            Button(f"/withdraw {case.id}{SURE}", words="withdraw"),
        )
        turn.ask_sure("status.sure_withdraw", no, yes, number=case.number)
    else:
        _withdraw(turn, case)


def _withdraw(turn: Turn, case: cases.Case) -> None:
    try:
        cases.withdraw(turn.act, turn.contact, case.id)
    except Refusal:  # it ended in this very moment
        show(turn, case)
        return
    turn.say("status.withdrawn", Button(f"/add {case.id}", words="add"), number=case.number)
    turn.go_on()


WITHDRAW = Journey("withdraw", open_withdraw)
