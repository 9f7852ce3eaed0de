"""What a recipient does with a notice: acknowledges it with one tap, and opens its pictures and files."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from models.tables import deliveries, evidence, notices
from services.notices.values import ABORTED, Part
from services.notices.writing import PART_COLUMNS, part_of
from services.vault import Vault


def acknowledge(tx: Connection, now: datetime, contact_id: str, notice_id: str) -> str | None:
    """The number of the notice; "" when it was acknowledged already; None for whoever did not get it.

    Whoever taps the button has the message, whatever the wire said of it.
    """
    mine = (deliveries.c.notice_id == notice_id) & (deliveries.c.contact_id == contact_id)
    row = tx.execute(
        select(deliveries.c.id, deliveries.c.state, deliveries.c.acknowledged_at, notices.c.number)
        .join_from(deliveries, notices)
        .where(mine, notices.c.acknowledges, _there(now))
    ).first()
    if row is None:
        return None
    if row.acknowledged_at is None:
        seen = update(deliveries).where(deliveries.c.id == row.id)
        tx.execute(seen.values(state="acknowledged", acknowledged_at=now))
    return row.number if row.acknowledged_at is None else ""


def may_open(tx: Connection, vault: Vault, now: datetime, contact_id: str, piece_id: str) -> Part | None:
    """A piece whose notice this contact has got, or got again; None for any other."""
    again = notices.alias("again")
    first = (evidence.c.subject_id == notices.c.id) & (evidence.c.id == piece_id)
    same = or_(again.c.id == notices.c.id, again.c.number.startswith(notices.c.number.concat("-")))
    row = tx.execute(
        select(*PART_COLUMNS, evidence.c.sealed)
        .select_from(
            evidence.join(notices, first).join(again, same).join(deliveries, deliveries.c.notice_id == again.c.id)
        )
        .where(deliveries.c.contact_id == contact_id, _there(now))
        .where(or_(again.c.state != ABORTED, deliveries.c.state != "queued"))  # its rows are stopped a little later
        .limit(1)
    ).first()
    if row is None:
        return None
    name = vault.open(row.sealed, f"evidence {row.id}")["name"] if row.kind == "file" else None
    return part_of(row, name)


def _there(now: datetime) -> ColumnElement[bool]:
    """Whether it has come to its recipient: a page shows what is due, anything else has left, by whatever clock."""
    state = deliveries.c.state
    return or_(state.not_in(("queued", "aborted")), and_(state == "queued", deliveries.c.due_at <= now))
