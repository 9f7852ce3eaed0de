"""What became of a notice, message by message: the evidence that it was passed on (N10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, select

from models.tables import contacts, deliveries, grants, notices
from services.foundation.act import Act
from services.people import Grant, held_at

MOST_SHOWN = 200


@dataclass(frozen=True)
class Receipt:
    """What became of a message to one of the office's or the units' people, in every role in which it reached them."""

    places: Sequence[Grant]
    channel: str
    state: str
    error: str | None
    at: datetime | None  # when it was sent
    acknowledged_at: datetime | None


def receipts(act: Act, notice_id: str, *, troubled: bool = False, most: int | None = None) -> list[Receipt]:
    """The receipts of recipients known by role: all, or those whom it did not reach; no name and no number.

    Sorted by unit and role, one for each message; `most`: how many to return.
    """
    role = and_(grants.c.person_id == contacts.c.person_id, held_at(notices.c.released_at))
    known = deliveries.join(contacts).join(notices, notices.c.id == deliveries.c.notice_id).join(grants, role)
    wanted = [deliveries.c.notice_id == notice_id]
    if troubled:
        wanted.append(deliveries.c.state.in_(("failed", "uncertain")))
    if most is not None:
        first = select(deliveries.c.id).select_from(known).where(*wanted).group_by(deliveries.c.id)
        place = func.min(grants.c.unit_id), func.min(grants.c.role), deliveries.c.id
        wanted.append(deliveries.c.id.in_(list(act.tx.execute(first.order_by(*place).limit(most)).scalars())))
    columns = (
        deliveries.c.id,
        grants.c.role,
        grants.c.unit_id,
        deliveries.c.channel,
        deliveries.c.state,
        deliveries.c.error,
        deliveries.c.sent_at,
        deliveries.c.acknowledged_at,
    )
    order = grants.c.unit_id, grants.c.role, deliveries.c.id
    messages: dict[int, tuple[list[Grant], Any]] = {}
    for message_id, role_held, unit_id, *became in act.tx.execute(
        select(*columns).select_from(known).where(*wanted).order_by(*order)
    ):
        messages.setdefault(message_id, ([], became))[0].append(Grant(role_held, unit_id))
    return [Receipt(tuple(dict.fromkeys(places)), *became) for places, became in messages.values()]


def acknowledged(act: Act, notice_ids: Collection[str]) -> Counter[str]:
    """How many people have acknowledged each of these notices."""
    mine = deliveries.c.notice_id.in_(notice_ids), deliveries.c.state == "acknowledged"
    counted = select(deliveries.c.notice_id, func.count().label("many")).where(*mine)
    return Counter({row.notice_id: row.many for row in act.tx.execute(counted.group_by(deliveries.c.notice_id))})
