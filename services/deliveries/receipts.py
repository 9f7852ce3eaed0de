"""What the channel tells afterwards, in any order."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, literal, select, update

from models.tables import deliveries

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
