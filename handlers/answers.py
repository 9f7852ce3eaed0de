"""What the dialogues of several subjects ask and read alike: evidence, windows, numbers among words."""

from __future__ import annotations

import re

from conversation.messages import Answers, Media
from conversation.questions import World
from services.foundation.folding import folded
from services.talk import Turn

MOST_AROUND = 60  # characters beside a number or code: what is longer says something of its own


def has_windows(answers: Answers, world: World) -> bool:
    """Whether the unit of the answers has windows or sections to choose from."""
    return bool(world.options("windows", "", answers))


def pieces(answers: Answers) -> tuple[Media, ...]:
    """The evidence of a flow's answers as values."""
    return tuple(Media(**piece) for piece in answers.get("evidence") or ())


def asks_for(turn: Turn, found: re.Match[str], *journeys: str) -> bool:
    """Whether the words ask for what they name: beside the number that was found they call one of these, or nothing."""
    around = f"{found.string[: found.start()]} {found.string[found.end() :]}".strip()
    if len(around) > MOST_AROUND:
        return False
    return not folded(around) or turn.called(around) in journeys
