"""What a channel's carrier reports later, in any order.

Each function returns False for a row that the channel does not have: numbers from before a restore are given again.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, literal, select, update

from models.tables import deliveries
from services.deliveries.queueing import sent_at
from services.foundation.act import Act

_UNDECIDED = ("queued", "sending", "sent", "uncertain")


def delivered(act: Act, channel: str, id: int) -> bool:
    """Records that a message has arrived: this stands, whatever else is reported before or after."""
    return _told(act, channel, id, (*_UNDECIDED, "failed"), "delivered", None)


def undelivered(act: Act, channel: str, id: int, reason: str) -> bool:
    """Records that a message will not arrive. `reason` is a code, never what the carrier wrote."""
    return _told(act, channel, id, _UNDECIDED, "failed", reason[:300])


def _told(act: Act, channel: str, id: int, before: Sequence[str], state: str, error: str | None) -> bool:
    mine = (deliveries.c.id == id) & (deliveries.c.channel == channel)
    now = sent_at(literal(act.now, deliveries.c.sent_at.type))
    telling = update(deliveries).where(mine, deliveries.c.state.in_(before))
    if act.tx.execute(
        telling.values(state=state, error=error, sent_at=func.coalesce(deliveries.c.sent_at, now))
    ).rowcount:
        return True
    return act.tx.execute(select(deliveries.c.id).where(mine)).first() is not None
