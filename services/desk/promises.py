"""Reminds the office's own people of cases about which the citizen still waits for its word or its answer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import product

from sqlalchemy import select

from conversation.messages import Body, Say
from models.tables import cases
from services import deliveries, obligations, people
from services.cases import REVIEWING
from services.foundation.act import Act
from services.foundation.numbers import next_number
from services.obligations import Promise
from services.people import Right

_TOLD = (Right.DECIDE_REPORTS, Right.HANDLE_CONFLICTS, Right.DECIDE_APPEALS)
MOST_NAMED = 8  # complaints that one message names; the desk's list has them all


def remind_clerks(act: Act, most: int) -> int:
    """Tells everybody who decides about reports, in one message by chat, what is due soon or is over.

    What the discipline desk alone sees is named to it alone, and an appeal to those who answer it; to everybody where
    none of them has an account.

    Returns how many reminders were due; in quiet hours they wait.
    """
    if not obligations.is_due(act):
        return 0
    # Their accounts are locked first, as a turn does: so neither can deadlock with the other.
    clerks, discipline, heads = (people.accounts_with(act, right) for right in _TOLD)
    waiting = obligations.remind(act, most)
    confined = numbers_confined(act, [one.number for one in waiting])
    for sees_all, answers in product((False, True), repeat=2):
        to = [one for one in clerks if (one in discipline, one in heads or not heads) == (sees_all, answers)]
        heard = [one for one in waiting if (sees_all if one.number in confined else answers or one.kind != REVIEWING)]
        _tell(act, to, heard)
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
