"""Finds a place for words that answer no question: the person says what they are. Nothing is guessed or lost."""

from __future__ import annotations

from dataclasses import asdict

from conversation.engine import Flow
from conversation.messages import Answers, Problem, Reply
from conversation.questions import Choice, World
from conversation.strays import tells
from conversation.text import seen
from handlers import told
from handlers.answers import pieces
from handlers.cases import rating, status
from handlers.cases.addition import add, send_question
from handlers.obligations import acts, sight, view
from services import cases
from services.talk import Journey, Turn

# What is too much for its place is kept whole, to be shortened there. What goes beyond this is not taken, and is told.
MOST_KEPT = 3 * cases.LONGEST_TEXT  # characters
MOST_PIECES = 3 * cases.MOST_MEDIA


def is_addition(answers: Answers, world: World) -> bool:
    return answers.get("place") == "addition"


def is_for_one_of_several(answers: Answers, world: World) -> bool:
    """Whether the person must say which obligation is meant; with one alone there is nothing to ask."""
    return answers.get("place") in told.OBLIGATION_PLACES and "_obligation" not in answers


PLACING = Flow(
    "placing",
    [
        Choice(key="place", source="places"),
        Choice(key="case", source="own_cases", when=is_addition),
        Choice(key="obligation", source="owed_obligations", when=is_for_one_of_several),
    ],
    review=False,
    brought=("_text", "_media"),
)


def find_place(turn: Turn, reply: Reply) -> None:
    """Keeps the words and the photos, with those that came just before, and asks what they are.

    Words that tell nothing begin nothing. Words that ask for a case or a duty by its number, or for a case by its
    receipt code, are answered at once, and a level (满意) opens the rating that waits for it. Where the words name a
    unit, or tell of a kind of trouble, a complaint about it is offered with one tap.
    """
    if rating.take_level(turn, reply):
        return
    if reply.text and not reply.media and (status.is_asked(turn, reply.text) or view.is_asked(turn, reply.text)):
        return
    if reply.text and not reply.media and not reply.location and not tells(reply.text, turn):
        _go_on(turn)
        return
    said = reply.written()
    said = said if said and seen(said) else None
    if not said and not reply.media:
        turn.resume()
        return
    before = turn.session.answers if turn.session else {}
    text = "\n".join(filter(None, [before.get("_text"), said]))
    media = [*before.get("_media", []), *(asdict(piece) for piece in reply.media)]
    over = len(text) > MOST_KEPT
    if over or len(media) > MOST_PIECES:
        left_out = {"pieces": max(0, len(media) - MOST_PIECES), "most_pieces": MOST_PIECES}
        turn.say("placing.left_out", text=over, most=MOST_KEPT, **left_out)
        text, media = before.get("_text") or "" if over else text, media[:MOST_PIECES]
    owed = sight.owed_now(turn)
    known = {"_obligation": owed[0].id} if len(owed) == 1 else {}
    about = status.own_case(turn, text)
    known |= {"case": about.id} if about else {}
    begun = {"_text": text, "_media": media, "_told": told.told_in(turn, text), **known}
    turn.session = turn.opened("placing", begun)
    turn.resume(Problem("place_held") if reply.location else None)


def _go_on(turn: Turn) -> None:
    """Answers what tells nothing (取消, 再见, 好的): it begins nothing and is kept nowhere."""
    if turn.session is None:
        turn.tools.journeys["menu"].opens(turn, "idle")
    else:
        turn.resume()


def take_more(turn: Turn, reply: Reply) -> bool:
    """Takes words and photos that come while it is asked what the ones before are."""
    find_place(turn, reply)
    return True


def submit(turn: Turn, answers: Answers) -> bool:
    text, held = answers["_text"], answers["_media"]
    media, begun = pieces({"evidence": held}), {"evidence": held} if held else {}
    fits = len(text) <= cases.LONGEST_TEXT
    match answers["place"]:
        case place if told.is_told(place):
            known = told.prefilled(turn, place, answers["_told"]["category"])
            story, draft = told.begun_with(turn, text)
            turn.start("complaint", known | story, begun | draft)
        case "complaint":
            story, draft = told.begun_with(turn, text)
            turn.start("complaint", story, begun | draft)
        case place if place == "addition" or told.case_of(place):
            case_id = told.case_of(place) or answers["case"]
            if fits:
                return add(turn, case_id, text, media)
            turn.start("addition", {"_case": case_id, "text": text}, begun)
        case "obligation_answer":
            return acts.place_answer(turn, answers.get("_obligation") or answers["obligation"], text, held)
        case "obligation_question":
            return acts.place_question(turn, answers.get("_obligation") or answers["obligation"], text, media)
        case "question" if fits:
            return send_question(turn, text, media)
        case _:
            turn.start("question", {"text": text}, begun)
    return True


def open_placing(turn: Turn, argument: str) -> None:
    turn.tools.journeys["menu"].opens(turn, "")


JOURNEY = Journey("placing", open_placing, PLACING, submit, strays=take_more, asks_once=True)
