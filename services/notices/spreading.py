"""Writes the rows of a released notice, one for each recipient, in batches between which replies get through.

`notices.spread_to` says how far the rows are, so that any process may go on.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, case, func, insert, literal, select, update

from models.tables import FETCHING, SMS, contacts, deliveries, listeners, notices
from models.types import AT_ONCE
from services.foundation.act import Act
from services.notices.values import ABORTED, RELEASED

BATCH = 2_000


def spread(act: Act, notice_id: str, most: int = BATCH) -> bool:
    """Writes the rows of the next recipients, by their ids; none for a notice that was stopped meanwhile.

    Returns whether more is to come.
    """
    columns = notices.c.state, notices.c.spread_to, notices.c.send_at, notices.c.sms_at
    row = act.tx.execute(select(*columns).where(notices.c.id == notice_id).with_for_update()).first()
    if row is None or row.spread_to is None or row.state == ABORTED:
        return False
    mine = (listeners.c.notice_id == notice_id) & (listeners.c.contact_id > row.spread_to)
    ahead = select(listeners.c.contact_id).where(mine).order_by(listeners.c.contact_id).limit(most).subquery()
    many, last = act.tx.execute(select(func.count(), func.max(ahead.c.contact_id))).one()
    due = row.send_at if row.send_at and row.send_at > act.now else AT_ONCE
    if many:
        batch = mine & (listeners.c.contact_id <= last)
        _insert(act, due, max(row.sms_at or due, due), notice_id, batch)
        if due <= act.now:
            act.ring(_addressed(act.tx, batch))
    reached = last if many == most else None
    act.tx.execute(update(notices).where(notices.c.id == notice_id).values(spread_to=reached))
    return reached is not None


def unspread(act: Act) -> str | None:
    """A notice whose rows are not all written, because a process was killed while it wrote them."""
    left = select(notices.c.id).where(notices.c.state == RELEASED, notices.c.spread_to.is_not(None))
    return act.tx.execute(left.limit(1)).scalar()


_ROW = ("contact_id", "channel", "urgency", "notice_id", "state", "due_at", "attempts", "created_at")


def _insert(act: Act, due: datetime, sms_due: datetime, notice_id: str, batch) -> None:
    """Inserts rows by contact id, the order in which everybody locks contacts."""
    moment = deliveries.c.due_at.type
    rows = (
        select(
            contacts.c.id,
            contacts.c.channel,
            literal("broadcast"),
            literal(notice_id),
            literal("queued"),
            case((contacts.c.channel == SMS, literal(sms_due, moment)), else_=literal(due, moment)),
            literal(0),
            literal(act.now, moment),
        )
        .select_from(listeners.join(contacts, contacts.c.id == listeners.c.contact_id))
        .where(batch)
        .order_by(contacts.c.id)
    )
    act.tx.execute(insert(deliveries).from_select(_ROW, rows, include_defaults=False))


def _addressed(tx: Connection, batch) -> set[tuple[str, str]]:
    """The bells to ring: every channel once, and each web chat, whose page may be open."""
    of = select(contacts.c.channel, contacts.c.id).select_from(
        listeners.join(contacts, contacts.c.id == listeners.c.contact_id)
    )
    pages = tx.execute(of.where(batch, contacts.c.channel == FETCHING))
    others = tx.execute(
        of.with_only_columns(contacts.c.channel).where(batch, contacts.c.channel != FETCHING).distinct()
    )
    return {(row.channel, row.id) for row in pages} | {(row.channel, "") for row in others}
