"""Reminds the office's own people of cases about which the citizen still waits for its word or its answer."""

from __future__ import annotations

from conversation.messages import Body, Say
from services import deliveries, obligations, people
from services.foundation.act import Act
from services.foundation.numbers import next_number
from services.people import Right

MOST_NAMED = 8  # complaints that one message names; the desk's list has them all


def remind_clerks(act: Act, most: int) -> int:
    """Tells everybody who decides about reports, in one message by chat, what is due soon or is over.

    Returns how many reminders were due; in quiet hours they wait.
    """
    if not obligations.is_due(act):
        return 0
    # Their accounts are locked first, as a turn does: so neither can deadlock with the other.
    clerks = people.accounts_with(act, Right.DECIDE_REPORTS)
    waiting = obligations.remind(act, most)
    if waiting and clerks:
        named = [
            {
                "kind": one.kind,
                "number": one.number,
                "due": one.due_at.isoformat(),
                "days": one.days,
                "late": one.late,
                "provisional": one.provisional,
            }
            for one in waiting[:MOST_NAMED]
        ]
        late = sum(one.late for one in waiting)
        values = {"nth": next_number(act, "reminder", "R"), "waiting": named, "count": len(waiting), "late": late}
        body = deliveries.encoded(Body(say=Say("status.waiting", values)))
        deliveries.queue_shared(act, [(clerks, body)], "reminder")
    return len(waiting)
