"""Reminds the office's own people of cases about which the citizen still waits for its word or its answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from conversation.messages import Body, Say
from models.tables import cases
from services import deliveries, obligations, people
from services.foundation.act import Act
from services.foundation.numbers import next_number
from services.obligations import Promise
from services.people import Right

MOST_NAMED = 8  # complaints that one message names; the desk's list has them all


def remind_clerks(act: Act, most: int) -> int:
    """Tells everybody who decides about reports, in one message by chat, what is due soon or is over.

    What the discipline desk alone sees is named to it alone.

    Returns how many reminders were due; in quiet hours they wait.
    """
    if not obligations.is_due(act):
        return 0
    # Their accounts are locked first, as a turn does: so neither can deadlock with the other.
    clerks, discipline = (people.accounts_with(act, right) for right in (Right.DECIDE_REPORTS, Right.HANDLE_CONFLICTS))
    waiting = obligations.remind(act, most)
    confined = numbers_confined(act, [one.number for one in waiting])
    _tell(act, [one for one in clerks if one not in discipline], [one for one in waiting if one.number not in confined])
    _tell(act, discipline, waiting)
    return len(waiting)


def numbers_confined(act: Act, numbers: Collection[str]) -> set[str]:
    """Those of these numbers of cases that the discipline desk alone may read."""
    known = cases.c.number.in_(numbers), cases.c.confined.is_not(None)
    return set(act.tx.execute(select(cases.c.number).where(*known)).scalars())


def _tell(act: Act, to: Sequence[tuple[str, str]], waiting: Sequence[Promise]) -> None:
    if waiting and to:
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
        deliveries.queue_shared(act, [(to, body)], "reminder")
