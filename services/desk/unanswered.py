"""Questions to citizens whose days have passed in silence: the case goes on, and the clerks are told."""

from __future__ import annotations

from conversation.messages import Body, Say
from services import cases, deliveries, people
from services.foundation.act import Act
from services.foundation.numbers import next_number
from services.people import Right

MOST_NAMED = 8  # cases that one message names; in the inbox all are unread again


def go_on_unanswered(act: Act, most: int) -> int:
    """Notes where no reaction came, up to `most` cases, and tells everybody who decides, in one message by chat.

    Returns how many cases go on.
    """
    # Their accounts are locked first, as a turn does: so neither can deadlock with the other.
    clerks = people.accounts_with(act, Right.DECIDE_REPORTS)
    numbers = sorted(cases.lapse_questions(act, most))
    if numbers and clerks:
        values = {"nth": next_number(act, "reminder", "R"), "numbers": numbers[:MOST_NAMED], "count": len(numbers)}
        body = deliveries.encoded(Body(say=Say("status.no_reaction", values)))
        deliveries.queue_shared(act, [(clerks, body)], "reminder")
    return len(numbers)
