"""The people of the office and the units, and the supervisors: who they are, and which roles each holds at a moment."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, FromClause, and_, insert, or_, select, update

from models.tables import SMS, contacts, grants, people
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.foundation.vault import Vault, new_id
from services.foundation.wording import readable
from services.people import sessions
from services.people.accounts import address_hash
from services.people.codes import PeopleCode
from services.people.rights import Grant, Right, may, roles_with

LONGEST_NAME = 50


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    phone: str | None
    title: str | None


def add_person(
    act: Act,
    name: str,
    granted: Sequence[Grant],
    *,
    phone: str | None = None,
    title: str | None = None,
    person_id: str = "",
) -> str:
    """Adds a person with roles; returns the id, a random one unless it is given. Raises Refusal: name_wanted."""
    person_id, name = person_id or new_id(), named(name)
    sealed = act.vault.identities.seal({"name": name, "phone": phone, "title": title}, f"person {person_id}")
    row = {"id": person_id, "sealed": sealed, "created_at": act.now, **_found_by(act.vault, name, phone)}
    act.tx.execute(insert(people).values(**row))
    audit.append(act, "person_added", person_id, _given(act, person_id, granted))
    return person_id


def named(typed: str) -> str:
    """A name as it is kept: on one line, without what nobody can see. Raises Refusal: name_wanted."""
    name = " ".join(readable(typed).split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Refusal(PeopleCode.NAME_WANTED)
    return name


def person(act: Act, person_id: str) -> Person | None:
    row = act.tx.execute(select(people.c.sealed).where(people.c.id == person_id)).first()
    return Person(person_id, **act.vault.identities.open(row.sealed, f"person {person_id}")) if row else None


def set_number(act: Act, person_id: str, phone: str | None) -> None:
    """Sets a person's number, in E.164, or None. Somebody who writes from the old one is this person no longer."""
    one = person(act, person_id)
    if one is None or one.phone == phone:
        return
    sealed = act.vault.identities.seal({"name": one.name, "phone": phone, "title": one.title}, f"person {person_id}")
    changed = {"sealed": sealed, **_found_by(act.vault, one.name, phone)}
    act.tx.execute(update(people).where(people.c.id == person_id).values(**changed))
    old = contacts.c.person_id == person_id, contacts.c.channel == SMS
    for contact_id in act.tx.execute(
        update(contacts).where(*old).values(person_id=None).returning(contacts.c.id)
    ).scalars():
        act.wrote(contacts, contact_id)
    audit.append(act, "phone_set", person_id, {"given": phone is not None})


def called(act: Act, name: str) -> list[str]:
    """The ids of the people of this name, however it is spaced and whatever its width, in the order they came."""
    return _ids(act, people.c.name_hash == _name_hash(act.vault, name))


def with_number(act: Act, phone: str) -> list[str]:
    """The ids of the people with this number, in E.164, in the order they came."""
    return _ids(act, people.c.phone_hash == act.vault.index(phone, "number"))


def holder_of_number(act: Act, phone: str) -> str | None:
    """The one person with this number, in E.164, who holds a role now; None for nobody or several."""
    found = [one for one in with_number(act, phone) if roles_of(act, one)]
    return found[0] if len(found) == 1 else None


def grant_roles(act: Act, person_id: str, granted: Sequence[Grant]) -> None:
    """Grants somebody more roles, from now on."""
    audit.append(act, "roles_granted", person_id, _given(act, person_id, granted))


def end_role(act: Act, person_id: str, role: str, unit_id: str | None) -> None:
    """Ends a person's role at once, and their sessions with the last one that opens the console."""
    same_unit = grants.c.unit_id.is_(None) if unit_id is None else grants.c.unit_id == unit_id
    mine = grants.c.person_id == person_id, grants.c.role == role, same_unit, grants.c.until.is_(None)
    ended = update(grants).where(*mine).values(until=act.now).returning(grants.c.id)
    for grant_id in act.tx.execute(ended).scalars().all():
        act.wrote(grants, grant_id)
    audit.append(act, "role_withdrawn", person_id, {"role": role, "unit": unit_id})
    if not may(roles_of(act, person_id), Right.OPEN_CONSOLE):
        sessions.end_sessions(act, person_id)


def roles_of(act: Act, person_id: str | None) -> tuple[Grant, ...]:
    """The roles that a person holds at this moment; none where `person_id` is None."""
    if person_id is None:
        return ()
    held = grants.c.person_id == person_id, holds(act.now)
    return tuple(Grant(row.role, row.unit_id) for row in act.tx.execute(select(*_GRANT).where(*held)))


def ended_roles(act: Act, person_id: str | None) -> tuple[Grant, ...]:
    """The roles that the person has held and lost, the last one to end first."""
    if person_id is None:
        return ()
    held = set(roles_of(act, person_id))
    over = grants.c.person_id == person_id, grants.c.until.is_not(None)
    rows = act.tx.execute(select(*_GRANT).where(*over).order_by(grants.c.until.desc()))
    return tuple(dict.fromkeys(one for one in (Grant(row.role, row.unit_id) for row in rows) if one not in held))


def grants_at(act: Act, channel: str, address: str) -> tuple[Grant, ...]:
    """The grants of the person behind a chat account; none where nobody is bound to it."""
    known = contacts.c.address_hash == address_hash(act.vault, channel, address)
    return roles_of(act, act.tx.execute(select(contacts.c.person_id).where(known)).scalar())


def heads_of(act: Act, unit_ids: Sequence[str]) -> dict[str, list[str]]:
    """The heads of these units now, by unit; a unit without one is missing."""
    reminded = grants.c.role.in_(roles_with(Right.BE_REMINDED))
    heads = reminded, grants.c.unit_id.in_(unit_ids), holds(act.now)
    found: dict[str, list[str]] = {}
    for row in act.tx.execute(select(grants.c.unit_id, grants.c.person_id).where(*heads)):
        found.setdefault(row.unit_id, []).append(row.person_id)
    return found


def holds(now: datetime, of: FromClause = grants) -> ColumnElement[bool]:
    """The condition that the role in a row of `grants`, or of an alias of it, is held at this moment.

    An end is never planned: what was ended stays ended, even where the clock was ahead then and was put back since.
    """
    return and_(of.c.since <= now, of.c.until.is_(None))


def held_at(moment: ColumnElement[datetime]) -> ColumnElement[bool]:
    """The condition that the role in a row of `grants` was held at the moment in another column."""
    return and_(grants.c.since <= moment, or_(grants.c.until.is_(None), grants.c.until > moment))


def same_name(typed: str) -> str:
    """A name without what people type in many ways: width, case, spaces, the dots of foreign names."""
    folded = unicodedata.normalize("NFKC", typed).casefold()
    return "".join(c for c in folded if not c.isspace() and c not in _DOTS)


_DOTS = frozenset("·•・.-")
_GRANT = grants.c.role, grants.c.unit_id


def _name_hash(vault: Vault, name: str) -> str:
    return vault.index(same_name(name), "name")


def _found_by(vault: Vault, name: str, phone: str | None) -> dict[str, str | None]:
    """The columns by which a person is found."""
    return {"name_hash": _name_hash(vault, name), "phone_hash": vault.index(phone, "number") if phone else None}


def _ids(act: Act, condition: ColumnElement[bool]) -> list[str]:
    found = select(people.c.id).where(condition).order_by(people.c.created_at, people.c.id)
    return list(act.tx.execute(found).scalars())


def _given(act: Act, person_id: str, granted: Sequence[Grant]) -> dict[str, object]:
    """Writes grants; returns how the audit chain tells of them."""
    for one in granted:
        row = {"id": new_id(), "person_id": person_id, "role": one.role, "unit_id": one.unit_id, "since": act.now}
        act.tx.execute(insert(grants).values(**row))
        act.wrote(grants, row)
    return {"roles": [[one.role, one.unit_id] for one in granted]}
