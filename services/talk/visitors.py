"""Visitors of the web chat: known by a token in a cookie, they fetch letters from their own rows of the deliveries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from conversation.messages import Body, Button, Say
from models.database import is_new
from models.tables import browsers, cases, contacts, sessions
from services.deliveries import Letter, Outgoing, mailbox, queue, unnumbered
from services.foundation import audit
from services.foundation.act import CITIZEN, Act
from services.people import address_hash, follows, hand_on, lock_contacts

MOST_BROWSERS = 10  # of one conversation that are told apart


@dataclass(frozen=True)
class Visitor:
    """The contact behind a token."""

    id: str
    language: str
    closed: bool  # the conversation was ended for every browser: this address is good for nothing any more


@dataclass(frozen=True)
class Post:
    """Letters, the language to draw them in, and the turn whose buttons count now (None: nothing is under way)."""

    language: str
    turn: int | None
    letters: Sequence[Letter]
    more: bool  # whether there are letters that have no number yet
    closed: bool  # no letters then


def visitor(act: Act, channel: str, address: str) -> Visitor | None:
    """The visitor with this address; None where nobody has said anything from it yet."""
    mine = contacts.c.address_hash == address_hash(act.vault, channel, address)
    row = act.tx.execute(select(contacts.c.id, contacts.c.language, contacts.c.blocked_at).where(mine)).first()
    return Visitor(row.id, row.language, row.blocked_at is not None) if row else None


def post(act: Act, channel: str, contact_id: str, after: int, most: int, *, anyway: bool) -> Post | None:
    """The newest `most` letters after letter `after`, oldest first; None where there are none, unless `anyway`."""
    letters, more = mailbox(act, channel, contact_id, after, most), unnumbered(act, channel, contact_id)
    if not (letters or more or anyway):
        return None
    columns = contacts.c.language, contacts.c.blocked_at, sessions.c.flow, sessions.c.turn
    row = act.tx.execute(select(*columns).join_from(contacts, sessions).where(contacts.c.id == contact_id)).one()
    closed = row.blocked_at is not None
    return Post(row.language, row.turn if row.flow else None, () if closed else letters, more, closed)


def knows_browser(act: Act, contact_id: str, mark: str) -> bool:
    """Whether this browser has opened the conversation before, or there are so many that no more are told apart."""
    known = _browsers(act, contact_id)
    return _mark_hash(act, contact_id, mark) in known or len(known) >= MOST_BROWSERS


def note_browser(act: Act, channel: str, contact_id: str, mark: str) -> None:
    """Tells a conversation, once for each, that another browser than before has opened it.

    `mark`: random, kept by the browser beside its cookie, so that a cookie that somebody copied comes without it.
    """
    known = _browsers(act, contact_id)
    row = {"contact_id": contact_id, "mark_hash": _mark_hash(act, contact_id, mark), "first": not known}
    if is_new(act.tx, browsers, row) and known:
        buttons = Button("/anew", words="anew"), Button("/menu", words="menu")
        queue(act, [Outgoing(contact_id, channel, Body(say=Say("common.another_browser", {}, buttons)))])


def close(act: Act, channel: str, contact_id: str) -> None:
    """Ends a conversation for good: nobody reads on or says anything in it. What was filed stays."""
    open_still = contacts.c.id == contact_id, contacts.c.blocked_at.is_(None)
    if not act.tx.execute(update(contacts).where(*open_still).values(person_id=None, blocked_at=act.now)).rowcount:
        return
    act.wrote(contacts, contact_id)
    audit.append(act.by(CITIZEN), "conversation_closed", contact_id)
    # Nobody reads the letter: open pages find that there is none.
    queue(act, [Outgoing(contact_id, channel, Body(say=Say("common.another_browser")))])


def move(act: Act, channel: str, before: Visitor, mark: str, address: str) -> bool:
    """Moves the reports of a closed conversation to a new one at this address, and tells their new receipt codes there.

    Only for the browser in which it began: nobody else takes them along by ending it. Returns whether it is that one.
    Asked again, it does nothing more.
    """
    first = browsers.c.contact_id == before.id, browsers.c.first
    known = act.tx.execute(select(browsers.c.mark_hash).where(*first)).scalar()
    if not mark or known != _mark_hash(act, before.id, mark):
        return False
    if follows(act, before.id):
        key = address_hash(act.vault, channel, address)
        after = lock_contacts(act, {key: (channel, address, before.language)})[key]
        codes = hand_on(act, before.id, after.id)
        audit.append(act.by(CITIZEN), "reports_moved", after.id, {"many": len(codes)})
        queue(act, [Outgoing(after.id, channel, _moved(act, codes))])
    return True


def _moved(act: Act, codes: Mapping[str, str | None]) -> Body:
    """What the new conversation begins with: the numbers of the reports with their new codes."""
    wanted = select(cases.c.id, cases.c.number).where(cases.c.id.in_(codes)).order_by(cases.c.number)
    reports = [{"number": number, "code": codes[case_id]} for case_id, number in act.tx.execute(wanted)]
    buttons = Button("/status", words="menu_status"), Button("/menu", words="menu")
    return Body(say=Say("common.moved", {"reports": reports}, buttons))


def _browsers(act: Act, contact_id: str) -> set[str]:
    return set(act.tx.execute(select(browsers.c.mark_hash).where(browsers.c.contact_id == contact_id)).scalars())


def _mark_hash(act: Act, contact_id: str, mark: str) -> str:
    return act.vault.index(f"{contact_id}\0{mark}", "browser")
