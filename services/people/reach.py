"""Finds who of a unit is reached, and where: only people whose role holds now, on every account they have."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from sqlalchemy import select

from models.tables import SMS, contacts, grants, people, units
from services.foundation import phones
from services.foundation.act import Act
from services.people import persons
from services.people.accounts import ensure_contact
from services.people.rights import SOLE, TOLD_BY, Addressee, Right, Scope, roles_with, scope_of
from templates import DEFAULT_LANGUAGE

CHAT = "chat"  # any channel but SMS
CHUNK = 500  # ids looked up in one statement


def head_ids(act: Act, unit_id: str) -> list[str]:
    """The ids of the people who are head of the unit now, whether or not they can be reached."""
    return persons.heads_of(act, [unit_id]).get(unit_id, [])


class Heir(NamedTuple):
    """Somebody named head of a unit beside an older one, who has not used their link yet."""

    person_id: str
    unit_id: str


def heirs(act: Act) -> set[Heir]:
    """Everybody who becomes head of a unit as soon as they can be reached."""
    columns, named = (grants.c.unit_id, grants.c.person_id), (grants.c.role.in_(SOLE), persons.holds(act.now))
    first: dict[str, str] = {}
    found: set[Heir] = set()
    for unit_id, person_id in act.tx.execute(select(*columns).where(*named).order_by(grants.c.since, grants.c.id)):
        if first.setdefault(unit_id, person_id) != person_id:
            found.add(Heir(person_id, unit_id))
    return found


def recipients(act: Act, unit_id: str, to: str, by: str) -> list[str]:
    """The contact ids to tell. `to`: an `Addressee`. `by`: chat (all their chat accounts) or sms."""
    return [contact_id for _, contact_id in recipients_of(act, [unit_id], {by})[unit_id, to, by]]


def recipients_of(
    act: Act, unit_ids: Collection[str], ways: Collection[str] = (CHAT, SMS)
) -> dict[tuple[str, str, str], list[tuple[str, str]]]:
    """The recipients of many units at once: (channel, contact id) by (unit, to, by). A head is told as head alone."""
    holders = _holders(act, unit_ids)
    reached = _accounts(act, {person for _, _, person in holders}, ways)
    found: dict[tuple[str, str, str], list[tuple[str, str]]] = defaultdict(list)
    seen: set[tuple[str, str, str]] = set()
    order = list(Addressee)
    for unit_id, to, person_id in sorted(holders, key=lambda one: order.index(one[1])):
        for channel, contact_id in reached.get(person_id, ()):
            by = SMS if channel == SMS else CHAT
            if by in ways and (unit_id, by, contact_id) not in seen:
                seen.add((unit_id, by, contact_id))
                found[unit_id, to, by].append((channel, contact_id))
    return found


def people_with(act: Act, right: Right) -> set[str]:
    """The ids of everybody whose role gives this right everywhere."""
    roles = [role for role in roles_with(right) if scope_of(role, right) is Scope.ALL]
    held = select(grants.c.person_id).where(grants.c.role.in_(roles), persons.holds(act.now))
    return set(act.tx.execute(held).scalars())


def accounts_with(act: Act, right: Right) -> list[tuple[str, str]]:
    """The chat accounts, as (channel, contact id), of everybody whose role gives this right everywhere."""
    return chats_of(act, people_with(act, right))


def chats_of(act: Act, person_ids: Collection[str]) -> list[tuple[str, str]]:
    """The chat accounts of these people, as (channel, contact id)."""
    reached = _accounts(act, person_ids, (CHAT,))
    return sorted({one for found in reached.values() for one in found if one[0] != SMS}, key=lambda one: one[1])


def takes_sms(act: Act, unit_id: str) -> bool:
    """Whether some head of the unit has a number that an SMS can go to."""
    numbers = phones_of(act, head_ids(act, unit_id))
    stopped = contacts.c.channel == SMS, contacts.c.person_id.in_(numbers), contacts.c.blocked_at.is_not(None)
    left = numbers.keys() - set(act.tx.execute(select(contacts.c.person_id).where(*stopped)).scalars())
    return any(_usable(numbers[person_id]) for person_id in left)


def accounts_of(act: Act, person_ids: Iterable[str], by: str = CHAT) -> list[str]:
    """The accounts of these people, as contact ids, without those that have stopped us.

    `by`: chat, or the numbers at which they have been reached by sms before.
    """
    way = contacts.c.channel == SMS if by == SMS else contacts.c.channel != SMS
    mine = contacts.c.person_id.in_(list(person_ids)), way, contacts.c.blocked_at.is_(None)
    return list(act.tx.execute(select(contacts.c.id).where(*mine)).scalars())


def phones_of(act: Act, person_ids: Collection[str]) -> dict[str, str]:
    """Phone numbers by person, for those who have one; as typed, where nobody checked them."""
    found: dict[str, str] = {}
    ids = sorted(person_ids)
    for start in range(0, len(ids), CHUNK):
        some = people.c.id.in_(ids[start : start + CHUNK])
        for row in act.tx.execute(select(people.c.id, people.c.sealed).where(some).order_by(people.c.id)):
            if phone := act.vault.identities.open(row.sealed, f"person {row.id}")["phone"]:
                found[row.id] = phone
    return found


def _holders(act: Act, unit_ids: Collection[str]) -> set[tuple[str, Addressee, str]]:
    """The people to tell, as (unit, to, person). A right that reaches below is used by the unit next above alone."""
    above = {
        row.id: row.parent_id
        for row in act.tx.execute(select(units.c.id, units.c.parent_id).where(units.c.id.in_(unit_ids)))
    }
    below: dict[str, list[str]] = defaultdict(list)
    for unit_id, parent_id in above.items():
        if parent_id:
            below[parent_id].append(unit_id)
    told = frozenset[str]().union(*map(roles_with, TOLD_BY.values()))
    held = grants.c.role.in_(told), grants.c.unit_id.in_(above.keys() | below.keys()), persons.holds(act.now)
    found: set[tuple[str, Addressee, str]] = set()
    for row in act.tx.execute(select(grants.c.unit_id, grants.c.role, grants.c.person_id).where(*held)):
        for to, right in TOLD_BY.items():
            scope = scope_of(row.role, right)
            mine = [row.unit_id] if scope and row.unit_id in above else []
            under = below.get(row.unit_id, []) if scope is Scope.BELOW else []
            found |= {(unit_id, to, row.person_id) for unit_id in (*mine, *under)}
    return found


def _accounts(act: Act, person_ids: Collection[str], ways: Collection[str]) -> dict[str, list[tuple[str, str]]]:
    """The accounts of people, as (channel, contact id) by person, without those who have stopped us."""
    if SMS in ways:
        _make_sms(act, person_ids)
    rows = act.tx.execute(
        select(contacts.c.person_id, contacts.c.channel, contacts.c.id)
        .where(contacts.c.person_id.in_(person_ids), contacts.c.blocked_at.is_(None))
        .order_by(contacts.c.id)
        .with_for_update()  # pages that read rows by number must see them in that order
    )
    found: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        found[row.person_id].append((row.channel, row.id))
    return found


def _make_sms(act: Act, person_ids: Collection[str]) -> None:
    """Makes the SMS contacts of people who have a number and no contact for it yet."""
    known = select(contacts.c.person_id).where(contacts.c.channel == SMS, contacts.c.person_id.in_(person_ids))
    new = set(person_ids).difference(act.tx.execute(known).scalars())
    for person_id, number in phones_of(act, new).items():
        if address := _usable(number):
            ensure_contact(act, SMS, address, DEFAULT_LANGUAGE, person_id)


def _usable(number: str) -> str | None:
    """A number's SMS address; None for what was written before numbers were checked."""
    try:
        return phones.normalised(number)
    except phones.BadNumber:
        return None
