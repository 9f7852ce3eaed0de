"""Everything that leaves is a row, written in the transaction of its cause and sent after the commit.

queued -> sending (leased) -> sent -> delivered; failed with the reason; superseded by a newer screen.
A sender that dies leaves its lease to run out: a reply is then sent again (at least once).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import ColumnElement, Connection, bindparam, insert, literal, or_, select, update

from conversation.messages import Body
from models.database import is_new
from models.prepared import Prepared
from models.tables import contacts, deliveries, lanes
from services.vault import KeyTrouble, Vault

LEASE = timedelta(seconds=60)  # longer than any time-out of sending
LANE = timedelta(seconds=15)
MOST_ATTEMPTS = 12
URGENCY = ("reply", "reminder", "broadcast")
_bodies = msgspec.json.Decoder(Body)
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True)
class Outgoing:
    """A body for a contact, before it is a row."""

    contact_id: str
    channel: str
    body: Body


@dataclass(frozen=True)
class Parcel:
    """A leased row: what a sender needs to send it."""

    id: int
    contact_id: str
    address: str
    language: str
    body: Body
    attempts: int


@dataclass(frozen=True)
class Result:
    """What became of a parcel. `retry_after` asks for another try; without it an error is final."""

    id: int
    wire_id: str | None = None
    error: str | None = None
    retry_after: timedelta | None = None
    contact_gone: bool = False  # blocked us, or no longer there: nothing more is sent to this contact


_QUEUE = Prepared(
    insert(deliveries), "contact_id", "channel", "urgency", "state", "sealed", "due_at", "created_at", "attempts"
)


def queue(
    tx: Connection, vault: Vault, now: datetime, outgoing: Sequence[Outgoing], urgency: str = "reply",
    due_at: datetime | None = None,
) -> set[tuple[str, str]]:  # fmt: skip
    """Writes the rows and returns for whom, to ring for after the commit. Bodies are sealed: a review shows names."""
    rows = [
        {
            "contact_id": one.contact_id, "channel": one.channel, "urgency": urgency, "state": "queued",
            "sealed": vault.seal_bytes(_encode(one.body), "delivery"), "due_at": due_at or now, "created_at": now,
            "attempts": 0,
        }
        for one in outgoing
    ]  # fmt: skip
    if rows:
        _QUEUE.run(tx, *rows)
    return {(one.channel, one.contact_id) for one in outgoing}


def queue_for(
    tx: Connection, vault: Vault, now: datetime, contact_ids: Sequence[str], body: Body, urgency: str = "reply"
) -> set[tuple[str, str]]:
    """The same body to each of these contacts that has not blocked us.

    The contacts are locked until the commit: whoever reads rows by their number must see them in that order.
    """
    reachable = contacts.c.id.in_(contact_ids) & contacts.c.blocked_at.is_(None)
    chosen = select(contacts.c.id, contacts.c.channel).where(reachable).order_by(contacts.c.id).with_for_update()
    rows = tx.execute(chosen)
    return queue(tx, vault, now, [Outgoing(row.id, row.channel, body) for row in rows], urgency)


@dataclass(frozen=True)
class Letter:
    """A row of a channel that fetches (the web chat): numbered, so that a reconnect goes on where it stopped."""

    id: int
    body: Body
    at: datetime


def mailbox(tx: Connection, vault: Vault, channel: str, contact_id: str, after: int, most: int) -> list[Letter]:
    """The newest `most` rows of this contact after row `after`, oldest first."""
    rows = tx.execute(
        select(deliveries.c.id, deliveries.c.sealed, deliveries.c.created_at)
        .where(_of(channel), deliveries.c.contact_id == contact_id, deliveries.c.id > after)
        .order_by(deliveries.c.id.desc())
        .limit(most)
    ).all()
    return [Letter(row.id, open_body(vault, row.sealed), row.created_at) for row in reversed(rows)]


def received(tx: Connection, now: datetime, channel: str, contact_id: str, upto: int) -> None:
    """The device confirms everything up to this row."""
    tx.execute(
        update(deliveries)
        .where(
            _of(channel), deliveries.c.contact_id == contact_id, deliveries.c.id <= upto, deliveries.c.state == "queued"
        )
        .values(state="delivered", sent_at=now)
    )


def _of(channel: str) -> ColumnElement[bool]:
    """Spelled out in the statement, as the index of the channel that fetches is."""
    return deliveries.c.channel == literal(channel, literal_execute=True)


def open_body(vault: Vault, sealed: bytes) -> Body:
    return _bodies.decode(vault.open_bytes(sealed, "delivery"))


@dataclass(frozen=True)
class Holder:
    """A sender: the place that only one process at a time can have, and its present life there."""

    place: str
    life: str


def hold_lane(tx: Connection, now: datetime, channel: str, holder: Holder) -> bool:
    """Whether this sender may send on the channel now. One holds the lane until it is silent for too long.

    Whoever takes it over, or comes back to its place after a crash, also takes over what was being sent: nobody else is
    sending here, so those rows go out again, in their order.
    """
    until = now + LANE
    held = lanes.c.channel == channel
    mine = held & (lanes.c.life == holder.life)
    if tx.execute(update(lanes).where(mine).values(until=until).returning(lanes.c.channel)).first():
        return True
    free = held & or_(lanes.c.place == holder.place, lanes.c.until < now)
    taking = update(lanes).where(free).values(place=holder.place, life=holder.life, until=until)
    row = {"channel": channel, "place": holder.place, "life": holder.life, "until": until}
    if not tx.execute(taking.returning(lanes.c.channel)).first() and not is_new(tx, lanes, row):
        return False
    left = (deliveries.c.channel == channel) & (deliveries.c.state == "sending")
    tx.execute(update(deliveries).where(left).values(state="queued", leased_until=None))
    return True


def leave_lane(tx: Connection, holder: Holder) -> None:
    """At a quiet end, so that another sender need not wait."""
    tx.execute(lanes.delete().where(lanes.c.life == holder.life))


def lease(tx: Connection, vault: Vault, now: datetime, channel: str, holder: Holder, most: int) -> list[Parcel]:
    """Takes up to `most` due rows, oldest first, for the sender that holds the lane; nothing for any other."""
    if not hold_lane(tx, now, channel, holder):
        return []
    due = (
        select(deliveries.c.id)
        .where(
            deliveries.c.channel == channel,
            deliveries.c.due_at <= now,
            or_(
                deliveries.c.state == "queued",
                (deliveries.c.state == "sending") & (deliveries.c.leased_until < now),
            ),
        )
        .order_by(deliveries.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    ids = list(tx.execute(due).scalars())
    if not ids:
        return []
    tx.execute(
        update(deliveries)
        .where(deliveries.c.id.in_(ids))
        .values(state="sending", leased_until=now + LEASE, attempts=deliveries.c.attempts + 1)
    )
    rows = tx.execute(
        select(
            deliveries.c.id, deliveries.c.contact_id, deliveries.c.sealed, deliveries.c.attempts,
            contacts.c.sealed.label("address"), contacts.c.language,
        )
        .join_from(deliveries, contacts)
        .where(deliveries.c.id.in_(ids))
        .order_by(deliveries.c.id)
    )  # fmt: skip
    parcels, unreadable = [], []
    for row in rows:
        try:
            address, body = vault.open_bytes(row.address, "address").decode(), open_body(vault, row.sealed)
        except (KeyTrouble, ValueError):
            unreadable.append(Result(row.id, error="unreadable"))
        else:
            parcels.append(Parcel(row.id, row.contact_id, address, row.language, body, row.attempts))
    record(tx, now, unreadable)  # they must not stop the others
    return parcels


def next_due(tx: Connection, channel: str) -> datetime | None:
    """When the next row of the channel is due, leases that may run out included."""
    waiting = tx.execute(
        select(deliveries.c.due_at)
        .where(deliveries.c.channel == channel, deliveries.c.state == "queued")
        .order_by(deliveries.c.due_at)
        .limit(1)
    ).scalar()
    leased = tx.execute(
        select(deliveries.c.leased_until)
        .where(deliveries.c.channel == channel, deliveries.c.state == "sending")
        .order_by(deliveries.c.leased_until)
        .limit(1)
    ).scalar()
    return min((moment for moment in (waiting, leased) if moment), default=None)


def record(tx: Connection, now: datetime, results: Sequence[Result]) -> None:
    """Writes what became of leased rows, in one go."""
    rows = [_recorded(result, now) for result in results]
    if rows:
        tx.execute(_RECORD, rows)
    sent = [result.id for result in results if result.error is None]
    if sent:  # whoever can be reached has not blocked us (any more)
        reached = contacts.c.id.in_(select(deliveries.c.contact_id).where(deliveries.c.id.in_(sent)))
        tx.execute(update(contacts).where(reached, contacts.c.blocked_at.is_not(None)).values(blocked_at=None))
    gone = [result.id for result in results if result.contact_gone]
    if gone:
        blocked = select(deliveries.c.contact_id).where(deliveries.c.id.in_(gone))
        tx.execute(update(contacts).where(contacts.c.id.in_(blocked)).values(blocked_at=now))
        tx.execute(
            update(deliveries)
            .where(deliveries.c.contact_id.in_(blocked), deliveries.c.state == "queued")
            .values(state="failed", error="contact_gone")
        )


def supersede(tx: Connection, ids: Sequence[int]) -> None:
    """Rows that a newer screen made pointless before they were sent."""
    if ids:
        tx.execute(update(deliveries).where(deliveries.c.id.in_(ids)).values(state="superseded", leased_until=None))


_RECORD = (
    update(deliveries)
    .where(deliveries.c.id == bindparam("of"))
    .values({name: bindparam(name) for name in ("state", "wire_id", "error", "due_at", "sent_at", "leased_until")})
)


def _recorded(result: Result, now: datetime) -> dict[str, object]:
    row: dict[str, object] = {
        "of": result.id, "wire_id": result.wire_id, "error": result.error, "due_at": now, "sent_at": None,
        "leased_until": None,
    }  # fmt: skip
    if result.error is None:
        return row | {"state": "sent", "sent_at": now}
    if result.retry_after is None:
        return row | {"state": "failed"}
    return row | {"state": "queued", "due_at": now + result.retry_after}
