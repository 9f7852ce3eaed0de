"""Sending a notice: by its author, or released by a second clerk; the recipients frozen, a row for each in batches.

The freeze is one transaction, so that nobody is added or lost between two batches. The rows follow in transactions of
`BATCH`, between which replies get through; `notices.spread_to` says how far they are, so that any process may go on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, exists, func, insert, literal, select, update

from conversation.messages import Attached, Body, Button, Say
from models.database import insert_or_ignore
from models.tables import FETCHING, contacts, deliveries, listeners, notices
from services import audit
from services.contacts import SMS, ensure_all
from services.deliveries import seal_notice
from services.notices.audience import Ways, chats, open_for, reach, texted
from services.notices.values import ABORTED, DRAFT, RELEASED, WAITING, Notice, NotSent, Part
from services.notices.writing import locked, parts_of
from services.vault import Vault

BATCH = 2_000
SOON = timedelta(minutes=1)  # a form takes a moment: the minute that has just begun still counts as now
Ring = set[tuple[str, str]]


@dataclass(frozen=True)
class Spread:
    """What a batch has written: for whom to ring, and whether more is to come."""

    ring: Ring
    more: bool


def send(
    tx: Connection, vault: Vault, now: datetime, clerk_id: str, notice_id: str, seen: str, send_at: datetime | None,
    *, second_clerk_above: int, ways: Ways = None,
) -> str:  # fmt: skip
    """The author's word: released at once, or laid before a second clerk where many would get it. Returns the state.

    Raises NotSent: gone, changed, time_past, audience_empty.
    """
    notice = locked(tx, notice_id, seen, DRAFT)
    _check_time(now, send_at)
    many = reach(tx, vault, now, notice_id, notice.audience, ways).total
    if many == 0:
        raise NotSent("audience_empty", "audience")
    tx.execute(update(notices).where(notices.c.id == notice_id).values(send_at=send_at, created_by=clerk_id))
    if many > second_clerk_above:
        tx.execute(update(notices).where(notices.c.id == notice_id).values(state=WAITING))
        audit.append(tx, now, clerk_id, "notice_laid_before", notice_id, {"number": notice.number, "recipients": many})
        return WAITING
    _freeze(tx, vault, now, clerk_id, notice, send_at, ways)
    return RELEASED


def release(
    tx: Connection, vault: Vault, now: datetime, clerk_id: str, notice_id: str, seen: str, send_at: datetime | None,
    *, ways: Ways = None,
) -> None:  # fmt: skip
    """The second clerk's word. Raises NotSent: gone, changed, second_clerk, time_past, audience_empty."""
    notice = locked(tx, notice_id, seen, WAITING)
    if clerk_id == notice.created_by:
        raise NotSent("second_clerk", "release")
    _check_time(now, send_at)
    _freeze(tx, vault, now, clerk_id, notice, send_at, ways)


def take_back(tx: Connection, now: datetime, clerk_id: str, notice_id: str, seen: str) -> None:
    """From before the second clerk back to a draft. Raises NotSent: gone, changed."""
    notice = locked(tx, notice_id, seen, WAITING)
    tx.execute(update(notices).where(notices.c.id == notice_id).values(state=DRAFT))
    audit.append(tx, now, clerk_id, "notice_taken_back", notice_id, {"number": notice.number})


def spread(tx: Connection, now: datetime, notice_id: str, most: int = BATCH) -> Spread:
    """Writes the rows of the next recipients, by their ids; none for a notice that was stopped meanwhile."""
    columns = notices.c.state, notices.c.spread_to, notices.c.send_at
    row = tx.execute(select(*columns).where(notices.c.id == notice_id).with_for_update()).first()
    if row is None or row.spread_to is None or row.state == ABORTED:
        return Spread(set(), False)
    mine = (listeners.c.notice_id == notice_id) & (listeners.c.contact_id > row.spread_to)
    ahead = select(listeners.c.contact_id).where(mine).order_by(listeners.c.contact_id).limit(most).subquery()
    many, last = tx.execute(select(func.count(), func.max(ahead.c.contact_id))).one()
    due, ring = max(row.send_at or now, now), set()
    if many:
        batch = mine & (listeners.c.contact_id <= last)
        _insert(tx, now, due, notice_id, batch)
        ring = _ring(tx, batch) if due <= now else set()
    reached = last if many == most else None
    tx.execute(update(notices).where(notices.c.id == notice_id).values(spread_to=reached))
    return Spread(ring, reached is not None)


def unspread(tx: Connection) -> list[str]:
    """Notices whose rows are not all written: somebody was killed over them."""
    left = select(notices.c.id).where(notices.c.state == RELEASED, notices.c.spread_to.is_not(None))
    return list(tx.execute(left).scalars())


def body_of(notice: Notice, parts: Sequence[Part]) -> Body:
    """What every recipient gets, in both languages; each reads the own one."""
    buttons = (Button(f"/seen {notice.id}", words="seen"),) if notice.acknowledges else ()
    texts = {language: notice.texts.get(language, "") for language in ("zh", "en")}
    values = {"number": notice.number, "texts": texts, "acknowledges": notice.acknowledges}
    pieces = tuple(Attached(part.id, part.kind, part.name, part.long) for part in parts)
    return Body(say=Say("notice.body", values, buttons, pieces))


def _check_time(now: datetime, send_at: datetime | None) -> None:
    if send_at is not None and send_at < now - SOON:
        raise NotSent("time_past", "send_at")


def _freeze(
    tx: Connection, vault: Vault, now: datetime, clerk_id: str, notice: Notice, send_at: datetime | None, ways: Ways
) -> None:
    audience, place = notice.audience, literal(notice.id).label("notice_id")
    if audience.chooses:
        meant = chats(now, audience, ways).subquery()
        rows = select(place, meant.c.id).where(meant.c.id.is_not(None)).order_by(meant.c.id)
        tx.execute(insert_or_ignore(tx, listeners).from_select(["notice_id", "contact_id"], rows))
        numbers, _ = texted(tx, vault, now, audience, ways)
        ids = ensure_all(tx, vault, now, SMS, list(numbers.values()), "zh", list(numbers))
        texts = [{"notice_id": notice.id, "contact_id": one} for one in dict.fromkeys(ids)]
        if texts:
            tx.execute(insert_or_ignore(tx, listeners), texts)
    fits = exists().where(contacts.c.id == listeners.c.contact_id, open_for(ways))
    tx.execute(delete(listeners).where(listeners.c.notice_id == notice.id, ~fits))
    counted = select(func.count()).select_from(listeners).where(listeners.c.notice_id == notice.id)
    total = tx.execute(counted).scalar_one()
    if total == 0:
        raise NotSent("audience_empty", "audience")
    body = seal_notice(vault, body_of(notice, parts_of(tx, vault, notice)))
    values = {
        "state": RELEASED, "body": body, "total": total, "send_at": send_at, "released_at": now,
        "released_by": clerk_id, "spread_to": "",
    }  # fmt: skip
    tx.execute(update(notices).where(notices.c.id == notice.id).values(**values))
    audit.append(tx, now, clerk_id, "notice_released", notice.id, {"number": notice.number, "recipients": total})


_ROW = ("contact_id", "channel", "urgency", "notice_id", "state", "due_at", "attempts", "created_at")


def _insert(tx: Connection, now: datetime, due: datetime, notice_id: str, batch) -> None:
    """By the contacts' ids, which are locked until the commit: whoever reads rows by number sees them in that order."""
    moment = deliveries.c.due_at.type
    rows = (
        select(
            contacts.c.id, contacts.c.channel, literal("broadcast"), literal(notice_id), literal("queued"),
            literal(due, moment), literal(0), literal(now, moment),
        )
        .select_from(listeners.join(contacts, contacts.c.id == listeners.c.contact_id))
        .where(batch)
        .order_by(contacts.c.id)
        .with_for_update(of=contacts)
    )  # fmt: skip
    tx.execute(insert(deliveries).from_select(_ROW, rows, include_defaults=False))


def _ring(tx: Connection, batch) -> Ring:
    """Every channel once, and each web chat, whose page may be open."""
    of = select(contacts.c.channel, contacts.c.id).select_from(
        listeners.join(contacts, contacts.c.id == listeners.c.contact_id)
    )
    pages = tx.execute(of.where(batch, contacts.c.channel == FETCHING))
    others = tx.execute(
        of.with_only_columns(contacts.c.channel).where(batch, contacts.c.channel != FETCHING).distinct()
    )
    return {(row.channel, row.id) for row in pages} | {(row.channel, "") for row in others}
