"""Takes due rows for the sender that holds the lane: replies before reminders before broadcasts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Executable, Integer, Select, String, bindparam, select, union_all, update

from models.prepared import Prepared, among, keys
from models.tables import contacts, deliveries, notices
from models.types import Utc
from services.deliveries.queueing import NoticeBodies, open_body
from services.deliveries.recording import abort_deliveries, record
from services.deliveries.values import URGENCY, Capacity, Parcel, Result
from services.foundation.act import Act
from services.foundation.keys import KeyTrouble


def lease(act: Act, channel: str, capacity: Capacity, bodies: NoticeBodies) -> list[Parcel]:
    """Takes due rows, the most urgent and then the oldest first. Only for the sender that holds the lane."""
    rows = _due(act, channel, capacity)
    stopped = {row[5] for row in rows if row[9] == "aborted"}
    if stopped:  # an aborted notice whose rows are not all taken away yet: some of them at each look
        for notice_id in stopped:
            abort_deliveries(act, notice_id, most=1000)
        rows = [row for row in rows if row[5] not in stopped]
    if not rows:
        return []
    wanted = keys(act.tx, [row[0] for row in rows])
    taken = {row[0] for row in _TAKE.rows(act.tx, {"keys": wanted})}
    return _parcels(act, [row for row in rows if row[0] in taken], bodies)


def next_due(act: Act, channel: str) -> datetime | None:
    """When the next row of the channel is due."""
    return min(act.tx.execute(_NEXT, {"of": channel}).scalars(), default=None)


def with_news(act: Act, channels: Collection[str]) -> list[str]:
    """The channels, among these, that have something due."""
    return [channel for channel in channels if (due := next_due(act, channel)) is not None and due <= act.now]


def aborted(act: Act, notice_ids: Collection[str]) -> set[str]:
    """Which of these notices have been aborted."""
    stopped = select(notices.c.id).where(notices.c.id.in_(notice_ids), notices.c.state == "aborted")
    return set(act.tx.execute(stopped).scalars())


def give_back(act: Act, channel: str, known: Collection[int]) -> None:
    """Puts rows back that a lease took without its sender hearing of it: they were not sent."""
    unheard = (deliveries.c.channel == channel) & (deliveries.c.state == "sending") & deliveries.c.id.not_in(known)
    act.tx.execute(update(deliveries).where(unheard).values(state="queued"))


def _due(act: Act, channel: str, capacity: Capacity) -> Sequence[Sequence[Any]]:
    most = {
        "reply": capacity.all,
        "reminder": min(capacity.all, capacity.reminders),
        "broadcast": min(capacity.all, capacity.broadcasts),
    }
    rows = _DUE.rows(act.tx, {"of": channel, "due": act.now, **{f"most_{name}": max(0, n) for name, n in most.items()}})
    ordered = sorted(rows, key=lambda row: (URGENCY.index(row[4]), row[0]))
    return ordered[: capacity.all]


def _candidates(urgency: str) -> Select[Any]:
    """The due rows of one urgency, in a form for which the index ix_deliveries_due is used."""
    found = (
        select(deliveries.c.id)
        .where(
            deliveries.c.channel == bindparam("of", type_=String),
            deliveries.c.state == "queued",
            deliveries.c.urgency == urgency,
            deliveries.c.due_at <= bindparam("due", type_=Utc()),
        )
        .order_by(deliveries.c.due_at, deliveries.c.id)
        .limit(bindparam(f"most_{urgency}", type_=Integer))
        .subquery()
    )
    return select(found.c.id)


def _due_rows() -> Executable:
    chosen = union_all(*(_candidates(urgency) for urgency in URGENCY)).subquery()
    return select(
        deliveries.c.id,
        deliveries.c.contact_id,
        deliveries.c.sealed,
        deliveries.c.attempts,
        deliveries.c.urgency,
        deliveries.c.notice_id,
        contacts.c.sealed,
        contacts.c.language,
        contacts.c.blocked_at.is_not(None),
        notices.c.state,
    ).select_from(
        chosen.join(deliveries, deliveries.c.id == chosen.c.id)
        .join(contacts)
        .outerjoin(notices, notices.c.id == deliveries.c.notice_id)
    )


def _first_due(urgency: str) -> Select[Any]:
    found = (
        select(deliveries.c.due_at)
        .where(deliveries.c.channel == bindparam("of"), deliveries.c.state == "queued", deliveries.c.urgency == urgency)
        .order_by(deliveries.c.due_at)
        .limit(1)
        .subquery()
    )
    return select(found.c.due_at)


_NEXT = union_all(*(_first_due(urgency) for urgency in URGENCY))
_DUE = Prepared(_due_rows())
_TAKE = Prepared(
    lambda tx: (
        update(deliveries)
        .where(among(tx, deliveries.c.id), deliveries.c.state == "queued")
        .values(state="sending")
        .returning(deliveries.c.id)
    )
)


def _parcels(act: Act, rows: Sequence[Sequence[Any]], bodies: NoticeBodies) -> list[Parcel]:
    parcels, unreadable = [], []
    for id, contact_id, sealed, attempts, urgency, notice_id, address, language, blocked, _ in rows:
        try:
            body = open_body(act.vault, sealed) if sealed is not None else bodies.of(act.tx, notice_id)
            where = act.vault.identities.open_bytes(address, "address").decode()
        except (KeyTrouble, ValueError):
            unreadable.append(Result(id, error="unreadable"))
        else:
            parcels.append(
                Parcel(id, contact_id, where, language, body, attempts + 1, urgency, notice_id, bool(blocked))
            )
    record(act, unreadable)  # unreadable rows must not stop the others
    return parcels
