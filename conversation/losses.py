"""What taps have taken away from the answers of one conversation, by question, so that an undo can bring it back.

A value of a session: `{question: {"value": what was there, "turn": of the first screen without it}}`, the newest last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from conversation.questions import Question

Losses = Mapping[str, Any]


def without(losses: Losses, key: str) -> dict[str, Any]:
    return {other: value for other, value in losses.items() if other != key}


def noted(losses: Losses, key: str, value: Any, turn: int) -> dict[str, Any]:
    """The losses with this one as the newest; None: nothing of this question is lost any more."""
    left = without(losses, key)
    return left if value is None else {**left, key: {"value": value, "turn": turn}}


def after(losses: Losses, question: Question, before: Any, now: Any, turn: int) -> dict[str, Any]:
    """The losses after `now` has replaced `before` as what the question holds."""
    earlier = losses.get(question.key, {}).get("value")
    value = question.lost(earlier, before, now)
    return dict(losses) if value == earlier else noted(losses, question.key, value, turn)


def undoable(losses: Losses, questions: Sequence[Question], here: Question | None, turn: int) -> Question | None:
    """The question that an undo brings something back to: the one asked, or the last that lost something.

    At other questions it is offered right after the loss only; the review and the question itself offer it on.
    """
    of = [question for key in reversed(list(losses)) for question in questions if question.key == key]
    if here is not None:
        of = [one for one in of if one is here or losses[one.key]["turn"] == turn]
        of.sort(key=lambda one: one is not here)
    return of[0] if of else None
