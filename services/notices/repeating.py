"""A notice again, to those of its recipients who have not acknowledged it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, insert, literal, select

from models.tables import contacts, deliveries, listeners, notices
from services import audit
from services.notices.audience import open_for
from services.notices.family import family, not_acknowledged
from services.notices.going import progress
from services.notices.looking import locked
from services.notices.values import ABORTED, DONE, DRAFT, RELEASED, WAITING, Audience, Notice, NotSent
from services.vault import new_id


def unacknowledged(tx: Connection, notice: Notice) -> int:
    """How many recipients would get it again."""
    return tx.execute(select(func.count()).select_from(_left(tx, notice).subquery())).scalar_one()


def again(tx: Connection, now: datetime, clerk_id: str, notice_id: str) -> str:
    """A draft of the same words for exactly those who have not acknowledged; returns its id.

    Its number is the first one's with a suffix. There is one such draft at a time: as long as it is not sent, it is the
    answer. Raises NotSent: gone, changed, still_going (whoever it has not gone to yet would get it twice), all_seen.
    """
    notice = locked(tx, notice_id, None, RELEASED, DONE, ABORTED)
    if not notice.acknowledges:
        raise NotSent("gone")
    root_id = notice.audience.root or notice.id
    number = tx.execute(select(notices.c.number).where(notices.c.id == root_id).with_for_update()).scalar_one()
    states = family(tx, root_id)
    for one, state in states.items():
        if state in (DRAFT, WAITING):
            return one
    if not all(progress(tx, now, one).over for one in states):
        raise NotSent("still_going", "again")
    if not unacknowledged(tx, notice):
        raise NotSent("all_seen", "again")
    row = {
        "id": new_id(), "number": f"{number}-{len(states) + 1}", "state": DRAFT, "texts": dict(notice.texts),
        "audience": Audience(root=root_id).plain(), "acknowledges": True, "created_at": now, "created_by": clerk_id,
    }  # fmt: skip
    tx.execute(insert(notices).values(**row))
    tx.execute(insert(listeners).from_select(["notice_id", "contact_id"], _left(tx, notice, row["id"])))
    audit.append(tx, now, clerk_id, "notice_repeated", row["id"], {"number": row["number"], "of": notice.number})
    return row["id"]


def _left(tx: Connection, notice: Notice, *given: str):
    """Contacts that were sent it and have not acknowledged it."""
    return (
        select(*(literal(one) for one in given), contacts.c.id)
        .select_from(deliveries.join(contacts, contacts.c.id == deliveries.c.contact_id))
        .where(deliveries.c.notice_id == notice.id, deliveries.c.state != ABORTED, open_for(None))
        .where(not_acknowledged(tx, notice.audience.root or notice.id))
    )
