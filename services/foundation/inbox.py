"""Every event that comes in is handled once: it is claimed here, in the transaction that handles it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, Executable, String, bindparam, select, true

from models.database import insert_or_ignore, is_new
from models.prepared import Prepared, each, keys
from models.tables import inbox
from services.foundation.act import Act


def claim(act: Act, channel: str, event_id: str) -> bool:
    """Claims an event; returns whether it is handled for the first time.

    Waits for another process that handles it right now.
    """
    return is_new(act.tx, inbox, {"channel": channel, "event_id": event_id, "at": act.now})


def claim_all(act: Act, channel: str, event_ids: Iterable[str]) -> set[str]:
    """Claims many events in one statement; returns those that are handled for the first time."""
    return {
        one for (one,) in _CLAIM.rows(act.tx, {"of": channel, "at": act.now, "keys": keys(act.tx, sorted(event_ids))})
    }


def is_claimed(act: Act, channel: str, event_id: str) -> bool:
    """Whether this event has been handled; claims nothing."""
    seen = inbox.select().where(inbox.c.channel == channel, inbox.c.event_id == event_id)
    return act.tx.execute(seen).first() is not None


def _claiming(tx: Connection) -> Executable:
    events = each(tx)
    rows = select(bindparam("of", type_=String), events.c.value, bindparam("at", type_=inbox.c.at.type)).where(true())
    return insert_or_ignore(tx, inbox).from_select(["channel", "event_id", "at"], rows).returning(inbox.c.event_id)


_CLAIM = Prepared(_claiming)
