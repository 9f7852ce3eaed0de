"""Whoever is put out of a role by somebody who took over is told so, in the transaction in which it happened."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from conversation.messages import Body, Button, Say
from services import reach
from services.contacts import HEAD, Ended
from services.deliveries import queue_for
from services.vault import Vault


def tell(tx: Connection, vault: Vault, now: datetime, ended: Iterable[Ended]) -> set[tuple[str, str]]:
    """By chat, on every account of theirs. Returns for whom something was queued."""
    told: set[tuple[str, str]] = set()
    for one in ended:
        values = {"role": HEAD, "unit": reach.unit_names(tx, [one.unit_id]).get(one.unit_id, "")}
        body = Body(say=Say("menu.ended", values, (Button("/menu", words="menu"),)))
        told |= queue_for(tx, vault, now, sorted(reach.accounts_of(tx, [one.person_id])), body, urgency="reminder")
    return told
