"""A rating at a window, by the code that hangs there (好差评): served or not, how content, and why where it is bad."""

from __future__ import annotations

from conversation.engine import Flow
from conversation.messages import Answers, Button
from conversation.questions import Choice, Ticks
from handlers.cases.rating import is_bad
from services import cases, units
from services.cases import Given, Heard
from services.talk import Journey, Turn

SERVED, NOT_SERVED = "served", "not_served"

FLOW = Flow(
    "walkin",
    [
        Choice(key="served", values=(SERVED, NOT_SERVED)),
        Choice(key="level", values=cases.LEVELS),
        Ticks(key="reasons", values=cases.WALKIN_REASONS, when=is_bad),
    ],
    review=False,
)


def open_walkin(turn: Turn, unit_id: str) -> None:
    """Opens `/walkin gtj-1`, as the code at a window does; a place that is not known opens the menu."""
    place = turn.directory.name(unit_id)
    if place is None:
        turn.take("menu", "")
    elif cases.rated_today(turn.act, turn.contact, unit_id):
        _say(turn, Heard.TODAY, unit_id)
    else:
        turn.say("walkin.about", unit=place)
        turn.start("walkin", {"_unit": unit_id})


def submit(turn: Turn, answers: Answers) -> bool:
    why = answers.get("reasons") or {"ticked": (), "remark": None}
    given = Given(answers["served"] == SERVED, answers["level"], why["ticked"], why["remark"] or "")
    heard = cases.rate_walkin(turn.act, turn.contact, answers["_unit"], given)
    _say(turn, heard, answers["_unit"], bad=given.level in cases.BAD)
    return heard is Heard.TAKEN


def _say(turn: Turn, heard: Heard, unit_id: str, *, bad: bool = False) -> None:
    """What became of it; whoever was not content is told who is on duty, and can report what happened."""
    complain = Button(f"/complaint {unit_id}", words="menu_complain")
    duty = units.on_duty(turn.act, turn.directory.line(unit_id)) if bad else ""
    unit = turn.directory.name(unit_id) or ""
    turn.say(f"walkin.{heard}", *([complain] if bad or heard is not Heard.TAKEN else []), unit=unit, bad=bad, duty=duty)


WALKIN = Journey("walkin", open_walkin, FLOW, submit)
