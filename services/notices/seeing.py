"""What a recipient does with a notice: acknowledges it with one tap, and opens its pictures and files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, and_, or_, select, update

from models.tables import deliveries, evidence, notices
from services.notices.family import same_matter
from services.notices.looking import PART_COLUMNS, part_of
from services.notices.values import ABORTED, Part
from services.vault import Vault


def acknowledge(tx: Connection, now: datetime, contact_id: str, notice_id: str) -> str | None:
    """The number of the notice; "" when it was acknowledged already; None for whoever did not get it.

    Whoever taps the button has the message, whatever the wire said of it and whoever stopped it meanwhile.
    """
    mine = (deliveries.c.notice_id == notice_id) & (deliveries.c.contact_id == contact_id)
    row = tx.execute(
        select(deliveries.c.id, deliveries.c.state, deliveries.c.acknowledged_at, notices.c.number)
        .join_from(deliveries, notices)
        .where(mine, notices.c.acknowledges)
    ).first()
    if row is None:
        return None
    if row.acknowledged_at is None:
        seen = update(deliveries).where(deliveries.c.id == row.id)
        tx.execute(seen.values(state="acknowledged", acknowledged_at=now))
    return row.number if row.acknowledged_at is None else ""


def may_open(tx: Connection, vault: Vault, now: datetime, contact_id: str, piece_id: str) -> Part | None:
    """A piece whose notice has come to this contact, or come again; None for any other.

    A page shows what is due; anything else has left, by whatever clock. Rows of a stopped notice are stopped a little
    later.
    """
    again = notices.alias("again")
    first = (evidence.c.subject_id == notices.c.id) & (evidence.c.id == piece_id)
    waits = and_(deliveries.c.state == "queued", deliveries.c.due_at <= now, again.c.state != ABORTED)
    row = tx.execute(
        select(*PART_COLUMNS)
        .select_from(evidence.join(notices, first).join(again, same_matter(notices, again)))
        .join(deliveries, deliveries.c.notice_id == again.c.id)
        .where(deliveries.c.contact_id == contact_id, or_(deliveries.c.state.not_in(("queued", "aborted")), waits))
        .limit(1)
    ).first()
    return part_of(vault, row) if row else None
