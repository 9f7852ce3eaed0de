"""Shows a person how their own reports stand; a receipt code brings a report back on another device."""

from __future__ import annotations

import re
from typing import Any

from conversation.engine import Flow
from conversation.messages import Answers, Button
from conversation.questions import Text
from handlers import binding
from handlers.answers import asks_for
from services import cases, inspections
from services.foundation.codes import WRITTEN, code_in, codes_in, spelled
from services.foundation.folding import folded
from services.talk import Journey, Turn
from templates import clipped

MOST_SHOWN = 6
BEGINS = 10  # characters of a case without a unit, by which it is known in a list
NUMBER = re.compile(r"(?<!\d)(\d{8})[\s-]*(\d{4})(?!\d)")
NUMBERED = re.compile(r"[0-9a-z-]*\d[0-9a-z-]*")  # a piece of a code, or what somebody takes for one
MOST_TRIED = 5  # codes in one message
CODE = Flow("code", [Text(key="code", longest=60)], review=False)


def open_status(turn: Turn, argument: str) -> None:
    """Opens `/status`, `/status <case>` or `/status <receipt code>`. Other people's reports do not exist here."""
    mine, checks = cases.own(turn.act, turn.contact.id), checks_of(turn)
    number = folded(argument)
    by_id = cases.own_case(turn.act, turn.contact.id, argument) if argument else None
    chosen = by_id or next((case for case in mine if number == folded(case.number)), None)
    if chosen is not None:
        show(turn, chosen)
    elif argument:
        take_code(turn, {"code": argument})
    elif len(mine) == 1 and not checks:
        show(turn, mine[0])
    elif mine or checks:
        listed = {case.id: as_listed(turn, case) for case in mine[:MOST_SHOWN]}
        buttons = [Button(f"/status {id}", words="open_case", values=told) for id, told in listed.items()]
        told = {"cases": [*listed.values()], "count": len(mine), "checks": checks}
        turn.say("status.choose", *buttons, Button("/code", words="enter_code"), **told)
    else:
        turn.say("status.nothing", Button("/code", words="enter_code"))
    turn.go_on()


def as_listed(turn: Turn, case: cases.Case) -> dict[str, Any]:
    """What tells one case from another in a list."""
    return {"number": case.number, "about": about(turn, case), "state": case.state, "day": case.received_on.isoformat()}


def about(turn: Turn, case: cases.Case) -> str:
    """The unit of a case; how its words begin where it has none, and nothing where a recording tells it."""
    return turn.directory.name(case.unit_id) or clipped(" ".join(case.what.split()), BEGINS)


def checks_of(turn: Turn) -> list[dict[str, str]]:
    """The spot checks that a supervisor has filed, by day: they are listed but cannot be opened."""
    return [
        {
            "number": check.number,
            "unit": turn.directory.name(check.unit_id) or "",
            "state": check.state,
            "day": check.received_on.isoformat(),
        }
        for check in inspections.own(turn.act, turn.contact.id)
    ]


def open_code(turn: Turn, argument: str) -> None:
    turn.start("code")


def take_code(turn: Turn, answers: Answers) -> bool:
    """Takes a code, alone or among words; the number of an own case will do too."""
    said = answers["code"]
    if numbered(turn, said):
        return True
    if not binding.may_try(turn):
        binding.wait(turn)
        return True
    told = [code_in(said), *(found[0] for found in codes_in(spelled(said)))][:MOST_TRIED]
    if not any(_opened(turn, code) for code in told):
        turn.say("status.unknown_code", Button("/code", words="enter_code"))
    return True


def is_asked(turn: Turn, said: str) -> bool:
    """Whether the words ask how a case stands, naming it by its number or receipt code; they are answered at once.

    A one-time code is used at once, too. What says anything else beside it ("20261121-0042 今天又没人") is no question
    and is kept.
    """
    text = spelled(said)
    if any(asks_for(turn, found, STATUS.name, CODES.name) for found in NUMBER.finditer(text)):
        if not numbered(turn, said):
            turn.say("status.nothing", Button("/code", words="enter_code"))
        return True
    return _is_code(turn, text)


def _is_code(turn: Turn, text: str) -> bool:
    """Whether the words are a code, or name one; then it is tried. One that opens nothing is always answered alike."""
    calls = STATUS.name, CODES.name, binding.LINK.name, binding.SIGN_IN
    code = next((found[0] for found in codes_in(text) if asks_for(turn, found, *calls)), "")
    called = code != text or WRITTEN.fullmatch(code) is not None  # or else perhaps plain words
    if not code and turn.called(NUMBERED.sub("", text)) not in (CODES.name, binding.LINK.name):
        return False
    if not binding.may_try(turn):
        if called:
            binding.wait(turn)
        return called
    opened = bool(code) and _opened(turn, code)
    if called and not opened:
        turn.say("code.unknown", Button("/code", words="enter_code"), Button("/link", words="how_to_bind"))
    return opened or called


def own_case(turn: Turn, said: str) -> cases.Case | None:
    """The person's own case whose number stands in the words."""
    told = {folded(found[0]) for found in NUMBER.finditer(spelled(said))}
    mine = cases.own(turn.act, turn.contact.id) if told else ()
    return next((case for case in mine if folded(case.number) in told), None)


def numbered(turn: Turn, said: str) -> bool:
    """Shows the person's own case whose number stands in the words; False where there is none."""
    case = own_case(turn, said)
    if case is not None:
        show(turn, case)
    return case is not None


def _opened(turn: Turn, code: str) -> bool:
    """Opens what a code is for: the case of a receipt code is shown, a one-time code binds the account."""
    case = cases.adopt(turn.act, turn.contact, code)
    if case is not None:
        show(turn, case)
    return case is not None or binding.bind(turn, code)


def show(turn: Turn, case: cases.Case) -> None:
    withdraw = [Button(f"/withdraw {case.id}", words="withdraw")] * (cases.Step.WITHDRAW in case.steps)
    appeal = [Button(f"/appeal {case.id}", words="appeal")] * cases.may_appeal(turn.act, case.id)
    retaliation = [Button(f"/retaliation {case.id}", words="retaliation")] * (case.category != cases.RETALIATION)
    turn.say(
        "status.one",
        Button(f"/add {case.id}", words="add"),
        Button("/menu", words="menu"),
        *withdraw,
        *appeal,
        *retaliation,
        withdraws=bool(withdraw),
        appeals=bool(appeal),
        **cases.told(turn.act, case, turn.directory.name(case.unit_id)),
    )


STATUS = Journey("status", open_status, in_menu=True, listed=True)
CODES = Journey("code", open_code, CODE, take_code)
