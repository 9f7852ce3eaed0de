"""What happens by itself: one reminder for what lies half filled in, and forgetting what nobody needs any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, select, update

from conversation.messages import Body, Button, Say
from models.database import is_new
from models.tables import contacts, inbox, links, logins, sessions, ticks
from services.deliveries import Outgoing, queue
from services.obligations import ladder
from services.vault import Vault

IDLE = timedelta(hours=24)
EVENTS_KEPT = timedelta(days=30)  # a platform redelivers for a day; a month is far beyond
UPLOADS_KEPT = timedelta(days=60)  # a draft may wait for weeks, and its photos with it
TICKS_KEPT = timedelta(days=2)  # a claim counts for its minute alone
CLOCKS_APART = timedelta(minutes=2)  # at most, between two machines
MOST_AT_ONCE = 500


def claim_tick(tx: Connection, job: str, minute: datetime) -> bool:
    """Whether the caller is the one who runs the job this minute.

    Claims from the future were made under a clock that was wrong: they are thrown away, or nothing would run when the
    real minute comes.
    """
    tx.execute(ticks.delete().where(ticks.c.at > minute + CLOCKS_APART))
    return is_new(tx, ticks, {"job": job, "at": minute})


def remind_idle(tx: Connection, vault: Vault, now: datetime) -> set[tuple[str, str]]:
    """One reminder for each conversation that has lain still for a day; returns for whom to ring. Nights are quiet."""
    if ladder.default().quiet(now):
        return set()
    idle = (
        select(sessions.c.contact_id, sessions.c.flow, contacts.c.channel)
        .join_from(sessions, contacts)
        .where(
            sessions.c.flow.is_not(None),
            sessions.c.touched_at < now - IDLE,
            sessions.c.reminded_at.is_(None),
            contacts.c.blocked_at.is_(None),
        )
        .limit(MOST_AT_ONCE)
        .order_by(contacts.c.id)
        .with_for_update(skip_locked=True)
    )
    rows = tx.execute(idle).all()
    if not rows:
        return set()
    tx.execute(
        update(sessions).where(sessions.c.contact_id.in_([row.contact_id for row in rows])).values(reminded_at=now)
    )
    buttons = (Button("/resume", words="resume"), Button("/cancel", words="discard"))
    reminders = [
        Outgoing(row.contact_id, row.channel, Body(say=Say("common.idle", {"under_way": row.flow}, buttons)))
        for row in rows
    ]
    return queue(tx, vault, now, reminders, urgency="reminder")


def forget_old(tx: Connection, now: datetime) -> None:
    """Claims of events, ticks, spent links and ended console sessions."""
    tx.execute(inbox.delete().where(inbox.c.at < now - EVENTS_KEPT))
    tx.execute(ticks.delete().where(ticks.c.at < now - TICKS_KEPT))
    tx.execute(links.delete().where(links.c.expires_at < now - EVENTS_KEPT))
    tx.execute(logins.delete().where(logins.c.expires_at < now))
