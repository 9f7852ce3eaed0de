"""Regular upkeep: one reminder for what lies half filled in, and forgetting what nobody needs any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, or_, select, update

from conversation.messages import Body, Button, Say
from models.database import is_new
from models.tables import contacts, inbox, links, logins, menus, sessions, ticks
from services.calendar import office_quiet
from services.cases import forget_sheets
from services.deliveries import Outgoing, queue
from services.foundation.act import Act
from services.oversight.keeping import Keeping, keeping
from services.signin import forget_tries

IDLE = timedelta(hours=24)
TICKS_KEPT = timedelta(days=2)  # a claim counts for its minute alone
CLOCKS_APART = timedelta(minutes=2)  # clocks of two machines differ by less
MOST_AT_ONCE = 500


def claim_tick(tx: Connection, job: str, minute: datetime) -> bool:
    """Claims a minute's tick of a job; returns whether the caller is the one who runs it.

    Claims from the future were made under a clock that was wrong: they are thrown away, or nothing would run when the
    real minute comes.
    """
    tx.execute(ticks.delete().where(ticks.c.at > minute + CLOCKS_APART))
    return is_new(tx, ticks, {"job": job, "at": minute})


def remind_idle(act: Act) -> None:
    """Sends one reminder for each conversation that has lain still for a day. Nothing goes out at night."""
    if office_quiet().holds(act.now):
        return
    idle = (
        select(sessions.c.contact_id, sessions.c.flow, contacts.c.channel)
        .join_from(sessions, contacts)
        .where(
            sessions.c.flow.is_not(None),
            sessions.c.touched_at < act.now - IDLE,
            sessions.c.reminded_at.is_(None),
            contacts.c.blocked_at.is_(None),
        )
        .limit(MOST_AT_ONCE)
        .order_by(contacts.c.id)
        .with_for_update(skip_locked=True)
    )
    rows = act.tx.execute(idle).all()
    if not rows:
        return
    act.tx.execute(
        update(sessions).where(sessions.c.contact_id.in_([row.contact_id for row in rows])).values(reminded_at=act.now)
    )
    buttons = (Button("/resume", words="resume"), Button("/cancel", words="discard"))
    reminders = [
        Outgoing(row.contact_id, row.channel, Body(say=Say("common.idle", {"under_way": row.flow}, buttons)))
        for row in rows
    ]
    queue(act, reminders, urgency="reminder")


def forget_old(act: Act, kept: Keeping | None = None) -> None:
    """Deletes old claims of events, ticks, menus by SMS, dead links, ended sessions, counted tries, imported sheets."""
    kept = kept or keeping()
    spent = act.now - timedelta(kept.links)
    act.tx.execute(inbox.delete().where(inbox.c.at < act.now - timedelta(kept.events)))
    act.tx.execute(menus.delete().where(menus.c.at < act.now - timedelta(kept.menus)))
    act.tx.execute(ticks.delete().where(ticks.c.at < act.now - TICKS_KEPT))
    act.tx.execute(links.delete().where(or_(links.c.expires_at < spent, links.c.used_at < spent)))
    act.tx.execute(logins.delete().where(logins.c.expires_at < act.now))
    forget_tries(act)
    forget_sheets(act)
