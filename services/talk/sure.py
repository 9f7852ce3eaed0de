"""Questions asked before something is given up for good: what is typed next answers them and nothing else."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from conversation.messages import Button, Reply

if TYPE_CHECKING:
    from services.talk.journeys import Turn

FRESH = timedelta(hours=1)  # a mere yes that comes later may be meant for something sent since


@dataclass(frozen=True)
class Sure:
    """What was asked, as the two buttons under it: `no` leaves all as it is, `yes` gives it up."""

    no: Button
    yes: Button
    at: datetime


def tap_of(turn: Turn, sure: Sure, text: str) -> Reply | None:
    """The tap that typed words stand for: a button's label, its number, yes or no, in any language."""
    number, fresh = unicodedata.normalize("NFKC", text).strip(), turn.now - sure.at < FRESH
    for button, place, agreeing in ((sure.no, "1", "no"), (sure.yes, "2", "yes")):
        if turn.means(text, button.words or "") or (fresh and (number == place or turn.means(text, agreeing))):
            return Reply(choice=button.press)
    return None


def ask_again(turn: Turn, sure: Sure, reply: Reply) -> None:
    """Asks once more, and says that what came in place of an answer was not kept."""
    turn.sure = replace(sure, at=turn.now)
    named = {"no": sure.no.words, "yes": sure.yes.words}
    turn.say("common.sure_again", sure.no, sure.yes, said=reply.written(), **named)
