"""Writes deliveries in the transaction of their cause; bodies are sealed, because a review shows names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, case, func, insert, select

from conversation.messages import Body
from models.prepared import Prepared
from models.tables import contacts, deliveries, notices
from models.types import AT_ONCE
from services.deliveries.values import Outgoing
from services.foundation.act import Act
from services.foundation.moments import first_of_day
from services.foundation.vault import Vault

_bodies = msgspec.json.Decoder(Body)
_encode = msgspec.json.Encoder().encode
_COLUMNS = (
    "contact_id",
    "channel",
    "urgency",
    "state",
    "about",
    "sealed",
    "due_at",
    "created_at",
    "attempts",
    "letter",
)
_QUEUE = Prepared(insert(deliveries), *_COLUMNS)
_QUEUE_APART = Prepared(insert(deliveries), "id", *_COLUMNS)
APART_BITS = 20  # of the ids that a contact has for what is told apart


def queue(
    act: Act,
    outgoing: Sequence[Outgoing],
    urgency: str = "reply",
    due_at: datetime | None = None,
    about: str | None = None,
) -> None:
    """Writes the rows and rings for them after the commit. `about`: the obligation that they ask for.

    Without `due_at` they are due at once, whatever any clock says.
    """
    shared = {**_shared(act, urgency, due_at), "about": about}
    rows = [shared | _row(act, one) for one in outgoing]
    if rows:
        _QUEUE.later(act.tx, *rows)
    act.ring((one.channel, one.contact_id) for one in outgoing)


def encoded(body: Body) -> bytes:
    """A body as the JSON bytes that `queue_shared` seals and stores."""
    return _encode(body)


def queue_shared(
    act: Act,
    said: Sequence[tuple[Sequence[tuple[str, str]], bytes]],
    urgency: str,
    due_at: datetime | None = None,
    about: Sequence[str | None] | None = None,
) -> None:
    """Queues encoded bodies, each sealed once for a few (channel, contact id). Nobody is looked up or locked.

    `about`: for each body, the obligation that it asks for.
    """
    shared = _shared(act, urgency, due_at)
    rows = []
    for (to, body), obligation_id in zip(said, about or [None] * len(said), strict=True):
        sealed = act.vault.seal_json(body, "delivery")
        rows += [
            {**shared, "contact_id": contact_id, "channel": channel, "about": obligation_id, "sealed": sealed}
            for channel, contact_id in to
        ]
    if rows:
        _QUEUE.later(act.tx, *rows)
    act.ring(one for to, _ in said for one in to)


def due_since() -> ColumnElement[datetime]:
    """The moment from which a row has been due: of what waits for no moment, the one at which it was written."""
    at_once = deliveries.c.due_at < deliveries.c.created_at
    return case((at_once, deliveries.c.created_at), else_=deliveries.c.due_at)


def _shared(act: Act, urgency: str, due_at: datetime | None) -> dict[str, Any]:
    due_at = due_at or AT_ONCE
    return {
        "urgency": urgency,
        "state": "queued",
        "due_at": due_at,
        "created_at": act.now,
        "attempts": 0,
        "letter": None,
    }


def queue_for(
    act: Act,
    contact_ids: Sequence[str],
    body: Body,
    urgency: str = "reply",
    about: str | None = None,
    due_at: datetime | None = None,
) -> bool:
    """Queues one body for each of these contacts that has not blocked us; returns whether there is one.

    The contacts are locked until the commit, so that a contact's rows come to be seen in the order of their ids.
    """
    outgoing = _reachable(act, contact_ids, body)
    queue(act, outgoing, urgency, due_at, about)
    return bool(outgoing)


def queue_apart(act: Act, contact_ids: Sequence[str], body: Body) -> bool:
    """Queues for those who follow a report what the office has done about it, as `queue_for`.

    In the same moment a unit may be told, and it knows when that was. So these rows tell the day alone, and their ids,
    below 0, are each contact's own and follow no other's.
    """
    outgoing = _reachable(act, contact_ids, replace(body, at=act.now))
    for one in outgoing:
        row = _shared(act, "reply", None) | _row(act, one) | {"about": None, "created_at": first_of_day(act.now)}
        _QUEUE_APART.run(act.tx, row | {"id": _apart_id(act, one.contact_id)})
    act.ring((one.channel, one.contact_id) for one in outgoing)
    return bool(outgoing)


def is_apart() -> ColumnElement[bool]:
    """Whether a row tells the day alone."""
    return deliveries.c.id < 0


def sent_at(moment: ColumnElement[datetime]) -> ColumnElement[datetime]:
    """When a row was sent, as the table may tell it."""
    return case((is_apart(), deliveries.c.created_at), else_=moment)


def _apart_id(act: Act, contact_id: str) -> int:
    """The next id of this contact, whose row is locked. Those of two contacts have nothing to do with each other."""
    place = int(act.vault.index(contact_id, "apart")[:8], 16)
    first = (place - 2**32) << APART_BITS
    mine = deliveries.c.id >= first, deliveries.c.id < first + 2**APART_BITS
    last = act.tx.execute(select(func.max(deliveries.c.id)).where(*mine)).scalar()
    return first if last is None else last + 1


def _reachable(act: Act, contact_ids: Sequence[str], body: Body) -> list[Outgoing]:
    reachable = contacts.c.id.in_(contact_ids) & contacts.c.blocked_at.is_(None)
    chosen = select(contacts.c.id, contacts.c.channel).where(reachable).order_by(contacts.c.id).with_for_update()
    return [Outgoing(row.id, row.channel, body) for row in act.tx.execute(chosen)]


def _row(act: Act, one: Outgoing) -> dict[str, Any]:
    return {
        "contact_id": one.contact_id,
        "channel": one.channel,
        "sealed": act.vault.seal_json(encoded(one.body), "delivery"),
        "letter": one.letter,
    }


def seal_notice(vault: Vault, body: Body) -> bytes:
    """The sealed body for `notices.body`, which all recipients of a broadcast share."""
    return vault.seal_json(encoded(body), "notice")


def open_body(vault: Vault, sealed: bytes) -> Body:
    """Opens a sealed body. Raises KeyTrouble, or ValueError for anything but a body."""
    return _bodies.decode(vault.open_bytes(sealed, "delivery"))


class NoticeBodies:
    """The bodies of notices, each opened once: the rows of a broadcast have no body of their own."""

    def __init__(self, vault: Vault, most: int = 20) -> None:
        self._vault, self._most = vault, most
        self._opened: dict[str, Body] = {}

    def of(self, tx: Connection, notice_id: str | None) -> Body:
        """The body of a notice. Raises KeyTrouble, or ValueError where the notice has no body."""
        body = self._opened.get(notice_id or "")
        if body is None:
            sealed = tx.execute(select(notices.c.body).where(notices.c.id == notice_id)).scalar()
            body = _bodies.decode(self._vault.open_bytes(sealed or b"", "notice"))
            if len(self._opened) >= self._most:
                self._opened.pop(next(iter(self._opened)))
            self._opened[notice_id or ""] = body
        return body
