"""What a story that nobody asked for tells of by itself: the unit and the kind of trouble, offered with one tap."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from conversation.messages import PIN, Option
from conversation.text import seen
from services import cases
from services.talk import Turn
from services.units import LONGEST_NAME

OBLIGATION_PLACES = ("obligation_answer", "obligation_question")  # where words about what a unit owes may belong
MOST_UNITS = 2
CLAUSE, SENTENCE = 15, 24  # bytes: five and eight Chinese characters, or some words of an alphabet
REPEATED = re.compile(r"(.)\1+")
CLAUSES = re.compile(r"[，。；！？、\n]|[,;!?.](?=\s)")
TOLD = "told"  # before the unit in the value of an option: "told gtj-1"; "told -" where only the kind is known
NO_UNIT = "-"
ANSWER = "answer"  # before the case that the office has asked about: "answer <case>"


def told_in(turn: Turn, text: str) -> dict[str, Any]:
    """The units that the words name, most fully named first, and the kind of complaint that they tell of."""
    named = turn.directory.named_in(text)
    above = {unit.parent_id for unit in named}
    units = [unit.id for unit in named if unit.id not in above][:MOST_UNITS]
    return {"units": units, "category": turn.tools.phrases[turn.contact.language].category(text)}


def is_story(told: Mapping[str, Any], text: str) -> bool:
    """Whether words that name no unit alone tell what happened; what may be a unit's name, though unknown, does not."""
    clauses = [clause for clause in CLAUSES.split(text) if len(seen(clause).encode()) >= CLAUSE]
    whole = bool(told["units"] and told["category"]) and len(text.encode()) >= SENTENCE
    return whole or len(clauses) > 1 or len(text) > LONGEST_NAME


def options(turn: Turn, told: Mapping[str, Any]) -> list[Option]:
    """A complaint about each unit that was named, labelled with it and the kind."""
    category = told["category"]
    kind = turn.spoken("complaint", "category", Option(category)) if category else ""
    units = told["units"] or [NO_UNIT] * bool(category)
    word = turn.spoken("placing", "place", Option(TOLD))
    return [Option(f"{TOLD} {unit}", " ".join(filter(None, [word, turn.directory.name(unit), kind]))) for unit in units]


def answers_to(turn: Turn, own: Sequence[cases.Case]) -> list[Option]:
    """An answer to each case about which the office has asked something that waits for it."""
    asked = cases.asked_about(turn.act, [case.id for case in own])
    word = turn.spoken("placing", "place", Option(ANSWER))
    return [Option(f"{ANSWER} {case.id}", f"{word} {case.number}") for case in own if case.id in asked]


def case_of(place: str) -> str | None:
    """The case that an answer is for; None for any other place."""
    word, _, case_id = place.partition(" ")
    return case_id if word == ANSWER else None


def is_told(place: str) -> bool:
    return place.startswith(TOLD)


def prefilled(turn: Turn, place: str, category: str | None) -> dict[str, Any]:
    """The unit and the kind of a complaint that starts with what was told."""
    answers: dict[str, Any] = {}
    unit = turn.directory.get(place.partition(" ")[2])
    if unit is not None:
        answers |= {"unit": unit.parent_id or unit.id} | ({"window": unit.id} if unit.parent_id else {})
    return answers | ({"category": category} if category else {})


def begun_with(turn: Turn, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Words that came first as the story of a complaint: its answer, or else its draft, to be gone on with.

    What names no more than a unit, a kind of trouble or that somebody complains, or is a mere place, is no story yet.
    """
    words = "\n".join(line for line in text.splitlines() if not line.startswith(PIN))
    left = turn.tools.phrases[turn.contact.language].untold(turn.directory.unnamed(words))
    tells = len(REPEATED.sub(r"\1", left).encode()) >= CLAUSE
    return ({"what": text} if tells else {}), ({"what": text} if text and not tells else {})
