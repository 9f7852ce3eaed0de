"""Contacts: chat accounts, known by a keyed hash of their address; the people bound to them, and what those may do."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, and_, insert, or_, select, update

from models.database import insert_or_ignore
from models.prepared import Prepared, among, keys
from models.tables import contacts, grants, inbox, links, logins, people, sessions
from services import audit
from services.vault import Vault, new_code, new_id, same_code

CLERK, SUPERVISOR, LEADER, HEAD, DEPUTY, LIAISON = ROLES = (
    "clerk", "supervisor", "leader", "head", "deputy", "liaison",
)  # fmt: skip
OF_UNIT = frozenset((HEAD, DEPUTY, LIAISON))  # who acts for a unit; a leader is above it
OFFICE_LOGIN = timedelta(hours=12)
SMS = "sms"  # the channel whose addresses are the numbers of people


@dataclass(frozen=True)
class Contact:
    """One chat account with its session, as loaded under the lock."""

    id: str
    channel: str
    language: str
    person_id: str | None = None
    turn: int = 0
    flow: str | None = None
    sealed_session: bytes | None = None


@dataclass(frozen=True)
class Grant:
    role: str
    unit_id: str | None


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    phone: str | None
    title: str | None


def address_hash(vault: Vault, channel: str, address: str) -> str:
    return vault.index(f"{channel}\0{address}", "address")


def id_by_hash(tx: Connection, key: str) -> str | None:
    """The contact of an address, None where nobody has written from it yet."""
    return tx.execute(select(contacts.c.id).where(contacts.c.address_hash == key)).scalar()


_ADD = Prepared(
    lambda tx: insert_or_ignore(tx, contacts), "id", "channel", "address_hash", "language", "created_at", "sealed"
)
_OPEN = Prepared(insert(sessions), "contact_id", "turn", "touched_at")
_CONTACTS = (
    select(
        contacts.c.id, contacts.c.channel, contacts.c.language, contacts.c.person_id,
        sessions.c.turn, sessions.c.flow, sessions.c.sealed, contacts.c.address_hash,
    )
    .join_from(contacts, sessions)
    .order_by(contacts.c.id)
    .with_for_update()  # both rows: a lock on the contact alone would let the session be read as it was before
)  # fmt: skip
_LOCKED = Prepared(lambda tx: _CONTACTS.where(among(tx, contacts.c.address_hash)))


def lock(
    tx: Connection, vault: Vault, now: datetime, senders: Mapping[str, tuple[str, str, str]]
) -> dict[str, Contact]:
    """Loads the contacts of these address hashes and locks them until the commit, making those that are new.

    `senders` maps the hash to (channel, address, language). The session is read after the lock is held.
    """
    found = _locked(tx, list(senders))
    missing = sorted(senders.keys() - found.keys())
    if not missing:
        return found
    rows = [
        {"id": new_id(), "channel": channel, "address_hash": key, "language": language, "created_at": now,
         "sealed": vault.seal_bytes(address.encode(), "address")}
        for key in missing
        for channel, address, language in [senders[key]]
    ]  # fmt: skip
    if _ADD.run(tx, *rows) == len(rows):  # nearly always: nobody else made one of them at the same time
        _OPEN.run(tx, *({"contact_id": row["id"], "turn": 0, "touched_at": now} for row in rows))
        made = {row["address_hash"]: Contact(row["id"], row["channel"], row["language"]) for row in rows}
        return found | made
    made = tx.execute(select(contacts.c.id).where(contacts.c.address_hash.in_(missing)).order_by(contacts.c.id))
    tx.execute(insert_or_ignore(tx, sessions), [{"contact_id": row.id, "turn": 0, "touched_at": now} for row in made])
    return _locked(tx, list(senders))


def _locked(tx: Connection, hashes: Sequence[str]) -> dict[str, Contact]:
    rows = _LOCKED.rows(tx, {"keys": keys(tx, hashes)})
    return {key: Contact(*fields) for *fields, key in rows}


def roles_of(tx: Connection, person_id: str | None, now: datetime) -> tuple[Grant, ...]:
    """What the person may be at this moment; nobody may nothing."""
    if person_id is None:
        return ()
    valid = grants.c.since <= now, or_(grants.c.until.is_(None), grants.c.until > now)
    rows = tx.execute(select(grants.c.role, grants.c.unit_id).where(grants.c.person_id == person_id, *valid))
    return tuple(Grant(row.role, row.unit_id) for row in rows)


def ended_roles(tx: Connection, person_id: str | None, now: datetime) -> tuple[Grant, ...]:
    """What the person has been and is no longer, what ended last first."""
    if person_id is None:
        return ()
    held = set(roles_of(tx, person_id, now))
    over = grants.c.person_id == person_id, grants.c.until <= now
    rows = tx.execute(select(grants.c.role, grants.c.unit_id).where(*over).order_by(grants.c.until.desc()))
    return tuple(dict.fromkeys(one for one in (Grant(row.role, row.unit_id) for row in rows) if one not in held))


def grants_at(tx: Connection, vault: Vault, now: datetime, channel: str, address: str) -> tuple[Grant, ...]:
    """What the person of a chat account may be; nothing where nobody is bound to it."""
    known = contacts.c.address_hash == address_hash(vault, channel, address)
    return roles_of(tx, tx.execute(select(contacts.c.person_id).where(known)).scalar(), now)


def reach_changed(
    tx: Connection, vault: Vault, now: datetime, channel: str, event_id: str, address: str, *, blocked: bool
) -> None:
    """The person has stopped us on this channel, or let us in again. An event that was handled before does nothing."""
    row = {"channel": channel, "event_id": event_id, "at": now}
    if tx.execute(insert_or_ignore(tx, inbox).returning(inbox.c.event_id), row).first() is None:
        return
    known = contacts.c.address_hash == address_hash(vault, channel, address)
    tx.execute(update(contacts).where(known).values(blocked_at=now if blocked else None))


def add_person(
    tx: Connection, vault: Vault, now: datetime, name: str, granted: Sequence[Grant], *, phone: str | None = None,
    title: str | None = None, actor: str = "system",
) -> str:  # fmt: skip
    """A person of the office, a unit or the supervisors, with the roles; returns the random id."""
    person_id = new_id()
    sealed = vault.seal({"name": name, "phone": phone, "title": title}, f"person {person_id}")
    tx.execute(insert(people).values(id=person_id, sealed=sealed, created_at=now))
    for grant in granted:
        tx.execute(
            insert(grants).values(id=new_id(), person_id=person_id, role=grant.role, unit_id=grant.unit_id, since=now)
        )
    detail = {"roles": [[grant.role, grant.unit_id] for grant in granted]}
    audit.append(tx, now, actor, "person_added", person_id, detail)
    return person_id


def person(tx: Connection, vault: Vault, person_id: str) -> Person | None:
    row = tx.execute(select(people.c.sealed).where(people.c.id == person_id)).first()
    return Person(person_id, **vault.open(row.sealed, f"person {person_id}")) if row else None


def grant(tx: Connection, now: datetime, person_id: str, granted: Sequence[Grant], actor: str) -> None:
    """More roles for somebody, from now on."""
    for one in granted:
        row = {"id": new_id(), "person_id": person_id, "role": one.role, "unit_id": one.unit_id, "since": now}
        tx.execute(insert(grants).values(**row))
    detail = {"roles": [[one.role, one.unit_id] for one in granted]}
    audit.append(tx, now, actor, "roles_granted", person_id, detail)


def withdraw(tx: Connection, now: datetime, person_id: str, role: str, unit_id: str | None, actor: str) -> None:
    """Ends a role at once."""
    same_unit = grants.c.unit_id.is_(None) if unit_id is None else grants.c.unit_id == unit_id
    tx.execute(
        update(grants)
        .where(grants.c.person_id == person_id, grants.c.role == role, same_unit, grants.c.until.is_(None))
        .values(until=now)
    )
    audit.append(tx, now, actor, "role_withdrawn", person_id, {"role": role, "unit": unit_id})


def issue_link(tx: Connection, vault: Vault, now: datetime, person_id: str, actor: str, valid_for: timedelta) -> str:
    """A code that binds one chat account, or opens the console once, to this person."""
    code = new_code()
    token = vault.index(same_code(code), "link")
    tx.execute(insert(links).values(token_hash=token, person_id=person_id, expires_at=now + valid_for))
    audit.append(tx, now, actor, "link_issued", person_id)
    return code


def peek_link(tx: Connection, vault: Vault, now: datetime, code: str) -> str | None:
    """The person of a code that is still good; it stays unspent."""
    token = vault.index(same_code(code), "link")
    good = links.c.token_hash == token, links.c.used_at.is_(None), links.c.expires_at > now
    return tx.execute(select(links.c.person_id).where(*good)).scalar()


@dataclass(frozen=True)
class Ended:
    """A head whose right has ended because somebody else took over."""

    person_id: str
    unit_id: str


@dataclass(frozen=True)
class Used:
    """Whose link was used, and whom that put out: they are to be told (`services.succession.tell`)."""

    person_id: str
    ended: Sequence[Ended]


def use_link(tx: Connection, vault: Vault, now: datetime, code: str, way: str) -> Used | None:
    """None unless the code is unused and has not expired; it is spent by this call.

    A head who comes in by it takes over: see `take_over`.
    """
    token = vault.index(same_code(code), "link")
    spent = tx.execute(
        update(links)
        .where(links.c.token_hash == token, links.c.used_at.is_(None), links.c.expires_at > now)
        .values(used_at=now)
        .returning(links.c.person_id)
    ).first()
    if spent is None:
        return None
    audit.append(tx, now, spent.person_id, "link_used", spent.person_id, {"way": way})
    return Used(spent.person_id, take_over(tx, now, spent.person_id, spent.person_id))


def take_over(tx: Connection, now: datetime, person_id: str, actor: str) -> list[Ended]:
    """A unit has one head: where this person holds the role, whoever held it before holds it no longer, at once.

    Who was made head later keeps it, so that an old head with a new link puts nobody out. Called at the moment when the
    person can be reached: a link of theirs is used, or the role is granted and an account of theirs is bound already.
    Until then the old head stays, so that no reminder goes to nobody.
    """
    mine = grants.alias("mine")
    older = and_(mine.c.unit_id == grants.c.unit_id, mine.c.since >= grants.c.since, mine.c.person_id == person_id)
    valid = mine.c.role == HEAD, mine.c.since <= now, or_(mine.c.until.is_(None), mine.c.until > now)
    ended = tx.execute(
        select(grants.c.person_id, grants.c.unit_id)
        .join_from(grants, mine, older)
        .where(grants.c.role == HEAD, grants.c.until.is_(None), grants.c.person_id != person_id, *valid)
        .order_by(grants.c.unit_id, grants.c.person_id)
        .distinct()
    ).all()
    for row in ended:
        withdraw(tx, now, row.person_id, HEAD, row.unit_id, actor)
    return [Ended(row.person_id, row.unit_id) for row in ended]


def heads_of(tx: Connection, now: datetime, unit_ids: Sequence[str]) -> dict[str, list[str]]:
    """Who is head of these units now, by unit; a unit without one is missing."""
    valid = grants.c.role == HEAD, grants.c.since <= now, or_(grants.c.until.is_(None), grants.c.until > now)
    rows = tx.execute(select(grants.c.unit_id, grants.c.person_id).where(grants.c.unit_id.in_(unit_ids), *valid))
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.unit_id, []).append(row.person_id)
    return found


def is_bound(tx: Connection, person_id: str) -> bool:
    """Whether an account of theirs can be reached."""
    return tx.execute(select(contacts.c.id).where(contacts.c.person_id == person_id).limit(1)).first() is not None


def set_phone(tx: Connection, vault: Vault, now: datetime, person_id: str, phone: str | None, actor: str) -> None:
    """Another number for a person, in E.164; None: no number. Who writes from the old one is this person no longer."""
    one = person(tx, vault, person_id)
    if one is None or one.phone == phone:
        return
    sealed = vault.seal({"name": one.name, "phone": phone, "title": one.title}, f"person {person_id}")
    tx.execute(update(people).where(people.c.id == person_id).values(sealed=sealed))
    tx.execute(
        update(contacts).where(contacts.c.person_id == person_id, contacts.c.channel == SMS).values(person_id=None)
    )
    audit.append(tx, now, actor, "phone_set", person_id, {"given": phone is not None})


def ensure(
    tx: Connection, vault: Vault, now: datetime, channel: str, address: str, language: str, person_id: str
) -> str:
    """The contact of an address that somebody gave us without having written from it, this person's unless it is
    somebody else's already."""
    return ensure_all(tx, vault, now, channel, [address], language, [person_id])[0]


def ensure_all(
    tx: Connection, vault: Vault, now: datetime, channel: str, addresses: Sequence[str], language: str,
    person_ids: Sequence[str] = (),
) -> list[str]:  # fmt: skip
    """The contacts of many addresses, made where nobody has written from one yet; in their order.

    `person_ids`: whose they are, beside the addresses; a contact that is somebody's already stays so.
    """
    ids: list[str] = []
    for start in range(0, len(addresses), _MANY):
        ids += _ensured(tx, vault, now, channel, addresses[start : start + _MANY], language, person_ids[start:])
    return ids


def _ensured(
    tx: Connection, vault: Vault, now: datetime, channel: str, addresses: Sequence[str], language: str,
    person_ids: Sequence[str],
) -> list[str]:  # fmt: skip
    hashes = [address_hash(vault, channel, address) for address in addresses]
    known = select(contacts.c.address_hash, contacts.c.id, contacts.c.person_id)
    found = {row.address_hash: row for row in tx.execute(known.where(contacts.c.address_hash.in_(hashes)))}
    owners = dict(zip(hashes, person_ids, strict=False))
    rows = [
        {"id": new_id(), "channel": channel, "address_hash": key, "language": language, "created_at": now,
         "sealed": vault.seal_bytes(address.encode(), "address"), "person_id": owners.get(key)}
        for key, address in dict(zip(hashes, addresses, strict=True)).items()
        if key not in found
    ]  # fmt: skip
    if rows:
        tx.execute(insert_or_ignore(tx, contacts), rows)
    for key, row in found.items():
        if row.person_id is None and owners.get(key):
            bind(tx, row.id, owners[key])
    made = select(contacts.c.address_hash, contacts.c.id).where(contacts.c.address_hash.in_(hashes))
    ids = {row.address_hash: row.id for row in tx.execute(made)}
    opened = [{"contact_id": ids[row["address_hash"]], "turn": 0, "touched_at": now} for row in rows]
    if opened:
        tx.execute(insert_or_ignore(tx, sessions), opened)
    return [ids[key] for key in hashes]


_MANY = 500


def bind(tx: Connection, contact_id: str, person_id: str | None) -> None:
    tx.execute(update(contacts).where(contacts.c.id == contact_id).values(person_id=person_id))


def sign_in(tx: Connection, vault: Vault, now: datetime, person_id: str) -> str:
    """A console session; the token is for the cookie and is not kept."""
    token = secrets.token_urlsafe(32)
    row = {"token_hash": vault.index(token, "login"), "person_id": person_id, "expires_at": now + OFFICE_LOGIN}
    tx.execute(insert(logins).values(**row))
    return token


def signed_in(tx: Connection, vault: Vault, now: datetime, token: str) -> str | None:
    """The person of a console session that has not expired."""
    row = tx.execute(
        select(logins.c.person_id).where(logins.c.token_hash == vault.index(token, "login"), logins.c.expires_at > now)
    ).first()
    return row.person_id if row else None


def sign_out(tx: Connection, vault: Vault, token: str) -> None:
    tx.execute(logins.delete().where(logins.c.token_hash == vault.index(token, "login")))
