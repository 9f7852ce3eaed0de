"""Acknowledging a notice by the button under it: one tap, thanked once."""

from __future__ import annotations

from services import notices
from services.talk import Journey, Turn


def open_seen(turn: Turn, notice_id: str) -> None:
    """Opens `/seen <notice>`. A notice that this contact did not get does not exist here."""
    number = notices.acknowledge(turn.act, turn.contact.id, notice_id)
    if number is None:
        turn.tools.journeys["help"].opens(turn, "unknown")
    elif number:
        turn.say("notice.thanks", number=number)
    if number is not None:
        turn.go_on()


SEEN = Journey("seen", open_seen)
