"""The letters of the web chat: an open page reads its own rows by their number, and confirms them.

The numbers are the contact's own and tell nothing of anybody else. A row gets its number under the lock on its
contact's session: in the turn that wrote it, or later, when it can be read. So a page that asks for what is above the
last number it has seen misses nothing: neither what was committed late nor what was written for later.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    String,
    and_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)

from models.tables import FETCHING, deliveries, notices, sessions
from services.deliveries.queueing import NoticeBodies, open_body, sent_at
from services.deliveries.values import Letter
from services.foundation.act import Act


def mailbox(act: Act, channel: str, contact_id: str, after: int, most: int) -> list[Letter]:
    """The newest `most` letters of this contact after letter `after`, oldest first."""
    rows = act.tx.execute(
        select(
            deliveries.c.id,
            deliveries.c.letter,
            deliveries.c.sealed,
            deliveries.c.created_at,
            deliveries.c.due_at,
            deliveries.c.notice_id,
        )
        .join_from(deliveries, notices, deliveries.c.notice_id == notices.c.id, isouter=True)
        .where(_of(channel), deliveries.c.contact_id == contact_id, deliveries.c.letter > after)
        .where(deliveries.c.state.not_in(("aborted", "superseded")))
        .where(or_(deliveries.c.state != "queued", notices.c.id.is_(None), notices.c.state != "aborted"))
        .order_by(deliveries.c.letter.desc())
        .limit(most)
    ).all()
    shared = NoticeBodies(act.vault)
    letters = []
    for row in reversed(rows):
        body = shared.of(act.tx, row.notice_id) if row.sealed is None else open_body(act.vault, row.sealed)
        at = body.at or max(row.created_at, row.due_at)
        letters.append(Letter(row.letter, row.id, body, at, _key(act, row.id, row.sealed, row.notice_id)))
    return letters


def is_known(act: Act, channel: str, contact_id: str, number: int, key: str | None) -> bool:
    """Whether the letter that a page has under this number is the one that had it here; so too where it was forgotten.

    After a restore from a backup a page may have letters that the database does not have, and it gives their numbers
    to others.
    """
    if number > (act.tx.execute(select(sessions.c.letters).where(sessions.c.contact_id == contact_id)).scalar() or 0):
        return False
    columns = deliveries.c.id, deliveries.c.sealed, deliveries.c.notice_id
    mine = _of(channel), deliveries.c.contact_id == contact_id, deliveries.c.letter == number
    row = act.tx.execute(select(*columns).where(*mine)).first()
    return row is None or key is None or key == _key(act, row.id, row.sealed, row.notice_id)


def _key(act: Act, row_id: int, sealed: bytes | None, notice_id: str | None) -> str:
    """Tells two letters apart; a body sealed twice differs."""
    return act.vault.index(f"{row_id} {notice_id}" if sealed is None else sealed.hex(), "letter")[:16]


def with_letters(act: Act, channel: str, shown: Mapping[str, int]) -> set[str]:
    """The contacts among these that have a letter after the one with this number, or one that has no number yet.

    Each is looked up in the index.
    """
    if act.tx.dialect.name == "postgresql":
        lists = literal(list(shown), ARRAY(String)), literal(list(shown.values()), ARRAY(BigInteger))
        asked = func.unnest(*lists).table_valued("key", "value").render_derived()
    else:
        asked = func.json_each(json.dumps(dict(shown))).table_valued("key", "value")
    theirs = deliveries.c.contact_id == asked.c.key
    live = deliveries.c.state.not_in(("aborted", "superseded"))
    lacks = exists().where(_of(channel), theirs, deliveries.c.letter > asked.c.value, live)
    waits = exists().where(theirs, *_unnumbered(act, channel))
    return set(act.tx.execute(select(asked.c.key).where(or_(lacks, waits))).scalars())


def received(act: Act, channel: str, contact_id: str, upto: int) -> None:
    """Records that the device has confirmed every letter up to this one."""
    mine = and_(_of(channel), deliveries.c.contact_id == contact_id, deliveries.c.letter <= upto)
    now = sent_at(literal(act.now, deliveries.c.sent_at.type))
    act.tx.execute(
        update(deliveries).where(mine, deliveries.c.state == "queued").values(state="delivered", sent_at=now)
    )


def unnumbered(act: Act, channel: str, contact_id: str) -> bool:
    """Whether the contact has rows that are due and have no number; asked without troubling the writer."""
    mine = deliveries.c.contact_id == contact_id
    return act.tx.execute(select(deliveries.c.id).where(mine, *_unnumbered(act, channel)).limit(1)).first() is not None


def number_due(act: Act, channel: str = FETCHING, contact_id: str | None = None, most: int = 1000) -> bool:
    """Gives rows that are due (of this contact) the next numbers of their contacts; returns whether there were any.

    Call it until it returns False.
    """
    wanted = _unnumbered(act, channel)
    if contact_id is not None:
        wanted = (*wanted, deliveries.c.contact_id == contact_id)
    due = select(deliveries.c.id, deliveries.c.contact_id).where(*wanted)
    found = act.tx.execute(due.order_by(deliveries.c.due_at, deliveries.c.id).limit(most)).all()
    if not found:
        return False
    theirs = sorted({row.contact_id for row in found})
    locked = select(sessions.c.contact_id, sessions.c.letters).where(sessions.c.contact_id.in_(theirs))
    last = {
        row.contact_id: row.letters for row in act.tx.execute(locked.order_by(sessions.c.contact_id).with_for_update())
    }
    # Looked at again under the lock: another process may have numbered some of them.
    rows = act.tx.execute(
        due.where(deliveries.c.id.in_([row.id for row in found])).order_by(deliveries.c.due_at, deliveries.c.id)
    ).all()
    numbered = []
    for row in rows:
        last[row.contact_id] += 1
        numbered.append({"of": row.id, "number": last[row.contact_id]})
    if numbered:
        act.tx.execute(_NUMBER, numbered)
        act.tx.execute(_LAST, [{"of": one, "number": last[one]} for one in {row.contact_id for row in rows}])
    act.ring((channel, row.contact_id) for row in rows)
    return True


_NUMBER = update(deliveries).where(deliveries.c.id == bindparam("of")).values(letter=bindparam("number"))
_LAST = update(sessions).where(sessions.c.contact_id == bindparam("of")).values(letters=bindparam("number"))


def _of(channel: str) -> ColumnElement[bool]:
    """The condition on the channel, written as a literal: the partial index matches no other form."""
    return deliveries.c.channel == literal(channel, literal_execute=True)


def _unnumbered(act: Act, channel: str) -> tuple[ColumnElement[bool], ...]:
    live = [deliveries.c.state != literal(state, literal_execute=True) for state in ("aborted", "superseded")]
    return _of(channel), *live, deliveries.c.letter.is_(None), deliveries.c.due_at <= act.now
