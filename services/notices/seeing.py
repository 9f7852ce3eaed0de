"""What a recipient does with a notice: acknowledges it with one tap, and opens its pictures and files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, func, or_, select, update

from models.tables import FETCHING, deliveries, evidence, notices
from services.deliveries import due_since
from services.foundation.act import Act
from services.notices.family import same_matter
from services.notices.looking import PART_COLUMNS, part_of
from services.notices.values import ABORTED, Part


def acknowledge(act: Act, contact_id: str, notice_id: str) -> tuple[str, bool] | None:
    """Acknowledges a notice; returns its number and whether this was the first time; None if not received.

    Somebody who taps the button has the message, whatever the wire said of it and whoever stopped it meanwhile.
    """
    mine = (deliveries.c.notice_id == notice_id) & (deliveries.c.contact_id == contact_id)
    row = act.tx.execute(
        select(deliveries.c.id, deliveries.c.state, deliveries.c.acknowledged_at, notices.c.number)
        .join_from(deliveries, notices)
        .where(mine, notices.c.acknowledges)
    ).first()
    if row is None:
        return None
    if row.acknowledged_at is None:
        seen = update(deliveries).where(deliveries.c.id == row.id)
        act.tx.execute(seen.values(state="acknowledged", acknowledged_at=act.now))
    return row.number, row.acknowledged_at is None


def awaited(act: Act, contact_id: str, since: datetime) -> str | None:
    """The last notice that came to this contact since then, if it waits for being acknowledged."""
    came = deliveries.c.state.in_(("sent", "delivered", "uncertain"))
    fetched = and_(deliveries.c.channel == FETCHING, deliveries.c.state == "queued", deliveries.c.due_at <= act.now)
    return act.tx.execute(
        select(deliveries.c.notice_id)
        .join_from(notices, deliveries)
        .where(notices.c.acknowledges, deliveries.c.contact_id == contact_id, deliveries.c.acknowledged_at.is_(None))
        .where(or_(came, fetched), func.coalesce(deliveries.c.sent_at, due_since()) >= since)
        .order_by(deliveries.c.id.desc())
        .limit(1)
    ).scalar()


def may_open(act: Act, contact_id: str, piece_id: str) -> Part | None:
    """A piece that this contact may open, because its notice (or a repeat) has come to them; None for any other.

    A page shows what is due; anything else has left, whatever the clock. Rows of a stopped notice are stopped a little
    later.
    """
    again = notices.alias("again")
    first = (evidence.c.subject_id == notices.c.id) & (evidence.c.id == piece_id)
    waits = and_(deliveries.c.state == "queued", deliveries.c.due_at <= act.now, again.c.state != ABORTED)
    row = act.tx.execute(
        select(*PART_COLUMNS)
        .select_from(evidence.join(notices, first).join(again, same_matter(notices, again)))
        .join(deliveries, deliveries.c.notice_id == again.c.id)
        .where(deliveries.c.contact_id == contact_id, or_(deliveries.c.state.not_in(("queued", "aborted")), waits))
        .limit(1)
    ).first()
    return part_of(act.vault, row) if row else None
