"""Whoever opens the web chat: known by a token in a cookie, fetching letters from its own rows of the deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from models.tables import contacts, sessions
from services.contacts import address_hash
from services.deliveries import Letter, mailbox
from services.vault import Vault


@dataclass(frozen=True)
class Visitor:
    """The contact behind a token."""

    id: str
    language: str


@dataclass(frozen=True)
class Post:
    """Letters, the language to draw them in, and the turn whose buttons count now (None: nothing is under way)."""

    language: str
    turn: int | None
    letters: Sequence[Letter]


def visitor(tx: Connection, vault: Vault, channel: str, address: str) -> Visitor | None:
    """None where nobody has said anything from this address yet."""
    mine = contacts.c.address_hash == address_hash(vault, channel, address)
    row = tx.execute(select(contacts.c.id, contacts.c.language).where(mine)).first()
    return Visitor(row.id, row.language) if row else None


def post(
    tx: Connection, vault: Vault, now: datetime, channel: str, contact_id: str, after: int, most: int, *, anyway: bool
) -> Post | None:
    """The newest `most` letters after letter `after`, oldest first; None where there are none, unless `anyway`."""
    letters = mailbox(tx, vault, now, channel, contact_id, after, most)
    if not letters and not anyway:
        return None
    columns = contacts.c.language, sessions.c.flow, sessions.c.turn
    row = tx.execute(select(*columns).join_from(contacts, sessions).where(contacts.c.id == contact_id)).one()
    return Post(row.language, row.turn if row.flow else None, letters)
