"""Adding words or photos to one's own case, answering the office about it, and asking the office something."""

from __future__ import annotations

from collections.abc import Sequence

from conversation.engine import Flow
from conversation.messages import Answers, Button, Media
from conversation.questions import Choice, Evidence, Text, World
from handlers.answers import pieces
from services import cases, desk
from services.talk import Journey, Turn


def case_open(answers: Answers, world: World) -> bool:
    return "_case" not in answers


ADDITION = Flow(
    "addition",
    [
        Choice(key="case", source="own_cases", when=case_open),
        Text(key="text", optional=True, story=True),
        Evidence(key="evidence", optional=True),
    ],
    review=False,
)
QUESTION = Flow(
    "question",
    [Text(key="text", shortest=2, story=True, told_in="evidence"), Evidence(key="evidence", optional=True)],
    review=False,
)


def open_addition(turn: Turn, argument: str) -> None:
    """Opens `/add` or `/add <case>`; somebody else's case is treated as if it did not exist."""
    mine = cases.own(turn.act, turn.contact.id)
    if not mine:
        turn.say("status.nothing", Button("/code", words="enter_code"))
        return
    known = argument if argument and cases.own_case(turn.act, turn.contact.id, argument) else None
    if known is not None and (asked := open_question_of(turn, known)) is not None:
        turn.say("addition.asked", **asked)
    turn.start("addition", {"_case": known} if known else None)


def open_question_of(turn: Turn, case_id: str) -> dict[str, str] | None:
    """What the office asked last and has not been answered, so that nobody has to scroll up for it."""
    said = [entry for entry in cases.history(turn.act, case_id) if entry.kind in ("question", "addition")]
    if not said or said[-1].kind != "question":
        return None
    return {"text": said[-1].text, "at": said[-1].at.astimezone(turn.now.tzinfo).isoformat(timespec="minutes")}


def submit_addition(turn: Turn, answers: Answers) -> bool:
    text, media = answers["text"], pieces(answers)
    if text or media:
        return add(turn, answers.get("_case") or answers["case"], text or "", media)
    turn.tools.journeys["menu"].opens(turn, "dropped")
    return True


def add(turn: Turn, case_id: str, text: str, media: Sequence[Media]) -> bool:
    """Adds to a case and thanks; for a case that is this person's no longer, tells how to get it back."""
    added = cases.add(turn.act, turn.contact, case_id, text, media)
    if added:
        case = cases.own_case(turn.act, turn.contact.id, case_id)
        assert case is not None
        turn.say("addition.received", Button(f"/status {case.id}", words="see_status"), number=case.number)
    else:
        turn.say("status.nothing", Button("/code", words="enter_code"))
    return added


def open_confirm(turn: Turn, argument: str) -> None:
    """Opens `/confirm <case> so` or `not_so`: one tap says whether what the office was told is so."""
    case_id, _, word = argument.partition(" ")
    if word not in (desk.SO, desk.NOT_SO):
        open_addition(turn, case_id)
        return
    case = cases.own_case(turn.act, turn.contact.id, case_id)
    if case is None or case.state in cases.ENDS or case_id not in cases.asked_about(turn.act, [case_id]):
        turn.take("status", case_id)
        return
    add(turn, case_id, turn.tools.phrases[turn.contact.language].option("addition", "word", word), ())
    turn.go_on()


def open_question(turn: Turn, argument: str) -> None:
    turn.start("question")


def submit_question(turn: Turn, answers: Answers) -> bool:
    return send_question(turn, answers["text"], pieces(answers))


def send_question(turn: Turn, text: str, media: Sequence[Media]) -> bool:
    case, receipt = cases.file_question(turn.act, turn.contact, text, media, turn.tools.limits)
    turn.say(
        "question.received",
        Button(f"/status {case.id}", words="see_status"),
        number=case.number,
        receipt=receipt,
        by=case.promised.due_at.date().isoformat() if case.promised else None,
        provisional=case.promised is not None and case.promised.provisional,
    )
    return True


CONFIRM = Journey("confirm", open_confirm)
ADD = Journey("add", open_addition, in_menu=False)
ADDITIONS = Journey("addition", open_addition, ADDITION, submit_addition)
QUESTIONS = Journey("question", open_question, QUESTION, submit_question, in_menu=True)
