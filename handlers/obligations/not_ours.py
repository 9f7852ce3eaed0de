"""A unit says that something is not its duty (P-08): once, within some working days of the hand-over."""

from __future__ import annotations

from conversation.engine import Flow
from conversation.messages import Answers
from conversation.questions import Choice, Text
from handlers.obligations.acts import done
from handlers.obligations.view import person_of, refused, show, to_act_on
from handlers.obligations.words import told
from services import obligations
from services.desk import SHORTEST_REASON
from services.obligations import NOT_OURS_REASONS, TO_READER, buttons
from services.people import Right
from services.talk import Journey, Turn

FLOW = Flow(
    "not_ours",
    [Choice(key="reason", values=NOT_OURS_REASONS), Text(key="text", shortest=SHORTEST_REASON, longest=1_000)],
)


def open_not_ours(turn: Turn, argument: str) -> None:
    """Opens `/not_ours <id>`; where it is too late or was said before, that is told at once."""
    whole = to_act_on(turn, argument)
    if whole is None:
        return
    if not whole.obligation.owed:
        show(turn, whole)
        return
    if whole.why_not_ours is not None:
        refused(turn, whole.obligation, whole.why_not_ours)
        return
    turn.start("not_ours", {"_obligation": whole.obligation.id})


def submit_not_ours(turn: Turn, answers: Answers) -> bool:
    whole = to_act_on(turn, answers["_obligation"])
    if whole is None:
        return False
    act, kinds, mine = turn.act.by(person_of(turn)), turn.tools.kinds, whole.obligation.id
    if not done(turn, whole, lambda: obligations.say_not_ours(act, kinds, mine, answers["reason"], answers["text"])):
        return False
    turn.say("obligation.given_back", *buttons(mine, TO_READER), **told(turn, whole.obligation))
    return True


NOT_OURS = Journey("not_ours", open_not_ours, FLOW, submit_not_ours, right=Right.LOOK_AT_OBLIGATIONS)
