"""What a unit says about an obligation: the answer, a request for more time (C23, A33), a question to the office.

A right that ends in the middle of a flow ends the flow: the obligation is looked up again when answers are submitted.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from datetime import date

from conversation.engine import Flow
from conversation.messages import Answers, Button, Media
from conversation.questions import Day, Evidence, Text
from handlers.answers import pieces
from handlers.obligations.view import person_of, refused, show, to_act_on
from handlers.obligations.words import told, written
from services import obligations
from services.desk import SHORTEST_REASON
from services.foundation.refusal import Refusal
from services.foundation.wording import LONGEST_SAID
from services.obligations import FARTHEST_YEARS, TO_READER, Dossier, ObligationCode, buttons
from services.people import Right
from services.talk import Journey, Turn

SAID = Text(key="text", shortest=2, longest=LONGEST_SAID, story=True)
ANSWER = Flow("answer", [SAID, Evidence(key="evidence", optional=True)])
MORE_TIME = Flow(
    "more_time",
    [
        Day(key="until", source="later_days", after="_due", years=FARTHEST_YEARS),
        Text(key="reason", shortest=SHORTEST_REASON, longest=1_000),
    ],
)
ASK_OFFICE = Flow("ask_office", [SAID], review=False, brought=("_media",))


def open_answer(turn: Turn, argument: str) -> None:
    """Opens `/answer <id>`. A late answer is accepted, and the unit is told that it is late."""
    whole = to_act_on(turn, argument)
    if whole is not None:
        begin_answer(turn, whole)


def place_answer(turn: Turn, obligation_id: str, text: str, held: list[Answers]) -> bool:
    """Begins an answer with words and photos that turned out to be one, so that nothing is typed twice."""
    whole = to_act_on(turn, obligation_id)
    return whole is not None and begin_answer(turn, whole, text, held)


def begin_answer(turn: Turn, whole: Dossier, text: str = "", held: list[Answers] | None = None) -> bool:
    """Begins an answer, perhaps with words and photos that came before it was clear what they are.

    Returns whether it has begun: to a settled obligation none does.
    """
    if whole.obligation.state in obligations.SETTLED:
        show(turn, whole)
        return False
    turn.say(
        "obligation.answering", **told(turn, whole.obligation), asked=whole.asked, **obligations.why_returned(whole)
    )
    known = {"_obligation": whole.obligation.id} | ({"text": text} if text else {})
    turn.start("answer", known, {"evidence": held} if held else None)
    return True


def submit_answer(turn: Turn, answers: Answers) -> bool:
    whole = to_act_on(turn, answers["_obligation"])
    if whole is None:
        return False
    text, media = answers["text"], pieces(answers)
    act, kinds, mine = turn.act.by(person_of(turn)), turn.tools.kinds, whole.obligation.id
    if not done(turn, whole, lambda: obligations.answer(act, kinds, turn.contact, mine, text, media)):
        return False
    to_list = Button("/duties", words="menu_duties")
    turn.say("obligation.answered", to_list, **told(turn, whole.obligation), pieces=len(media))
    return True


def open_more_time(turn: Turn, argument: str) -> None:
    """Opens `/more_time <id>`: possible after the deadline too, and then marked as such (A33)."""
    whole = to_act_on(turn, argument)
    if whole is None:
        return
    if not whole.obligation.owed:
        show(turn, whole)
        return
    if whole.obligation.waiting_extension:
        refused(turn, whole.obligation, ObligationCode.WAITING_ALREADY)
        return
    turn.say("obligation.asking_time", **told(turn, whole.obligation))
    turn.start("more_time", {"_obligation": whole.obligation.id, "_due": written(turn, whole.obligation.due_at)})


def submit_more_time(turn: Turn, answers: Answers) -> bool:
    whole = to_act_on(turn, answers["_obligation"])
    if whole is None:
        return False
    until = date.fromisoformat(answers["until"])
    act, mine = turn.act.by(person_of(turn)), whole.obligation.id
    if not done(turn, whole, lambda: obligations.request_time(act, mine, until, answers["reason"])):
        return False
    offers = buttons(whole.obligation.id, TO_READER)
    turn.say("obligation.time_asked", *offers, **told(turn, whole.obligation), until=answers["until"])
    return True


def open_ask_office(turn: Turn, argument: str) -> None:
    """Opens `/ask_office <id>`."""
    begin_question(turn, argument)


def begin_question(turn: Turn, obligation_id: str, text: str = "", media: Sequence[Media] = ()) -> bool:
    """Begins a question to the office, perhaps with words and photos. About a settled obligation nothing is asked."""
    whole = to_act_on(turn, obligation_id)
    if whole is None:
        return False
    if whole.obligation.state in obligations.SETTLED:
        refused(turn, whole.obligation, ObligationCode.SETTLED)
        return False
    known = {"_obligation": whole.obligation.id, "_media": [asdict(piece) for piece in media]}
    turn.start("ask_office", known, {"text": text} if text else None)
    return True


def submit_ask_office(turn: Turn, answers: Answers) -> bool:
    whole = to_act_on(turn, answers["_obligation"])
    return whole is not None and ask(turn, whole, answers["text"], pieces({"evidence": answers.get("_media")}))


def place_question(turn: Turn, obligation_id: str, text: str, media: Sequence[Media]) -> bool:
    """Sends words and photos that turned out to be a question; asks for other words where these cannot be sent."""
    if SAID.wrong(text):
        return begin_question(turn, obligation_id, text, media)
    whole = to_act_on(turn, obligation_id)
    return whole is not None and ask(turn, whole, text, media)


def ask(turn: Turn, whole: Dossier, text: str, media: Sequence[Media]) -> bool:
    act, mine = turn.act.by(person_of(turn)), whole.obligation.id
    if not done(turn, whole, lambda: obligations.ask_office(act, mine, text, turn.contact, media)):
        return False
    turn.say("obligation.office_asked", *buttons(whole.obligation.id, TO_READER), **told(turn, whole.obligation))
    return True


def done(turn: Turn, whole: Dossier, act: Callable[[], None]) -> bool:
    """Runs the act. Returns whether the service has done it; otherwise the person has been told why not."""
    try:
        act()
    except Refusal as refusal:
        refused(turn, whole.obligation, refusal.code)
        return False
    return True


ACTS = (
    Journey("answer", open_answer, ANSWER, submit_answer, right=Right.LOOK_AT_OBLIGATIONS),
    Journey("more_time", open_more_time, MORE_TIME, submit_more_time, right=Right.LOOK_AT_OBLIGATIONS),
    Journey("ask_office", open_ask_office, ASK_OFFICE, submit_ask_office, right=Right.LOOK_AT_OBLIGATIONS),
)
