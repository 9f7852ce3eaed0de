"""What somebody changes in a message sent before: it counts while the conversation lives, or is said not to."""

from __future__ import annotations

from conversation.amending import Heard, amended, heard, recalled, remembered
from conversation.engine import position
from conversation.messages import Button, Incoming, Problem, Reply
from conversation.text import seen
from services.talk.journeys import Turn


def remember(turn: Turn, incoming: Incoming) -> None:
    """Notes which message says what, for as long as the conversation lives."""
    origin, session, reply = incoming.origin, turn.session, incoming.reply
    if origin is None:
        return
    if session is None:
        said = Heard(None, reply.written() or "", tuple(piece.ref for piece in reply.media))
        turn.heard = remembered({}, origin, said)
        return
    said = heard(turn.flow(session.flow), session, reply, turn)
    turn.heard = remembered(session.heard, origin, said)
    turn.session = session.changed(heard=turn.heard)


def changes_now(turn: Turn, incoming: Incoming) -> bool:
    """Puts the new words where the old ones are. False where the reply is to be taken as if it were said now."""
    session, reply = turn.session, incoming.reply
    said = recalled(session, incoming.origin) if session else None
    if session is None or said is None:
        _too_late(turn, reply)
        return True
    flow = turn.flow(session.flow)
    changed = amended(flow, session, said, reply, turn)
    if changed is not None:
        after, shown = changed
        if after != session:
            turn.heard = remembered(session.heard, incoming.origin or "", said.now(reply))
            after = after.changed(heard=turn.heard)
        turn.session, turn.turn_number = after, shown.turn
        turn.show(shown)
        return True
    here = position(flow, session, turn)
    if here is not None and here.key == said.asked and said.words != (reply.written() or "").strip():
        return False  # it was no answer before, and the question is still open
    _too_late(turn, reply)
    return True


def _too_late(turn: Turn, reply: Reply) -> None:
    """Says that what was sent stays as it was; where nothing else is under way, asks what the new words are for."""
    session = turn.session
    if session is not None and not turn.tools.journeys[session.flow].asks_once:
        turn.say("common.edited_late", Button("/status", words="see_status"), kept=False)
        turn.go_on()
        return
    said = len(turn.said)
    if seen(reply.text or "") or reply.media:
        turn.tools.find_place(turn, reply)
    if turn.session is not None and turn.session is not session:  # told in the message that has the buttons
        turn.said.pop()
        turn.resume(Problem("edited_late", {"kept": True}))
    else:
        turn.say("common.edited_late", kept=False)
        turn.said.insert(said, turn.said.pop())
