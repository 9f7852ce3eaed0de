"""Sends a notice again, to those of its recipients who have not acknowledged it."""

from __future__ import annotations

from sqlalchemy import func, insert, literal, select

from models.tables import contacts, deliveries, listeners, notices
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import new_id
from services.notices.audience import open_for
from services.notices.codes import NoticeCode
from services.notices.family import family, not_acknowledged
from services.notices.going import progress
from services.notices.looking import locked
from services.notices.values import ABORTED, DONE, DRAFT, RELEASED, WAITING, Audience, Notice


def unacknowledged(act: Act, notice: Notice) -> int:
    """How many recipients would get the notice again."""
    return act.tx.execute(select(func.count()).select_from(_left(act, notice).subquery())).scalar_one()


def again(act: Act, notice_id: str) -> str:
    """Makes a draft of the same words for exactly those who have not acknowledged; returns its id.

    Its number is the first one's with a suffix. There is one such draft at a time: while it is unsent, its id is
    returned. Raises Refusal: gone, changed, still_going (recipients it has not reached would get it twice), all_seen.
    """
    notice = locked(act, notice_id, None, RELEASED, DONE, ABORTED)
    if not notice.acknowledges:
        raise Refusal(Common.GONE)
    root_id = notice.audience.root or notice.id
    number = act.tx.execute(select(notices.c.number).where(notices.c.id == root_id).with_for_update()).scalar_one()
    states = family(act, root_id)
    for one, state in states.items():
        if state in (DRAFT, WAITING):
            return one
    if not all(progress(act, one).over for one in states):
        raise Refusal(NoticeCode.STILL_GOING, "again")
    if not unacknowledged(act, notice):
        raise Refusal(NoticeCode.ALL_SEEN, "again")
    row = {
        "id": new_id(),
        "number": f"{number}-{len(states) + 1}",
        "state": DRAFT,
        "texts": dict(notice.texts),
        "audience": Audience(root=root_id).plain(),
        "acknowledges": True,
        "created_at": act.now,
        "created_by": act.actor,
    }
    act.tx.execute(insert(notices).values(**row))
    act.tx.execute(insert(listeners).from_select(["notice_id", "contact_id"], _left(act, notice, row["id"])))
    audit.append(act, "notice_repeated", row["id"], {"number": row["number"], "of": notice.number})
    return row["id"]


def _left(act: Act, notice: Notice, *given: str):
    """Contacts that were sent the notice and have not acknowledged it."""
    return (
        select(*(literal(one) for one in given), contacts.c.id)
        .select_from(deliveries.join(contacts, contacts.c.id == deliveries.c.contact_id))
        .where(deliveries.c.notice_id == notice.id, deliveries.c.state != ABORTED, open_for(None))
        .where(not_acknowledged(act, notice.audience.root or notice.id))
    )
