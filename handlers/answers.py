"""What the dialogues of several subjects ask alike, and how their answers are read."""

from __future__ import annotations

from conversation.messages import Answers, Media
from conversation.questions import World


def has_windows(answers: Answers, world: World) -> bool:
    """Whether the unit of the answers has windows or sections to choose from."""
    return bool(world.options("windows", "", answers))


def pieces(answers: Answers) -> tuple[Media, ...]:
    """The evidence of a flow's answers as values."""
    return tuple(Media(**piece) for piece in answers.get("evidence") or ())
