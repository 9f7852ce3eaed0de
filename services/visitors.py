"""Whoever opens the web chat: known by a token in a cookie, fetching letters from its own rows of the deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from models.tables import contacts
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
    """Letters, and the language to draw them in."""

    language: str
    letters: Sequence[Letter]


def visitor(tx: Connection, vault: Vault, channel: str, address: str) -> Visitor | None:
    """None where nobody has said anything from this address yet."""
    return _visitor(tx, contacts.c.address_hash == address_hash(vault, channel, address))


def post(tx: Connection, vault: Vault, contact_id: str, after: int, most: int) -> Post | None:
    """The newest `most` letters after letter `after`, oldest first; None where there are none."""
    letters = mailbox(tx, vault, contact_id, after, most)
    if not letters:
        return None
    reader = _visitor(tx, contacts.c.id == contact_id)
    return Post(reader.language, letters) if reader else None


def _visitor(tx: Connection, which: Any) -> Visitor | None:
    row = tx.execute(select(contacts.c.id, contacts.c.language).where(which)).first()
    return Visitor(row.id, row.language) if row else None
