"""A citizen's complaint (C02-C06, C25, W09-W13): ten questions at most, a case number and a receipt code for it."""

from __future__ import annotations

from dataclasses import replace

from conversation.engine import SUBMIT, Flow, Submitted, advance, position
from conversation.messages import Answers, Button, Problem, Reply
from conversation.questions import Choice, Evidence, Moment, Phone, Text, World
from handlers import told
from handlers.answers import has_windows, pieces
from services import cases
from services.talk import Journey, Turn

UNKNOWN = "unknown"
ADD, NEW = "add", "new"  # what to do with what was told already


def is_named(answers: Answers, world: World) -> bool:
    return answers.get("identity") == "named"


COMPLAINT = Flow(
    "complaint",
    [
        Choice(key="unit", source="units", extra=(UNKNOWN,), unsure=UNKNOWN),
        Choice(key="window", source="windows", when=has_windows, optional=True),
        Choice(key="category", values=cases.CATEGORIES, unsure="other"),
        Text(key="what", shortest=5, story=True, told_in="evidence"),
        Text(key="staff", longest=200, optional=True),
        Moment(key="happened", roughly=True, optional=True),
        Evidence(key="evidence", optional=True),
        Choice(key="identity", values=("anonymous", "named")),
        Text(key="name", longest=50, when=is_named, private=True),
        Phone(key="phone", when=is_named, private=True),
    ],
)


def open_complaint(turn: Turn, argument: str) -> None:
    """Opens `/complaint`, or `/complaint gtj` with the unit of a link."""
    unit = turn.directory.get(argument)
    turn.start("complaint", {"unit": unit.id} if unit else None)


def take_story(turn: Turn, reply: Reply) -> bool:
    """Takes a story told in place of the unit: its words and what it tells of need not be given again.

    Where it names no unit, or several, the unit is asked for again, with those that it names.
    """
    session, text = turn.session, (reply.text or "").strip()
    if session is None or reply.media or reply.location or session.answers.get("what") or session.drafts.get("what"):
        return False
    here = position(COMPLAINT, session, turn)
    if here is None or here.key != "unit":
        return False
    found = told.told_in(turn, text)
    if not told.is_story(found, text):
        return False
    [unit, *others] = found["units"] or [told.NO_UNIT]
    known = told.prefilled(turn, f"{told.TOLD} {told.NO_UNIT if others else unit}", found["category"])
    story, draft = told.begun_with(turn, text)
    begun = turn.opened("complaint", {**session.answers, **known, **story}, {**session.drafts, **draft})
    turn.session = replace(begun, query=text) if others else begun
    turn.resume(Problem("story_kept", {"question": "what"}))
    return True


def submit(turn: Turn, answers: Answers) -> bool:
    """Files it, unless the same person has told so already: then they are asked, and all that was written waits."""
    told_before = _told(answers)
    known = cases.told_already(turn.act, turn.contact, told_before)
    if known is None:
        return _file(turn, told_before)
    turn.session = turn.opened("complaint", answers)
    asked = f"/{REPEATED.name} {turn.session.turn} {known.id}"
    anew, add = Button(f"{asked} {NEW}", words="file_anew"), Button(f"{asked} {ADD}", words="add_to_known")
    turn.ask_sure("complaint.known_already", anew, add, number=known.number, day=known.received_on.isoformat())
    return True


def open_repeated(turn: Turn, argument: str) -> None:
    """Opens `/repeated <turn> <case> add` or `new`: what to do with a complaint that was told already."""
    number, case_id, word = (*argument.split(" "), "", "")[:3]
    session = turn.session
    if session is None or session.flow != COMPLAINT.name or number != str(session.turn):
        turn.resume(Problem("stale") if session else None)
        return
    after, effect = advance(COMPLAINT, session, Reply(choice=SUBMIT), turn)
    if not isinstance(effect, Submitted):  # a question has no answer any more: it is shown
        turn.resume()
        return
    turn.session, turn.turn_number = after, turn.turn_number + 1
    told_again = _told(effect.answers)
    case = cases.tell_again(turn.act, turn.contact, case_id, told_again) if word == ADD else None
    if case is None:
        _file(turn, told_again)
    else:
        turn.say("addition.received", Button(f"/status {case.id}", words="see_status"), number=case.number)


def _told(answers: Answers) -> cases.Complaint:
    unit = answers.get("window") or answers["unit"]
    return cases.Complaint(
        unit_id=None if unit == UNKNOWN else unit,
        category=answers["category"],
        what=answers["what"],
        staff=answers.get("staff"),
        happened=answers.get("happened"),
        name=answers.get("name"),
        phone=answers.get("phone"),
        media=pieces(answers),
    )


def _file(turn: Turn, complaint: cases.Complaint) -> bool:
    case, receipt = cases.file_complaint(turn.act, turn.contact, complaint, turn.tools.limits)
    promised = case.promised
    turn.say(
        "complaint.received",
        Button(f"/status {case.id}", words="see_status"),
        Button(f"/receipt {case.id}", words="receipt"),
        number=case.number,
        receipt=receipt,
        apart=case.confined is not None,
        days=turn.tools.limits.accept,
        by=promised.due_at.date().isoformat() if promised else None,
        provisional=promised is not None and promised.provisional,
    )
    return True


def open_complain(turn: Turn, argument: str) -> None:
    turn.take("complaint", argument)


COMPLAINTS = Journey("complaint", open_complaint, COMPLAINT, submit, strays=take_story)
REPEATED = Journey("repeated", open_repeated)
COMPLAIN = Journey("complain", open_complain, in_menu=True, listed=True)
