"""Rating an answer (好差评; P-01, P-02): solved or not, one of five levels, and why, where it is one of the lowest two.

It is opened by a button under the answer and is never forced; without a review, as two taps should be enough.
"""

from __future__ import annotations

from conversation.engine import Flow
from conversation.messages import Answers, Button, Option, Reply
from conversation.questions import Choice, Ticks, World
from handlers.cases.status import show
from services import cases
from services.cases import COMPLAINT, Given, RatingState, State
from services.foundation.folding import folded
from services.foundation.refusal import Refusal
from services.talk import Journey, Turn

SOLVED, NOT_SOLVED = "solved", "not_solved"


def is_bad(answers: Answers, world: World) -> bool:
    return answers.get("level") in cases.BAD


def of_complaint(answers: Answers, world: World) -> bool:
    return answers["_about"] == COMPLAINT


def of_question(answers: Answers, world: World) -> bool:
    return answers["_about"] != COMPLAINT


RATE = Flow(
    "rate",
    [
        Choice(key="solved", values=(SOLVED, NOT_SOLVED), when=of_complaint),
        Choice(key="answered", values=(SOLVED, NOT_SOLVED), when=of_question),
        Choice(key="level", values=cases.LEVELS),
        Ticks(key="reasons", values=cases.REASONS, when=is_bad),
    ],
    review=False,
)


def open_rate(turn: Turn, case_id: str) -> None:
    """Opens `/rate <case>`, or `/rate` for the only case that can be rated. What was given already is shown."""
    waiting = _waiting(turn, [] if case_id else cases.own(turn.act, turn.contact.id))
    case = cases.own_case(turn.act, turn.contact.id, case_id) if case_id else None
    if case is None and not case_id and len(waiting) == 1:
        [case] = waiting
    if case is None:
        turn.take("status", case_id)
    elif _waiting(turn, [case]):
        turn.start("rate", _begun(case))
    else:
        _tell(turn, case)


def take_level(turn: Turn, reply: Reply) -> bool:
    """Takes a level that was typed (满意) for the only answer that waits for its rating; False for other words."""
    if turn.session is not None or not reply.text or reply.media or reply.location:
        return False
    said = folded(reply.text)
    level = next((one for one in cases.LEVELS if folded(turn.spoken("rate", "level", Option(one))) == said), None)
    waiting = _waiting(turn, cases.own(turn.act, turn.contact.id)) if level else ()
    if len(waiting) != 1:
        return False
    turn.start("rate", {**_begun(waiting[0]), "level": level})
    return True


def submit(turn: Turn, answers: Answers) -> bool:
    case_id, why = answers["_case"], answers.get("reasons") or {"ticked": (), "remark": None}
    solved = SOLVED in (answers.get("solved"), answers.get("answered"))
    given = Given(solved, answers["level"], why["ticked"], why["remark"] or "")
    try:
        rated = cases.rate(turn.act, turn.contact, case_id, given)
    except Refusal:  # given in another conversation, or over since the button was tapped
        open_rate(turn, case_id)
        return False
    righted = rated.is_bad and turn.tools.limits.put_right is not None
    turn.say("rate.thanks", Button("/menu", words="menu"), number=rated.number, righted=righted)
    return True


def _begun(case: cases.Case) -> dict[str, str]:
    """What a rating begins with: a question was answered or not, where anything else is solved or not."""
    return {"_case": case.id, "_about": case.kind}


def _waiting(turn: Turn, mine: list[cases.Case]) -> list[cases.Case]:
    """The cases whose answers can be rated now."""
    closed = [case for case in mine if case.state == State.CLOSED]
    asked = cases.ratings_of(turn.act, [case.id for case in closed])
    return [case for case in closed if case.id in asked and asked[case.id][0].state is RatingState.ASKED]


def _tell(turn: Turn, case: cases.Case) -> None:
    """Tells what was given, or that the days have passed; a case that was never asked about is shown."""
    rating = cases.rating_of(turn.act, case.id)
    if rating is None or rating.state is RatingState.ASKED:
        show(turn, case)
        return
    told = {"level": rating.level, "solved": rating.solved, "reasons": [*rating.reasons], "text": rating.text}
    told["about"] = "solved" if case.kind == COMPLAINT else "answered"
    button = Button(f"/status {case.id}", words="see_status")
    turn.say(f"rate.{rating.state}", button, number=case.number, **told)
    turn.go_on()


RATING = Journey("rate", open_rate, RATE, submit)
