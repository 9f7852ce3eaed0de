"""Questions to citizens whose days have passed in silence: the case goes on, and the clerks are told."""

from __future__ import annotations

from collections.abc import Sequence

from conversation.messages import Body, Say
from services import cases, deliveries, people
from services.desk.promises import numbers_confined
from services.foundation.act import Act
from services.foundation.numbers import next_number
from services.people import Right

MOST_NAMED = 8  # cases that one message names; in the inbox all are unread again


def go_on_unanswered(act: Act, most: int) -> int:
    """Notes where no reaction came, up to `most` cases, and tells everybody who decides, in one message by chat.

    What the discipline desk alone sees is named to it alone. Returns how many cases go on.
    """
    # Their accounts are locked first, as a turn does: so neither can deadlock with the other.
    clerks, discipline = (people.accounts_with(act, right) for right in (Right.DECIDE_REPORTS, Right.HANDLE_CONFLICTS))
    numbers = sorted(cases.lapse_questions(act, most))
    confined = numbers_confined(act, numbers)
    _tell(act, [one for one in clerks if one not in discipline], [one for one in numbers if one not in confined])
    _tell(act, discipline, numbers)
    return len(numbers)


def _tell(act: Act, to: Sequence[tuple[str, str]], numbers: Sequence[str]) -> None:
    if numbers and to:
        values = {"nth": next_number(act, "reminder", "R"), "numbers": numbers[:MOST_NAMED], "count": len(numbers)}
        body = deliveries.encoded(Body(say=Say("status.no_reaction", values)))
        deliveries.queue_shared(act, [(to, body)], "reminder")
