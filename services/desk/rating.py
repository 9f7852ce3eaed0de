"""What the office does about a rating: puts right what a bad one complains of, or sets a mistaken one aside (P-03)."""

from __future__ import annotations

from conversation.messages import Button
from services.cases import (
    CaseCode,
    LockedCase,
    Rating,
    State,
    ask_rating,
    given_of,
    held,
    note,
    note_aside,
    note_right,
    ratings_of,
    tell,
)
from services.desk.appeals import appeal_button
from services.desk.codes import DeskCode
from services.desk.values import SHORTEST_REASON
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.foundation.wording import worded


def make_good(act: Act, case_id: str, seen: str, text: str) -> bool:
    """Notes that a bad rating was put right, with a word to the citizen, who is asked to rate once more.

    Returns whether the citizen can be reached. Raises Refusal: gone, changed, decided, text_wanted, text_too_long.
    """
    case, rating, last = _rated(act, case_id, seen)
    text = worded(text)
    if not last or not rating.is_to_be_righted or case.state is not State.CLOSED:
        raise Refusal(CaseCode.DECIDED)
    note_right(act, case, rating)
    until = ask_rating(act, case)
    note(act, case, "make_good", text)
    buttons = *rate_button(case, until is not None), *(appeals := appeal_button(act, case))
    return tell(act, case, "made_good", *buttons, text=text, rated=until is not None, appeals=bool(appeals))


def set_aside(act: Act, case_id: str, seen: str, text: str) -> bool:
    """Sets the newest rating that was given aside as mistaken or malicious: it stays visible, with reason and clerk.

    Always returns True: nobody is told. Raises Refusal: gone, changed, decided, reason_wanted, text_too_long.
    """
    case, rating, _ = _rated(act, case_id, seen)
    text = worded(text, SHORTEST_REASON, DeskCode.REASON_WANTED)
    if rating.aside is not None:
        raise Refusal(CaseCode.DECIDED)
    note_aside(act, case, rating, note(act, case, "set_aside", text))
    return True


def rate_button(case: LockedCase, asked: bool) -> tuple[Button, ...]:
    """The button that opens the rating, where one is asked for."""
    return (Button(f"/rate {case.id}", words="rate"),) if asked else ()


def _rated(act: Act, case_id: str, seen: str) -> tuple[LockedCase, Rating, bool]:
    """The case, locked, with the newest rating that was given, and whether none was asked for since.

    Raises Refusal: gone, changed; decided, where none was given.
    """
    case = held(act, case_id, seen)
    found = ratings_of(act, [case_id]).get(case_id, ())
    rating = given_of(found)
    if rating is None:
        raise Refusal(CaseCode.DECIDED)
    return case, rating, rating is found[0]
