"""Appealing once against how an own case ended: why, a review of the words, and it is with the office's head (P-10)."""

from __future__ import annotations

from conversation.engine import Flow
from conversation.messages import Answers, Button
from conversation.questions import Text
from handlers.cases.status import MOST_SHOWN, STATUS, as_listed
from services import cases
from services.cases import NoAppeal
from services.foundation.refusal import Refusal
from services.talk import Journey, Turn

APPEAL = Flow("appeal", [Text(key="why", shortest=2, story=True)])


def open_appeal(turn: Turn, case_id: str) -> None:
    """Opens `/appeal <case>`; without a case, for the only one that can be appealed against, or to choose."""
    if case_id:
        case = cases.own_case(turn.act, turn.contact.id, case_id)
        if case is None:
            turn.take(STATUS.name, case_id)
        else:
            _begin(turn, case)
        return
    ended = [case for case in cases.own(turn.act, turn.contact.id) if case.state in cases.ENDS]
    mine = [case for case in ended if cases.may_appeal(turn.act, case.id)]
    if len(mine) == 1 or len(ended) == 1:
        _begin(turn, (mine or ended)[0])
    elif mine:
        listed = {one.id: as_listed(turn, one) for one in mine[:MOST_SHOWN]}
        buttons = [Button(f"/appeal {id}", words="open_case", values=told) for id, told in listed.items()]
        turn.say("appeal.choose", *buttons, cases=[*listed.values()])
        turn.go_on()
    else:
        turn.say("appeal.nothing", Button("/status", words="see_status"))
        turn.go_on()


def submit(turn: Turn, answers: Answers) -> bool:
    case_id = answers["_case"]
    try:
        promised = cases.appeal(turn.act, turn.contact, case_id, answers["why"])
    except Refusal:  # it was done in another conversation, or the case goes on since it was opened
        open_appeal(turn, case_id)
        return False
    turn.say(
        "appeal.received",
        Button(f"/add {case_id}", words="add"),
        Button("/menu", words="menu"),
        number=promised.number,
        by=promised.due_at.date().isoformat(),
        provisional=promised.provisional,
    )
    return True


def _begin(turn: Turn, case: cases.Case) -> None:
    why = cases.no_appeal(turn.act, case.id)
    if why is None:
        turn.start("appeal", {"_case": case.id})
        return
    by = case.promised.due_at.date().isoformat() if case.promised and why is NoAppeal.ONCE else None
    waits = case.promised is not None and case.promised.kind == cases.REVIEWING
    buttons = Button(f"/add {case.id}", words="add"), Button(f"/status {case.id}", words="see_status")
    turn.say("appeal.refused", *buttons, number=case.number, why=why, by=by if waits else None)
    turn.go_on()


APPEALING = Journey("appeal", open_appeal, APPEAL, submit)
