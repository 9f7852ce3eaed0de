"""How a notice goes: counted, stopped, sent again to those who have not acknowledged, and over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, insert, literal, or_, select, update

from models.tables import FETCHING, contacts, deliveries, grants, listeners, notices
from services import audit
from services import deliveries as outbox
from services.contacts import Grant
from services.notices.audience import open_for
from services.notices.releasing import Ring, spread, unspread
from services.notices.values import ABORTED, DONE, DRAFT, RELEASED, WAITING, Audience, NotSent
from services.notices.writing import locked
from services.vault import new_id

AT_ONCE = 5_000  # rows that one transaction stops: at 30 a second no sender gets through them before the next one
MOST_SHOWN = 200
_UNDER_WAY = ("queued", "sending")


@dataclass(frozen=True)
class Progress:
    """Recipients by what became of theirs. `ready`: lies in the web chat until its page is opened."""

    state: str
    total: int
    counts: Mapping[str, int]  # unspread queued ready sending sent delivered acknowledged failed uncertain aborted
    channels: Mapping[str, int]
    reasons: Mapping[str, int]  # why something failed

    @property
    def over(self) -> bool:
        """Nothing is left for us to do; what people do may still come."""
        return not any(self.counts.get(one) for one in ("unspread", *_UNDER_WAY))


@dataclass(frozen=True)
class Receipt:
    """What became of a message to one of the office's or the units' people (N10), in every role that it met them in."""

    places: Sequence[Grant]
    channel: str
    state: str
    error: str | None
    at: datetime | None  # when it was sent
    acknowledged_at: datetime | None


def progress(tx: Connection, now: datetime, notice_id: str) -> Progress:
    """Counted from the rows. Raises NotSent: gone."""
    columns = notices.c.state, notices.c.total, notices.c.send_at
    row = tx.execute(select(*columns).where(notices.c.id == notice_id)).first()
    if row is None:
        raise NotSent("gone")
    by = deliveries.c.state, deliveries.c.channel
    found = tx.execute(select(*by, func.count()).where(deliveries.c.notice_id == notice_id).group_by(*by)).all()
    counts: Counter[str] = Counter()
    channels: Counter[str] = Counter()
    lies_ready = row.state != ABORTED and (row.send_at is None or row.send_at <= now)
    for state, channel, many in found:
        counts["ready" if state == "queued" and channel == FETCHING and lies_ready else state] += many
        channels[channel] += many
    written = sum(counts.values())
    counts["aborted" if row.state == ABORTED else "unspread"] += max(0, (row.total or 0) - written)
    failed = (deliveries.c.notice_id == notice_id) & (deliveries.c.state == "failed")
    reasons = select(deliveries.c.error, func.count()).where(failed).group_by(deliveries.c.error)
    told = {error or "": many for error, many in tx.execute(reasons)} if counts["failed"] else {}
    return Progress(row.state, row.total or 0, counts, channels, told)


def receipts(tx: Connection, notice_id: str, *, troubled: bool = False) -> Iterator[Receipt]:
    """One a message, of the recipients known by role: all, or those whom it did not reach; no name and no number."""
    held = or_(grants.c.until.is_(None), grants.c.until > notices.c.released_at)
    role = and_(grants.c.person_id == contacts.c.person_id, grants.c.since <= notices.c.released_at, held)
    columns = (
        deliveries.c.id, grants.c.role, grants.c.unit_id, deliveries.c.channel, deliveries.c.state, deliveries.c.error,
        deliveries.c.sent_at, deliveries.c.acknowledged_at,
    )  # fmt: skip
    found = (
        select(*columns)
        .select_from(deliveries.join(contacts).join(notices, notices.c.id == deliveries.c.notice_id).join(grants, role))
        .where(deliveries.c.notice_id == notice_id)
        .order_by(grants.c.unit_id, grants.c.role, deliveries.c.id)
    )
    if troubled:
        found = found.where(deliveries.c.state.in_(("failed", "uncertain")))
    messages: dict[int, tuple[list[Grant], Any]] = {}
    for message_id, role_held, unit_id, *became in tx.execute(found):
        messages.setdefault(message_id, ([], became))[0].append(Grant(role_held, unit_id))
    for places, became in messages.values():
        yield Receipt(tuple(dict.fromkeys(places)), *became)


def shown_receipts(tx: Connection, notice_id: str, *, troubled: bool = False) -> Sequence[Receipt]:
    """The first of them, for a page."""
    return [one for one, _ in zip(receipts(tx, notice_id, troubled=troubled), range(MOST_SHOWN), strict=False)]


def acknowledged(tx: Connection, notice_ids: Collection[str]) -> Counter[str]:
    """How many have acknowledged each of these notices."""
    mine = deliveries.c.notice_id.in_(notice_ids), deliveries.c.state == "acknowledged"
    counted = select(deliveries.c.notice_id, func.count().label("many")).where(*mine)
    return Counter({row.notice_id: row.many for row in tx.execute(counted.group_by(deliveries.c.notice_id))})


def abort(tx: Connection, now: datetime, clerk_id: str, notice_id: str) -> None:
    """Stops it at once; its rows follow by `stop_rows`. A draft is thrown away. Raises NotSent: gone, changed."""
    notice = locked(tx, notice_id, None, DRAFT, WAITING, RELEASED)
    tx.execute(update(notices).where(notices.c.id == notice_id).values(state=ABORTED, aborted_at=now, spread_to=None))
    audit.append(tx, now, clerk_id, "notice_aborted", notice_id, {"number": notice.number})


def stop_rows(tx: Connection, notice_id: str, most: int = AT_ONCE) -> bool:
    """Stops the next rows of an aborted notice; whether there were any."""
    return outbox.abort(tx, notice_id, most) > 0


def settle(tx: Connection, now: datetime, notice_id: str) -> bool:
    """Marks a notice as done when nothing of it is left to do."""
    told = progress(tx, now, notice_id)
    if told.state != RELEASED or not told.over:
        return False
    mine = notices.c.id == notice_id, notices.c.state == RELEASED, notices.c.spread_to.is_(None)
    return tx.execute(update(notices).where(*mine).values(state=DONE)).rowcount > 0


def unseen(tx: Connection, notice_id: str) -> int:
    """How many recipients would get it again."""
    return tx.execute(select(func.count()).select_from(_unseen(notice_id).subquery())).scalar_one()


def again(tx: Connection, now: datetime, clerk_id: str, notice_id: str) -> str:
    """A draft of the same words for exactly those who have not acknowledged; returns its id.

    Its number is the first one's with a suffix. Raises NotSent: gone, changed, still_going (whoever it has
    not gone to yet would get it twice), all_seen.
    """
    notice = locked(tx, notice_id, None, RELEASED, DONE, ABORTED)
    if not progress(tx, now, notice_id).over:
        raise NotSent("still_going", "again")
    root_id = notice.audience.root or notice.id
    if not notice.acknowledges:
        raise NotSent("gone")
    root = tx.execute(select(notices.c.number).where(notices.c.id == root_id)).scalar_one()
    repeats = select(func.count()).select_from(notices).where(notices.c.number.startswith(f"{root}-"))
    row = {
        "id": new_id(), "number": f"{root}-{tx.execute(repeats).scalar_one() + 2}", "state": DRAFT,
        "texts": dict(notice.texts), "audience": Audience(root=root_id).plain(), "acknowledges": True,
        "created_at": now, "created_by": clerk_id,
    }  # fmt: skip
    tx.execute(insert(notices).values(**row))
    mine = tx.execute(insert(listeners).from_select(["notice_id", "contact_id"], _unseen(notice_id, row["id"])))
    if mine.rowcount == 0:
        raise NotSent("all_seen", "again")
    audit.append(tx, now, clerk_id, "notice_repeated", row["id"], {"number": row["number"], "of": notice.number})
    return row["id"]


def _unseen(notice_id: str, *given: str):
    """Contacts that were sent it and whose person has not acknowledged it on any account."""
    same, theirs = deliveries.alias("same"), contacts.alias("theirs")
    seen = (
        select(theirs.c.person_id)
        .join_from(same, theirs, theirs.c.id == same.c.contact_id)
        .where(same.c.notice_id == notice_id, same.c.acknowledged_at.is_not(None), theirs.c.person_id.is_not(None))
    )
    return (
        select(*(literal(one) for one in given), contacts.c.id)
        .select_from(deliveries.join(contacts, contacts.c.id == deliveries.c.contact_id))
        .where(deliveries.c.notice_id == notice_id, deliveries.c.acknowledged_at.is_(None))
        .where(deliveries.c.state != ABORTED, open_for(None))
        .where(or_(contacts.c.person_id.is_(None), contacts.c.person_id.not_in(seen)))
    )


def starting(tx: Connection, now: datetime) -> list[str]:
    """The channels on which something of a notice is due: a scheduled one rings nobody by itself."""
    due = (deliveries.c.notice_id == notices.c.id) & (deliveries.c.state == "queued") & (deliveries.c.due_at <= now)
    live = select(deliveries.c.channel).join_from(notices, deliveries, due)
    return list(
        tx.execute(live.where(notices.c.state == RELEASED, deliveries.c.channel != FETCHING).distinct()).scalars()
    )


# --- the job ----------------------------------------------------------------------------------------------------------


def carry_on(tx: Connection, now: datetime) -> tuple[Ring, bool]:
    """One step of what somebody left undone: rows to write, rows to stop, notices to mark; whether there is more."""
    for notice_id in unspread(tx):
        step = spread(tx, now, notice_id)
        return step.ring, True
    for row in _stopping(tx):
        stop_rows(tx, row.id)
        return set(), True
    for notice_id in tx.execute(select(notices.c.id).where(notices.c.state == RELEASED)).scalars():
        settle(tx, now, notice_id)
    return set(), False


def _stopping(tx: Connection) -> Sequence[Row]:
    left = exists().where(deliveries.c.notice_id == notices.c.id, deliveries.c.state == "queued")
    return tx.execute(select(notices.c.id).where(notices.c.state == ABORTED, left).limit(1)).all()
