"""Acknowledging a notice by the button under it: thanked once."""

from __future__ import annotations

from conversation.messages import Button
from services import notices
from services.people import SMS
from services.talk import Journey, Turn


def open_seen(turn: Turn, notice_id: str) -> None:
    """Opens `/seen <notice>`. A notice that this contact did not get does not exist here."""
    seen = notices.acknowledge(turn.act, turn.contact.id, notice_id)
    if seen is None:
        turn.tools.journeys["help"].opens(turn, "unknown")
        return
    number, first = seen
    again = Button(f"/seen {notice_id}", words="seen"), Button("/menu", words="menu")
    if first:  # by text message the numbers of the notice would go on counting, and 2 would be none
        turn.say("notice.thanks", *(again if turn.contact.channel == SMS else ()), number=number)
    else:
        turn.say("notice.thanked_before", Button("/menu", words="menu"), number=number)
    turn.go_on()


SEEN = Journey("seen", open_seen)
