"""What the channel tells afterwards, in any order, and who cannot be reached at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, literal, or_, select, update

from models.tables import contacts, deliveries, grants

_BELOW_DELIVERED = ("queued", "sending", "sent", "uncertain", "failed")
_UNDECIDED = ("queued", "sending", "sent", "uncertain")


def delivered(tx: Connection, now: datetime, id: int) -> bool:
    """It has arrived: that stands, whatever else is told before or after. False for a row that is not known."""
    return _told(
        tx,
        id,
        _BELOW_DELIVERED,
        state="delivered",
        error=None,
        sent_at=func.coalesce(_SENT_AT, literal(now, _SENT_AT.type)),
    )


def undelivered(tx: Connection, now: datetime, id: int, reason: str) -> bool:
    """It will not arrive. `reason` is a code, never what the carrier wrote. False for a row that is not known."""
    return _told(
        tx,
        id,
        _UNDECIDED,
        state="failed",
        error=reason[:300],
        sent_at=func.coalesce(_SENT_AT, literal(now, _SENT_AT.type)),
    )


_SENT_AT = deliveries.c.sent_at


def _told(tx: Connection, id: int, before: tuple[str, ...], **values: object) -> bool:
    mine = deliveries.c.id == id
    if tx.execute(update(deliveries).where(mine, deliveries.c.state.in_(before)).values(**values)).rowcount:
        return True
    return tx.execute(select(deliveries.c.id).where(mine)).first() is not None


@dataclass(frozen=True)
class Unreachable:
    """So many accounts of people with this role that blocked us or are gone; no address, no name."""

    channel: str
    role: str | None  # None: citizens
    unit_id: str | None
    count: int


def unreachable(tx: Connection, now: datetime) -> list[Unreachable]:
    """By channel, role and unit; who has several roles counts in each."""
    valid = (grants.c.since <= now) & or_(grants.c.until.is_(None), grants.c.until > now)
    by = contacts.c.channel, grants.c.role, grants.c.unit_id
    rows = tx.execute(
        select(*by, func.count(contacts.c.id.distinct()).label("count"))
        .join_from(contacts, grants, (grants.c.person_id == contacts.c.person_id) & valid, isouter=True)
        .where(contacts.c.blocked_at.is_not(None))
        .group_by(*by)
        .order_by(*by)
    )
    return [Unreachable(row.channel, row.role, row.unit_id, row[3]) for row in rows]
