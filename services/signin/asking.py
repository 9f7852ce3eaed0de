"""A one-time link for somebody who asks for one, sent to what is bound to them: a chat account, else their phone.

Whoever asks learns nothing: neither whether there is such a person, nor whether anything was sent.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import select

from conversation.messages import Body, Button, Say
from models.tables import FETCHING, SMS, contacts
from services.deliveries import queue_for
from services.foundation import audit, phones
from services.foundation.act import Act
from services.people import (
    Right,
    accounts_of,
    called,
    ensure_contact,
    issue_link,
    may,
    phones_of,
    roles_of,
    with_number,
)
from services.signin.pace import NOW, Counted, Pace, take
from templates import DEFAULT_LANGUAGE

VALID = timedelta(minutes=10)
MINUTES = int(VALID.total_seconds() // 60)
TO_ONE = Pace("link_one", 3, timedelta(minutes=20))
FROM_ADDRESS = Pace("link_address", 20, timedelta(minutes=1))


def ask_link(act: Act, typed: str, address: str, site: str, ways: Collection[str] | None) -> timedelta:
    """Sends a link to the person of this phone number or name, if there is exactly one and something is bound to them.

    Returns how long to wait where this address has asked too often; else zero, whatever happened. `ways`: the channels
    on which something can leave; None: all.
    """
    wait = take(act, [Counted(FROM_ADDRESS, address)])
    if wait > NOW:
        return wait
    person_id = _meant(act, typed)
    if person_id is not None:
        _send(act.by(person_id), person_id, site, ways)
    return NOW


def link_for(act: Act, person_id: str, site: str) -> Say | None:
    """The message with a fresh link, for a chat that is bound to this person; None where they asked too often."""
    if take(act, [Counted(TO_ONE, person_id)]) > NOW:
        return None
    audit.append(act, "link_asked", person_id)
    address = f"{site}/in/{issue_link(act, person_id, VALID, to_page=True)}"
    return Say("signin.link", {"minutes": MINUTES, "address": address}, (Button("/menu", words="menu"),))


def _send(act: Act, person_id: str, site: str, ways: Collection[str] | None) -> None:
    to = _accounts(act, person_id, ways)
    said = link_for(act, person_id, site) if to else None
    if said is not None:
        queue_for(act, sorted(to), Body(say=said))


def _accounts(act: Act, person_id: str, ways: Collection[str] | None) -> list[str]:
    """Where a link reaches a person: their chat accounts that can be pushed to; else their phone."""
    bound = accounts_of(act, [person_id])
    pushed = contacts.c.id.in_(bound), contacts.c.channel != FETCHING
    rows = act.tx.execute(select(contacts.c.id, contacts.c.channel).where(*pushed))
    chats = [row.id for row in rows if ways is None or row.channel in ways]
    number = phones_of(act, [person_id]).get(person_id)
    if chats or number is None or (ways is not None and SMS not in ways):
        return chats
    try:
        ensure_contact(act, SMS, phones.normalised(number), DEFAULT_LANGUAGE, person_id)
    except phones.BadNumber:
        return []
    return accounts_of(act, [person_id], SMS)


def _meant(act: Act, typed: str) -> str | None:
    """The one person with a role that a number or a name means; None for nobody, and for several."""
    try:
        found = with_number(act, phones.normalised(typed))
    except phones.BadNumber:
        found = called(act, typed)
    here = [person_id for person_id in found if may(roles_of(act, person_id), Right.SIGN_IN)]
    return here[0] if len(here) == 1 else None
