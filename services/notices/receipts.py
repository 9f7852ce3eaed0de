"""What became of a notice, message by message: the evidence that it was passed on (N10)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select

from models.tables import contacts, deliveries, grants, listeners, notices
from services.foundation.act import Act
from services.foundation.phones import masked
from services.foundation.vault import Vault
from services.notices.values import ABORTED
from services.people import SMS, Grant, held_at

MOST_SHOWN = 200


@dataclass(frozen=True)
class Receipt:
    """What became of a message to one of the office's or the units' people, in every role in which it reached them.

    Of a number from an uploaded list, which is in no role, its masked form.
    """

    places: Sequence[Grant]
    channel: str
    state: str
    error: str | None
    at: datetime | None  # when it was sent
    acknowledged_at: datetime | None
    number: str = ""


_role = and_(grants.c.person_id == contacts.c.person_id, held_at(notices.c.released_at))
_sent = and_(deliveries.c.notice_id == notices.c.id, deliveries.c.contact_id == contacts.c.id)
# All that released notices were for, with the roles by which they are known; one that was stopped has rows for some.
RECIPIENTS = (
    listeners.join(notices, and_(notices.c.id == listeners.c.notice_id, notices.c.released_at.is_not(None)))
    .join(contacts, contacts.c.id == listeners.c.contact_id)
    .outerjoin(deliveries, _sent)
    .outerjoin(grants, _role)
)
IN_RECEIPTS = or_(grants.c.id.is_not(None), contacts.c.channel == SMS)
STATE = func.coalesce(deliveries.c.state, case((notices.c.state == ABORTED, "aborted"), else_="queued"))


def number_shown(vault: Vault, role: str | None, sealed: bytes) -> str:
    """The masked number of a contact that is in no role; of any other nothing."""
    return "" if role else masked(vault.identities.open_bytes(sealed, "address").decode())


def receipts(act: Act, notice_id: str, *, troubled: bool = False, most: int | None = None) -> list[Receipt]:
    """The receipts of a notice's recipients: all, or those whom it did not reach; no name, and no whole number.

    Sorted by unit and role, numbers of a list last; one for each message. `most`: how many to return.
    """
    wanted = [listeners.c.notice_id == notice_id, IN_RECEIPTS]
    if troubled:
        wanted.append(deliveries.c.state.in_(("failed", "uncertain")))
    if most is not None:
        first = select(contacts.c.id).select_from(RECIPIENTS).where(*wanted).group_by(contacts.c.id)
        place = func.min(grants.c.role).is_(None), func.min(grants.c.unit_id), func.min(grants.c.role), contacts.c.id
        wanted.append(contacts.c.id.in_(list(act.tx.execute(first.order_by(*place).limit(most)).scalars())))
    columns = (
        contacts.c.id,
        contacts.c.sealed,
        grants.c.role,
        grants.c.unit_id,
        contacts.c.channel,
        STATE,
        deliveries.c.error,
        deliveries.c.sent_at,
        deliveries.c.acknowledged_at,
    )
    order = grants.c.role.is_(None), grants.c.unit_id, grants.c.role, contacts.c.id
    found = select(*columns).select_from(RECIPIENTS).where(*wanted).order_by(*order)
    messages: dict[str, tuple[dict[Grant, None], list[Any]]] = {}
    for contact_id, sealed, role_held, unit_id, *became in act.tx.execute(found):
        if contact_id not in messages:
            messages[contact_id] = {}, [*became, number_shown(act.vault, role_held, sealed)]
        if role_held:
            messages[contact_id][0][Grant(role_held, unit_id)] = None
    return [Receipt(tuple(places), *became) for places, became in messages.values()]


def acknowledged(act: Act, notice_ids: Collection[str]) -> Counter[str]:
    """How many people have acknowledged each of these notices."""
    mine = deliveries.c.notice_id.in_(notice_ids), deliveries.c.state == "acknowledged"
    counted = select(deliveries.c.notice_id, func.count().label("many")).where(*mine)
    return Counter({row.notice_id: row.many for row in act.tx.execute(counted.group_by(deliveries.c.notice_id))})
