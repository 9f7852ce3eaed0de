"""Looks again at what has waited for a channel that was away: whether it still asks for anything, and the hour."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select, update

from models.tables import FETCHING, SMS, contacts, deliveries, notices, obligations, units
from services.foundation.act import Act

PAUSED_AT_ONCE = 1_000  # rows in one transaction, so that replies pass between two
_WAITS = and_(deliveries.c.state == "queued", deliveries.c.urgency == "reminder")


def withhold_about(act: Act, obligation_id: str) -> None:
    """Withdraws the messages about this obligation that have not left yet: what they ask for no longer holds.

    An open page keeps what it was told, as words said then. The channels are named for the sake of the index.
    """
    bound = contacts.c.person_id.is_not(None), contacts.c.channel != FETCHING
    channels = select(contacts.c.channel).where(*bound).distinct()
    _withhold(act.tx, deliveries.c.channel.in_(channels), deliveries.c.about == obligation_id)


def withhold_from(act: Act, contact_ids: Collection[str], unit_id: str) -> None:
    """Withdraws from these contacts what asks for obligations of the unit and of those below it."""
    channels = select(contacts.c.channel).where(contacts.c.id.in_(contact_ids)).distinct()
    of_units = or_(units.c.id == unit_id, units.c.parent_id == unit_id)
    owing = select(obligations.c.id).join_from(obligations, units).where(of_units)
    mine = deliveries.c.channel.in_(channels), deliveries.c.contact_id.in_(contact_ids)
    _withhold(act.tx, *mine, deliveries.c.about.in_(owing))


def hold_over(act: Act, channel: str, night: tuple[datetime, datetime]) -> None:
    """Lets reminders that are due in the quiet hours wait for the morning.

    What somebody did in the night, and what is said because of it, goes out at once. `night`: when it began, when it
    ends.
    """
    began, ends = night
    late = and_(
        _WAITS, deliveries.c.channel == channel, deliveries.c.due_at <= act.now, deliveries.c.created_at < began
    )
    act.tx.execute(update(deliveries).where(late).values(due_at=ends))


def pause_texts(act: Act, night: tuple[datetime, datetime]) -> bool:
    """Lets text messages of notices that began before the quiet hours wait for the morning; the notice's page says so.

    One that a clerk let begin in them goes on. `night`: when it began, when it ends. Returns whether there is more.
    """
    began, ends = night
    by_day = and_(notices.c.released_at < began, func.coalesce(notices.c.send_at, notices.c.released_at) < began)
    due = and_(
        deliveries.c.channel == SMS,
        deliveries.c.state == "queued",
        deliveries.c.urgency == "broadcast",
        deliveries.c.due_at <= act.now,
    )
    some = select(deliveries.c.id, deliveries.c.notice_id).join(notices).where(due, by_day).limit(PAUSED_AT_ONCE)
    rows = act.tx.execute(some).all()
    ids, paused = [row.id for row in rows], {row.notice_id for row in rows}
    if ids:
        act.tx.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(due_at=ends))
        act.tx.execute(update(notices).where(notices.c.id.in_(paused)).values(sms_at=ends))
    return len(ids) == PAUSED_AT_ONCE


def _withhold(tx: Connection, *which: ColumnElement[bool]) -> None:
    tx.execute(update(deliveries).where(_WAITS, *which).values(state="superseded"))
