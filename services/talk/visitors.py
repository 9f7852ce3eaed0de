"""Visitors of the web chat: known by a token in a cookie, they fetch letters from their own rows of the deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from models.tables import contacts, sessions
from services.deliveries import Letter, mailbox, unnumbered
from services.foundation.act import Act
from services.people import address_hash


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
    more: bool  # whether there are letters that have no number yet


def visitor(act: Act, channel: str, address: str) -> Visitor | None:
    """The visitor with this address; None where nobody has said anything from it yet."""
    mine = contacts.c.address_hash == address_hash(act.vault, channel, address)
    row = act.tx.execute(select(contacts.c.id, contacts.c.language).where(mine)).first()
    return Visitor(row.id, row.language) if row else None


def post(act: Act, channel: str, contact_id: str, after: int, most: int, *, anyway: bool) -> Post | None:
    """The newest `most` letters after letter `after`, oldest first; None where there are none, unless `anyway`."""
    letters, more = mailbox(act, channel, contact_id, after, most), unnumbered(act, channel, contact_id)
    if not (letters or more or anyway):
        return None
    columns = contacts.c.language, sessions.c.flow, sessions.c.turn
    row = act.tx.execute(select(*columns).join_from(contacts, sessions).where(contacts.c.id == contact_id)).one()
    return Post(row.language, row.turn if row.flow else None, letters, more)
