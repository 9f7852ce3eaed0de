"""The letters of the web chat: an open page reads its own rows by their number, and confirms them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    String,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)

from models.tables import FETCHING, contacts, deliveries, notices
from services.deliveries.queueing import NoticeBodies, open_body
from services.deliveries.values import Letter
from services.foundation.act import Act

_COPIED = ("contact_id", "channel", "urgency", "notice_id", "about", "sealed", "state", "due_at", "attempts")


def mailbox(act: Act, channel: str, contact_id: str, after: int, most: int) -> list[Letter]:
    """The newest `most` rows of this contact after row `after`, oldest first, without those whose time has not come."""
    rows = act.tx.execute(
        select(deliveries.c.id, deliveries.c.sealed, deliveries.c.created_at, deliveries.c.notice_id)
        .join_from(deliveries, notices, deliveries.c.notice_id == notices.c.id, isouter=True)
        .where(_of(channel), deliveries.c.contact_id == contact_id, deliveries.c.id > after)
        .where(_visible(channel, act.now), deliveries.c.state.not_in(("aborted", "superseded")))
        .where(or_(deliveries.c.state != "queued", notices.c.id.is_(None), notices.c.state != "aborted"))
        .order_by(deliveries.c.id.desc())
        .limit(most)
    ).all()
    shared = NoticeBodies(act.vault)
    letters = []
    for row in reversed(rows):
        body = shared.of(act.tx, row.notice_id) if row.sealed is None else open_body(act.vault, row.sealed)
        letters.append(Letter(row.id, body, row.created_at))
    return letters


def with_letters(act: Act, channel: str, shown: Mapping[str, int]) -> set[str]:
    """The contacts among these that have a row after the one with this number, each looked up in the index."""
    if act.tx.dialect.name == "postgresql":
        lists = literal(list(shown), ARRAY(String)), literal(list(shown.values()), ARRAY(BigInteger))
        asked = func.unnest(*lists).table_valued("key", "value").render_derived()
    else:
        asked = func.json_each(json.dumps(dict(shown))).table_valued("key", "value")
    after = and_(deliveries.c.contact_id == asked.c.key, deliveries.c.id > asked.c.value)
    seen = and_(_of(channel), after, _visible(channel, act.now), deliveries.c.state.not_in(("aborted", "superseded")))
    return set(act.tx.execute(select(asked.c.key).where(exists().where(seen))).scalars())


def received(act: Act, channel: str, contact_id: str, upto: int) -> None:
    """Records that the device has confirmed every row up to this one that it could see."""
    mine = and_(_of(channel), deliveries.c.contact_id == contact_id, deliveries.c.id <= upto)
    seen = and_(mine, _visible(channel, act.now), deliveries.c.state == "queued")
    act.tx.execute(update(deliveries).where(seen).values(state="delivered", sent_at=act.now))


def renumber_due(act: Act, most: int = 1000) -> bool:
    """Gives rows whose time has come new numbers, above all that a page may have read; returns whether there were any.

    A page asks for rows after the last one it has seen. What was written for later has a low number, so it stays hidden
    until it gets a new number, as if it were written now. Call it until it returns False.
    """
    waiting = and_(_of(FETCHING), _scheduled(), deliveries.c.due_at <= act.now)
    due = select(deliveries.c.id, deliveries.c.contact_id, deliveries.c.state).where(waiting)
    rows = act.tx.execute(due.order_by(deliveries.c.due_at, deliveries.c.id).limit(most)).all()
    if not rows:
        return False
    kept = sorted({row.contact_id for row in rows})
    act.tx.execute(select(contacts.c.id).where(contacts.c.id.in_(kept)).order_by(contacts.c.id).with_for_update())
    ids = [row.id for row in rows]
    again = select(*(deliveries.c[name] for name in _COPIED), literal(act.now, deliveries.c.created_at.type)).where(
        deliveries.c.id.in_(ids), _scheduled()
    )
    names = [*_COPIED, "created_at"]
    act.tx.execute(insert(deliveries).from_select(names, again.order_by(deliveries.c.due_at, deliveries.c.id)))
    act.tx.execute(delete(deliveries).where(deliveries.c.id.in_(ids)))
    act.ring((FETCHING, row.contact_id) for row in rows if row.state == "queued")
    return True


def _of(channel: str) -> ColumnElement[bool]:
    """The condition on the channel, written as a literal: the partial index matches no other form."""
    return deliveries.c.channel == literal(channel, literal_execute=True)


def _scheduled() -> ColumnElement[bool]:
    """The condition for rows that were written for later and have no new number yet."""
    return deliveries.c.due_at > deliveries.c.created_at


def _visible(channel: str, now: datetime) -> ColumnElement[bool]:
    """The condition for rows that a page may read: all written to be read at once, even with a clock that was ahead.

    What was written for later waits for its new number on the channel whose pages fetch.
    """
    at_once = deliveries.c.due_at <= deliveries.c.created_at
    return at_once if channel == FETCHING else or_(at_once, deliveries.c.due_at <= now)
