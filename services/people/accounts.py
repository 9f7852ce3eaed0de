"""Contacts: chat accounts and numbers, known by a keyed hash of their address; each may be bound to a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from conversation.values import value
from models.database import insert_or_ignore
from models.prepared import Prepared, among, keys
from models.tables import contacts, sessions
from services.foundation import audit, inbox
from services.foundation.act import Act
from services.foundation.vault import Vault, new_id

_MANY = 500  # addresses looked up in one statement


@value
class Contact:
    """One chat account with its session, as loaded under the lock."""

    id: str
    channel: str
    language: str
    person_id: str | None = None
    turn: int = 0
    flow: str | None = None
    sealed_session: bytes | None = None
    sealed_sure: bytes | None = None
    tapped: str | None = None  # the tap that came last, where it was one: seconds since 1970 and a keyed hash
    letters: int = 0  # the number of the last letter that pages have been given


def address_hash(vault: Vault, channel: str, address: str) -> str:
    return vault.index(f"{channel}\0{address}", "address")


def contact_of_hash(act: Act, key: str) -> str | None:
    """The contact of an address hash; None where nobody has written from that address yet."""
    return act.tx.execute(select(contacts.c.id).where(contacts.c.address_hash == key)).scalar()


def last_spoke(act: Act, contact_id: str) -> datetime:
    """When this contact said something last, or else when it was made."""
    return act.tx.execute(select(sessions.c.touched_at).where(sessions.c.contact_id == contact_id)).scalar_one()


_ADD = Prepared(
    lambda tx: insert_or_ignore(tx, contacts), "id", "channel", "address_hash", "language", "created_at", "sealed"
)
_OPEN = Prepared(insert(sessions), "contact_id", "turn", "letters", "touched_at")
_CONTACTS = (
    select(
        contacts.c.id,
        contacts.c.channel,
        contacts.c.language,
        contacts.c.person_id,
        sessions.c.turn,
        sessions.c.flow,
        sessions.c.sealed,
        sessions.c.sure,
        sessions.c.tapped,
        sessions.c.letters,
        contacts.c.address_hash,
    )
    .join_from(contacts, sessions)
    .order_by(contacts.c.id)
    .with_for_update()  # both rows are locked: with the contact's alone, the session could be read as it was before
)
_LOCKED = Prepared(lambda tx: _CONTACTS.where(among(tx, contacts.c.address_hash)))


def lock_contacts(act: Act, senders: Mapping[str, tuple[str, str, str]]) -> dict[str, Contact]:
    """Loads the contacts of these address hashes and locks them until the commit, making those that are new.

    `senders` maps the hash to (channel, address, language). The session is read after the lock is held.
    """
    found = _locked(act.tx, list(senders))
    missing = sorted(senders.keys() - found.keys())
    if not missing:
        return found
    rows = [
        _row(act.vault, act.now, key, channel, address, language)
        for key in missing
        for channel, address, language in [senders[key]]
    ]
    if _ADD.run(act.tx, *rows) == len(rows):  # nearly always: no other process made one of them at the same time
        _OPEN.run(act.tx, *(_opened(row["id"], act.now) for row in rows))
        made = {row["address_hash"]: Contact(row["id"], row["channel"], row["language"]) for row in rows}
        return found | made
    made = act.tx.execute(select(contacts.c.id).where(contacts.c.address_hash.in_(missing)).order_by(contacts.c.id))
    act.tx.execute(insert_or_ignore(act.tx, sessions), [_opened(row.id, act.now) for row in made])
    return _locked(act.tx, list(senders))


def ensure_contact(act: Act, channel: str, address: str, language: str, person_id: str) -> str:
    """The contact of an address that somebody gave us without having written from it.

    It becomes this person's unless it is somebody else's already.
    """
    return ensure_contacts(act, channel, [address], language, [person_id])[0]


def ensure_contacts(
    act: Act, channel: str, addresses: Sequence[str], language: str, person_ids: Sequence[str] = ()
) -> list[str]:
    """The contacts of many addresses, in their order; made where nobody has written from an address yet.

    `person_ids`: whose each address is; a contact that belongs to somebody already stays theirs.
    """
    ids: list[str] = []
    for start in range(0, len(addresses), _MANY):
        ids += _ensured(act, channel, addresses[start : start + _MANY], language, person_ids[start:])
    return ids


def bind_contact(act: Act, contact_id: str, person_id: str | None) -> None:
    act.tx.execute(update(contacts).where(contacts.c.id == contact_id).values(person_id=person_id))
    act.wrote(contacts, contact_id)
    audit.append(act, "account_bound" if person_id else "account_unbound", contact_id)


def is_bound(act: Act, person_id: str) -> bool:
    """Whether a person has an account that can be reached."""
    theirs = contacts.c.person_id == person_id, contacts.c.blocked_at.is_(None)
    return act.tx.execute(select(contacts.c.id).where(*theirs).limit(1)).first() is not None


def reach_changed(act: Act, channel: str, event_id: str, address: str, *, blocked: bool) -> None:
    """Records that a person has stopped us on this channel, or let us in again. A repeated event does nothing."""
    if inbox.claim(act, channel, event_id):
        known = contacts.c.address_hash == address_hash(act.vault, channel, address)
        act.tx.execute(update(contacts).where(known).values(blocked_at=act.now if blocked else None))


def _locked(tx: Connection, hashes: Sequence[str]) -> dict[str, Contact]:
    rows = _LOCKED.rows(tx, {"keys": keys(tx, hashes)})
    return {key: Contact(*fields) for *fields, key in rows}


def _ensured(act: Act, channel: str, addresses: Sequence[str], language: str, person_ids: Sequence[str]) -> list[str]:
    hashes = [address_hash(act.vault, channel, address) for address in addresses]
    known = select(contacts.c.address_hash, contacts.c.id, contacts.c.person_id)
    found = {row.address_hash: row for row in act.tx.execute(known.where(contacts.c.address_hash.in_(hashes)))}
    owners = dict(zip(hashes, person_ids, strict=False))
    rows = [
        {**_row(act.vault, act.now, key, channel, address, language), "person_id": owners.get(key)}
        for key, address in dict(zip(hashes, addresses, strict=True)).items()
        if key not in found
    ]
    if rows:
        act.tx.execute(insert_or_ignore(act.tx, contacts), rows)
    for key, row in found.items():
        if row.person_id is None and owners.get(key):
            bind_contact(act, row.id, owners[key])
    made = select(contacts.c.address_hash, contacts.c.id).where(contacts.c.address_hash.in_(hashes))
    ids = {row.address_hash: row.id for row in act.tx.execute(made)}
    for row in rows:
        if row["person_id"]:
            act.wrote(contacts, ids[row["address_hash"]])
            audit.append(act, "account_bound", ids[row["address_hash"]])
    if rows:
        act.tx.execute(insert_or_ignore(act.tx, sessions), [_opened(ids[row["address_hash"]], act.now) for row in rows])
    return [ids[key] for key in hashes]


def _row(vault: Vault, now: datetime, key: str, channel: str, address: str, language: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "channel": channel,
        "address_hash": key,
        "language": language,
        "created_at": now,
        "sealed": vault.identities.seal_bytes(address.encode(), "address"),
    }


def _opened(contact_id: str, now: datetime) -> dict[str, Any]:
    """The row of a new session, in which nothing has been said."""
    return {"contact_id": contact_id, "turn": 0, "letters": 0, "touched_at": now}
