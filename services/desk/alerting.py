"""Tells the discipline desk of a case that it alone sees; and where nobody holds the desk, whoever appoints to it.

It is a job: the turn that files a complaint locks nobody's account but its own.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, delete, func, select

from conversation.messages import Body, Say
from models.tables import alerts, cases
from services import deliveries, people
from services.cases import ENDS
from services.foundation.act import Act
from services.foundation.numbers import next_number
from services.people import Right

MOST_NAMED = 8  # cases that one message names; the desk's list has them all
_WAITING: tuple[ColumnElement[bool], ...] = (cases.c.confined.is_not(None), cases.c.state.not_in(ENDS))


def tell_discipline(act: Act) -> int:
    """Names new cases to everybody of the discipline desk who has a chat account; returns how many cases.

    They wait as long as nobody holds the desk.
    """
    if act.tx.execute(select(alerts.c.id).limit(1)).first() is None or is_vacant(act):
        return 0
    accounts = people.accounts_with(act, Right.HANDLE_CONFLICTS)
    ids = act.tx.execute(delete(alerts).returning(alerts.c.id)).scalars().all()
    found = select(cases.c.number, cases.c.confined).where(cases.c.id.in_(ids), *_WAITING).order_by(cases.c.number)
    rows = act.tx.execute(found).all()
    if rows and accounts:
        named = [{"number": row.number, "why": row.confined} for row in rows[:MOST_NAMED]]
        values = {"nth": next_number(act, "reminder", "R"), "cases": named, "count": len(rows)}
        body = deliveries.encoded(Body(say=Say("status.discipline", values)))
        deliveries.queue_shared(act, [(accounts, body)], "reminder")
    return len(rows)


def tell_keepers(act: Act) -> int:
    """Tells whoever appoints to the discipline desk, once a day, that cases wait for it and nobody holds it.

    Nothing is told of the cases but how many. Returns how many wait.
    """
    many = unheld(act)
    if many:
        accounts = people.accounts_with(act, Right.APPOINT_WATCHERS)
        values = {"nth": next_number(act, "reminder", "R"), "count": many}
        if accounts:
            body = deliveries.encoded(Body(say=Say("status.discipline_vacant", values)))
            deliveries.queue_shared(act, [(accounts, body)], "reminder")
    return many


def is_vacant(act: Act) -> bool:
    """Whether nobody holds the discipline desk."""
    return not people.people_with(act, Right.HANDLE_CONFLICTS)


def unheld(act: Act) -> int:
    """How many cases wait for a discipline desk that nobody holds."""
    if not is_vacant(act):
        return 0
    return act.tx.execute(select(func.count()).select_from(cases).where(*_WAITING)).scalar_one()
