"""Manages the people: who may open the desk, who holds which role, and the one-time links that bind them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from models.tables import contacts, grants, people
from models.tables import units as unit_rows
from services.foundation import audit, phones
from services.foundation.act import SYSTEM, Act
from services.foundation.once import once
from services.foundation.refusal import Common, Refusal
from services.foundation.wording import readable
from services.people import links, persons, sessions, succession
from services.people.accounts import is_bound
from services.people.codes import PeopleCode
from services.people.persons import Person
from services.people.rights import (
    SOLE,
    WATCHING,
    WITHOUT_UNIT,
    Grant,
    Right,
    Role,
    may,
    may_somewhere,
    place_of,
    roles_with,
)
from services.people.sessions import Session

SHORTEST_LINK, LONGEST_LINK = 1, 30  # days that an invitation may be valid at most


@dataclass(frozen=True)
class Member:
    """One of the people, with what they may do now."""

    person: Person
    grants: Sequence[Grant]
    channels: Sequence[str]  # the channels of the chat accounts bound to them
    stopped: Sequence[str] = ()  # those on which they blocked us or are gone: nothing reaches them there


@dataclass(frozen=True)
class Seated:
    """Somebody who is signed in, with what they may do."""

    person: Person
    grants: Sequence[Grant]
    session: Session


def seated(act: Act, token: str) -> Seated | None:
    """The person with this session; None as soon as they hold no role any more."""
    session = sessions.session_of(act, token)
    held = persons.roles_of(act, session.person_id) if session else ()
    if session is None or not may(held, Right.SIGN_IN):
        return None
    person = persons.person(act, session.person_id)
    return Seated(person, held, session) if person else None


def members(act: Act) -> list[Member]:
    """All members by role and unit. Their names are sealed, so that this view leaves one audit event."""
    audit.append(act, "people_listed", "people")
    return known_members(act)


def known_members(act: Act) -> list[Member]:
    """All members, without an event of its own: for whoever leaves another."""
    held: dict[str, list[Grant]] = defaultdict(list)
    for row in act.tx.execute(
        select(grants.c.person_id, grants.c.role, grants.c.unit_id).where(persons.holds(act.now))
    ):
        held[row.person_id].append(Grant(row.role, row.unit_id))
    bound: dict[str, dict[str, bool]] = defaultdict(dict)  # by channel: whether something reaches the person there
    for row in act.tx.execute(
        select(contacts.c.person_id, contacts.c.channel, contacts.c.blocked_at).where(contacts.c.person_id.is_not(None))
    ):
        bound[row.person_id][row.channel] = bound[row.person_id].get(row.channel, False) or row.blocked_at is None
    found = [
        Member(
            Person(row.id, **act.vault.identities.open(row.sealed, f"person {row.id}")),
            sorted(held[row.id], key=_place),
            sorted(bound[row.id]),
            sorted(channel for channel, reached in bound[row.id].items() if not reached),
        )
        for row in act.tx.execute(select(people.c.id, people.c.sealed).order_by(people.c.created_at, people.c.id))
    ]
    return sorted(found, key=lambda member: _place(member.grants[0]) if member.grants else (len(Role), ""))


def names_of(act: Act, person_ids: Collection[str]) -> dict[str, str]:
    """The names of people who exist, by id, for a page that tells who of the units and the office did something."""
    rows = act.tx.execute(select(people.c.id, people.c.sealed).where(people.c.id.in_(person_ids)))
    return {row.id: act.vault.identities.open(row.sealed, f"person {row.id}")["name"] for row in rows}


def _place(grant: Grant) -> tuple[int, str]:
    return place_of(grant.role), grant.unit_id or ""


def add_member(
    act: Act,
    name: str,
    roles: Sequence[str],
    units: Sequence[str],
    *,
    phone: str = "",
    takes_over: bool = False,
    another: bool = False,
    number: str = "",
) -> str:
    """Adds a person with these roles, each for each of the units where the role belongs to one. Returns the id.

    Refused where somebody has this name or number already, unless `another` says that it is not the same person.

    `number` is the form's; the same form again returns the same id and does nothing more.
    """
    person_id, first = once(act, number, act.actor, name, roles, units, phone, takes_over, another)
    if not first:
        return person_id
    name = persons.named(name)
    granted, called = _granted(roles, units), _number(phone)
    require_keeper(act, granted)
    if not another and (known := alike(act, name, called)):
        raise Refusal(PeopleCode.KNOWN, people=tuple(one.person.id for one in known))
    if not takes_over:
        _no_other_head(act, "", granted)
    persons.add_person(act, name, granted, phone=called, person_id=person_id)
    return person_id


def grant_more(
    act: Act, person_id: str, roles: Sequence[str], units: Sequence[str], *, takes_over: bool = False
) -> None:
    """Grants more roles to somebody who is there already.

    A unit has one head. Where it has one, `takes_over` says that this is meant; the old one's right then ends when the
    new one's link is used, or at once where an account of the new one is bound already (`succession.take_over`).
    """
    if act.tx.execute(select(people.c.id).where(people.c.id == person_id).with_for_update()).first() is None:
        raise Refusal(Common.GONE)
    held = persons.roles_of(act, person_id)
    new = [one for one in _granted(roles, units) if one not in held]
    require_keeper(act, [*held, *new])
    if not takes_over:
        _no_other_head(act, person_id, new)
    if new:
        persons.grant_roles(act, person_id, new)
    take_over_if_bound(act, person_id)


def set_phone(act: Act, person_id: str, phone: str) -> None:
    """Sets the number that reminders go to by SMS; an empty one removes it. Raises Refusal: gone, bad_phone."""
    if persons.person(act, person_id) is None:
        raise Refusal(Common.GONE)
    require_keeper(act, persons.roles_of(act, person_id))
    persons.set_number(act, person_id, _number(phone))


@dataclass(frozen=True)
class Alike:
    """Somebody who has the name or the number of a person to be added, with the roles they hold."""

    person: Person
    grants: Sequence[Grant]


def alike(act: Act, name: str, phone: str | None) -> list[Alike]:
    """The people who have this name, or this number in E.164, in the order they came."""
    ids = dict.fromkeys((*persons.called(act, name), *(persons.with_number(act, phone) if phone else ())))
    found = [(persons.person(act, person_id), persons.roles_of(act, person_id)) for person_id in ids]
    return [Alike(one, held) for one, held in found if one is not None]


@dataclass(frozen=True)
class Withdrawal:
    """What follows if a role is withdrawn: to be read before it is done."""

    person: Person
    lost: Sequence[Right]  # that no other role of theirs gives
    managers: Sequence[str]  # names of those who could still manage people, where the role is one of these
    last: bool  # whether nobody could manage people any more: it would be refused
    signs_out: bool  # whether their sessions end
    headless: bool  # whether the unit would have no head


def withdrawal(act: Act, person_id: str, role: str, unit_id: str | None) -> Withdrawal:
    """What withdrawing this role would do. Raises Refusal: gone."""
    person, held = persons.person(act, person_id), persons.roles_of(act, person_id)
    wanted = Grant(role, unit_id)
    if person is None or wanted not in held:
        raise Refusal(Common.GONE)
    left = [one for one in held if one != wanted]
    lost = [right for right in Right if may_somewhere([wanted], right) and not may_somewhere(left, right)]
    managing = {other for other, _ in _managing(act)} if Right.MANAGE_PEOPLE in lost else set()
    heads = persons.heads_of(act, [unit_id]).get(unit_id, []) if unit_id and role in SOLE else [""]
    return Withdrawal(
        person,
        lost,
        sorted(names_of(act, managing - {person_id}).values()),
        managing == {person_id},
        not may(left, Right.OPEN_CONSOLE),
        heads == [person_id],
    )


def withdraw_role(act: Act, person_id: str, role: str, unit_id: str | None) -> None:
    """Ends a role at once, except the last one that lets somebody manage people.

    Nobody could undo that. Said again, it does nothing. Returns for whom something was queued.
    """
    wanted = Grant(role, unit_id)
    managing = _managing(act) if may([wanted], Right.MANAGE_PEOPLE) else []
    if wanted in persons.ended_roles(act, person_id):
        return
    if wanted not in persons.roles_of(act, person_id):
        raise Refusal(Common.GONE)
    require_keeper(act, [wanted])
    if managing and all(one == (person_id, role) for one in managing):
        raise Refusal(PeopleCode.LAST_CLERK)
    succession.end_and_tell(act, person_id, role, unit_id)


def invite(act: Act, person_id: str, days: int) -> tuple[Person, str]:
    """Issues a one-time code for somebody; it is shown this once and kept nowhere."""
    if not SHORTEST_LINK <= days <= LONGEST_LINK:
        raise Refusal(PeopleCode.DAYS_WANTED)
    person = persons.person(act, person_id)
    if person is None or not persons.roles_of(act, person_id):
        raise Refusal(Common.GONE)
    require_keeper(act, persons.roles_of(act, person_id))
    return person, links.issue_link(act, person_id, timedelta(days=days))


def require_keeper(act: Act, granted: Sequence[Grant]) -> None:
    """Checks that whoever acts may appoint, or let in, somebody with these roles. Raises Refusal: keeper_wanted.

    Whoever has the command line, where nobody acts by name, may.
    """
    watching = any(may_somewhere(granted, right) for right in WATCHING)
    if watching and act.actor != SYSTEM and not may(persons.roles_of(act, act.actor), Right.APPOINT_WATCHERS):
        raise Refusal(PeopleCode.KEEPER_WANTED)


def take_over_if_bound(act: Act, person_id: str) -> None:
    """Lets a new head take over, unless nothing reaches them yet: the old head would be out and nobody reminded."""
    if is_bound(act, person_id):
        succession.take_over(act, person_id)


def _granted(roles: Sequence[str], units: Sequence[str]) -> list[Grant]:
    if not roles or any(role not in list(Role) for role in roles):
        raise Refusal(PeopleCode.ROLE_WANTED)
    if not units and any(role not in WITHOUT_UNIT for role in roles):
        raise Refusal(PeopleCode.UNIT_WANTED)
    return [Grant(role, unit) for role in roles for unit in ((None,) if role in WITHOUT_UNIT else units)]


def _number(typed: str) -> str | None:
    if not readable(typed):
        return None
    try:
        return phones.normalised(typed)
    except phones.BadNumber:
        raise Refusal(PeopleCode.BAD_PHONE) from None


def _no_other_head(act: Act, person_id: str, granted: Sequence[Grant]) -> None:
    units = [one.unit_id for one in granted if one.role in SOLE and one.unit_id]
    # Of two clerks who name a head at the same instant, the second sees the first one's.
    act.tx.execute(select(unit_rows.c.id).where(unit_rows.c.id.in_(units)).order_by(unit_rows.c.id).with_for_update())
    heads = persons.heads_of(act, units)
    taken = [unit for unit in units if set(heads.get(unit, ())) - {person_id}]
    if taken:
        raise Refusal(PeopleCode.HAS_HEAD, units=tuple(taken))


def _managing(act: Act) -> list[tuple[str, str]]:
    """The grants that let people manage people, as (person, role).

    They are locked in one order: of two who withdraw each other at once, one stays.
    """
    managing = grants.c.role.in_(roles_with(Right.MANAGE_PEOPLE)), persons.holds(act.now)
    rows = act.tx.execute(
        select(grants.c.person_id, grants.c.role).where(*managing).order_by(grants.c.id).with_for_update()
    )
    return [(row.person_id, row.role) for row in rows]
