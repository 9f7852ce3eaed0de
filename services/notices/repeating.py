"""Sends a notice again: to those who have not acknowledged it, or to those whom it has not reached for all we know."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Select, func, insert, literal, select

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

UNCERTAIN = "uncertain"


class Missed(NamedTuple):
    """How many recipients would get a notice after all, and of how many of them it is not known whether they have."""

    all: int
    unsure: int


def unacknowledged(act: Act, notice: Notice) -> int:
    """How many recipients would get the notice again."""
    return _many(act, _left(act, notice, missed=False))


def missed(act: Act, notice: Notice) -> Missed:
    """Whom the notice has not reached for all we know: it was stopped before, or a crash left it in doubt."""
    left = _left(act, notice, missed=True)
    doubt = select(deliveries.c.contact_id).where(deliveries.c.notice_id == notice.id, deliveries.c.state == UNCERTAIN)
    return Missed(_many(act, left), _many(act, left.where(contacts.c.id.in_(doubt))))


def again(act: Act, notice_id: str, *, missed: bool = False) -> str:
    """Makes a draft of the same words for exactly those who have not acknowledged; returns its id.

    `missed`: instead for those whom it has not reached for all we know, by any repeat; whoever is in doubt may get it
    twice, which is why only a clerk decides it. Its number is the first one's with a suffix. There is one such draft at
    a time: while it is unsent, its id is returned. Raises Refusal: gone, changed, still_going (recipients it has not
    reached would get it twice), all_seen.
    """
    notice = locked(act, notice_id, None, ABORTED, RELEASED, DONE)
    if notice.released_at is None if missed else not notice.acknowledges:
        raise Refusal(Common.GONE)
    root_id = notice.audience.root or notice.id
    number = act.tx.execute(select(notices.c.number).where(notices.c.id == root_id).with_for_update()).scalar_one()
    of_family = family(act, root_id)
    for one in of_family:
        if one.state in (DRAFT, WAITING) and one.audience.missed == missed:
            return one.id
    if not all(progress(act, one.id).over for one in of_family):
        raise Refusal(NoticeCode.STILL_GOING, "again")
    if not _many(act, _left(act, notice, missed=missed)):
        raise Refusal(NoticeCode.ALL_SEEN, "again")
    row = {
        "id": new_id(),
        "number": f"{number}-{len(of_family) + 1}",
        "state": DRAFT,
        "texts": dict(notice.texts),
        "audience": Audience(root=root_id, missed=missed).plain(),
        "acknowledges": notice.acknowledges,
        "created_at": act.now,
        "created_by": act.actor,
    }
    act.tx.execute(insert(notices).values(**row))
    left = _left(act, notice, row["id"], missed=missed)
    act.tx.execute(insert(listeners).from_select(["notice_id", "contact_id"], left))
    audit.append(act, "notice_repeated", row["id"], {"number": row["number"], "of": notice.number})
    return row["id"]


def _left(act: Act, notice: Notice, *given: str, missed: bool) -> Select[Any]:
    """Contacts that were sent the notice and have not acknowledged it; or that got neither it nor a repeat for sure."""
    root_id = notice.audience.root or notice.id
    sent = select(deliveries.c.contact_id).where(deliveries.c.state != ABORTED)
    of_family = deliveries.c.notice_id.in_([one.id for one in family(act, root_id)])
    tried = sent.where(of_family, deliveries.c.state != UNCERTAIN)
    mine = sent.where(deliveries.c.notice_id == notice.id)
    reached = contacts.c.id.not_in(tried) if missed else contacts.c.id.in_(mine)
    return (
        select(*(literal(one) for one in given), contacts.c.id)
        .join(listeners, listeners.c.contact_id == contacts.c.id)
        .where(listeners.c.notice_id == notice.id, reached, open_for(None), not_acknowledged(act, root_id))
    )


def _many(act: Act, found: Select[Any]) -> int:
    return act.tx.execute(select(func.count()).select_from(found.subquery())).scalar_one()
