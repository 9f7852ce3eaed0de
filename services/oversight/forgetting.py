"""Removes screens of dialogues that nobody needs any more, a few at a time, so that nobody's reply waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from models.tables import deliveries
from services.foundation.act import Act
from services.oversight.keeping import Keeping

MOST = 500  # rows looked through in one transaction: some milliseconds
_SCREEN = deliveries.c.urgency == "reply", deliveries.c.notice_id.is_(None), deliveries.c.about.is_(None)
_REPLACED = ("superseded", "aborted")
_LEFT = ("sent", "delivered", "acknowledged", "failed")


def forget_screens(act: Act, keeping: Keeping, after: int | None = None) -> int | None:
    """Deletes screens of dialogues that have had their time, among the next rows after row `after`.

    `after`: None at the start. Returns the last row looked at, to go on from there; None at the end. Reminders and
    notices stay, as proof that they were sent; what waits or has not been read yet stays; and so does the newest row,
    whose id no other row may get, for a carrier may still report on it.
    """
    newest = act.tx.execute(select(func.max(deliveries.c.id))).scalar() or 0
    next_rows = select(deliveries.c.id).where(deliveries.c.id < newest)
    if after is not None:
        next_rows = next_rows.where(deliveries.c.id > after)
    looked = list(act.tx.execute(next_rows.order_by(deliveries.c.id).limit(MOST)).scalars())
    if looked:
        among = deliveries.c.id >= looked[0], deliveries.c.id <= looked[-1]
        act.tx.execute(deliveries.delete().where(*among, _past_use(act.now, keeping)))
    return looked[-1] if len(looked) == MOST else None


def forget_read(act: Act, contact_id: str) -> None:
    """Deletes the screens of dialogues that have left for this contact, who asks to be forgotten."""
    newest = select(func.max(deliveries.c.id)).scalar_subquery()
    mine = deliveries.c.contact_id == contact_id, deliveries.c.id < newest
    act.tx.execute(deliveries.delete().where(*mine, *_SCREEN, deliveries.c.state.in_((*_REPLACED, *_LEFT))))


def _past_use(now: datetime, keeping: Keeping) -> ColumnElement[bool]:
    """The condition for a screen of a dialogue: not a notice, not a reminder, nothing about an obligation."""
    replaced = and_(deliveries.c.state.in_(_REPLACED), deliveries.c.created_at < now - timedelta(keeping.replaced))
    left = and_(deliveries.c.state.in_(_LEFT), deliveries.c.created_at < now - timedelta(keeping.replies))
    return and_(*_SCREEN, or_(replaced, left))
