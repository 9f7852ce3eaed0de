"""Finds who is meant by an audience and by which accounts they are reached, in one query whatever the number."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from models.tables import contacts, grants, listeners, units
from services.foundation.act import Act
from services.notices.family import not_acknowledged
from services.notices.values import Audience, Reach, Unreached
from services.people import CHUNK, SMS, Right, address_hash, holds, phones_of, roles_with

MOST_SHOWN = 100
Ways = Collection[str] | None  # channels on which something can leave; None: all
_parents = units.alias("above")


def areas(act: Act) -> list[str]:
    """The areas of the city in which there are units."""
    found = select(units.c.area).where(units.c.area.is_not(None), ~units.c.closed).distinct().order_by(units.c.area)
    return list(act.tx.execute(found).scalars())


def kinds_with_people(act: Act) -> set[str]:
    """Kinds of unit in which somebody holds a role; windows and sections often have only the unit above's people."""
    held = select(units.c.kind).join_from(grants, units, units.c.id == grants.c.unit_id).where(holds(act.now))
    return set(act.tx.execute(held.distinct()).scalars())


def chosen(now: datetime, audience: Audience, *columns: Any) -> Select[Any]:
    """The people of an audience at this moment, by their roles; one row for each role and unit."""
    wanted = (
        select(*(columns or (grants.c.person_id,)))
        .select_from(grants.outerjoin(units, units.c.id == grants.c.unit_id))
        .outerjoin(_parents, _parents.c.id == units.c.parent_id)
        .where(holds(now), or_(grants.c.unit_id.is_(None), ~units.c.closed))
    )
    places = _places(audience)
    if audience.roles:
        wanted = wanted.where(grants.c.role.in_(audience.roles))
    elif places:  # choosing a unit means its own people, not those who inspect it or stand above it
        wanted = wanted.where(grants.c.role.in_(roles_with(Right.ANSWER_OBLIGATIONS)))
    return wanted.where(or_(*places)) if places else wanted


def _places(audience: Audience) -> list[ColumnElement[bool]]:
    """Conditions for an audience's units: by kind and area together, or as a single unit with what lies in it."""
    fits: list[ColumnElement[bool]] = []
    if audience.kinds:
        fits.append(units.c.kind.in_(audience.kinds))
    if audience.areas:
        fits.append(func.coalesce(units.c.area, _parents.c.area).in_(audience.areas))
    places = [and_(*fits)] if fits else []
    if audience.units:
        places.append(or_(units.c.id.in_(audience.units), units.c.parent_id.in_(audience.units)))
    return places


def chats(now: datetime, audience: Audience, ways: Ways) -> Select[Any]:
    """All chat accounts of an audience's people that accept messages."""
    return select(contacts.c.id).where(contacts.c.person_id.in_(chosen(now, audience)), open_for(ways), _is_chat())


def listed(act: Act, notice_id: str, audience: Audience) -> Select[Any]:
    """Contact ids in `listeners`; of a notice that is sent again, without those who have acknowledged it since."""
    mine = select(contacts.c.id).join(listeners).where(listeners.c.notice_id == notice_id)
    return mine.where(not_acknowledged(act, audience.root)) if audience.root else mine


def open_for(ways: Ways) -> ColumnElement[bool]:
    """The condition for accounts that have not blocked us, on a channel that exists."""
    free = contacts.c.blocked_at.is_(None)
    return free if ways is None else and_(free, contacts.c.channel.in_(ways))


def _is_chat() -> ColumnElement[bool]:
    return contacts.c.channel != SMS


def silent(act: Act, audience: Audience, ways: Ways) -> Sequence[Any]:
    """The people of an audience who have no chat: person_id, role, unit_id, in a fixed order."""
    has_chat = exists().where(contacts.c.person_id == grants.c.person_id, open_for(ways), _is_chat())
    found = chosen(act.now, audience, grants.c.person_id, grants.c.role, grants.c.unit_id).where(~has_chat)
    return act.tx.execute(found.order_by(grants.c.role, grants.c.unit_id, grants.c.person_id)).all()


def texted(act: Act, audience: Audience, ways: Ways) -> tuple[dict[str, str], list[Unreached]]:
    """The people of an audience without a chat: numbers that an SMS reaches, by person, and those nothing reaches."""
    quiet = silent(act, audience, ways)
    numbers: dict[str, str] = {}
    if audience.sms and (ways is None or SMS in ways):
        numbers = phones_of(act, {row.person_id for row in quiet})
        stopped = _stopped(act, list(dict.fromkeys(numbers.values())))
        numbers = {person: number for person, number in numbers.items() if number not in stopped}
    left = {row.person_id: Unreached(row.role, row.unit_id) for row in reversed(quiet) if row.person_id not in numbers}
    return numbers, list(reversed(left.values()))


def _stopped(act: Act, numbers: Sequence[str]) -> set[str]:
    """Those of the numbers whose owner wants no SMS."""
    keys = {address_hash(act.vault, SMS, number): number for number in numbers}
    found: set[str] = set()
    hashes = list(keys)
    for start in range(0, len(hashes), CHUNK):
        blocked = contacts.c.address_hash.in_(hashes[start : start + CHUNK]), contacts.c.blocked_at.is_not(None)
        found.update(keys[key] for key in act.tx.execute(select(contacts.c.address_hash).where(*blocked)).scalars())
    return found


def reach(act: Act, notice_id: str, audience: Audience, ways: Ways) -> Reach:
    """How many would get the notice if it were sent now. A person with two accounts gets it on both."""
    own_list = listed(act, notice_id, audience)
    meant = contacts.c.id.in_(own_list)
    if audience.chooses:
        meant = or_(meant, and_(contacts.c.person_id.in_(chosen(act.now, audience)), _is_chat()))
    counted = select(contacts.c.channel, func.count().label("many")).where(meant).group_by(contacts.c.channel)
    channels = {row.channel: row.many for row in act.tx.execute(counted.where(open_for(ways)))}
    total = act.tx.execute(select(func.count()).select_from(own_list.subquery())).scalar_one()
    shut = (
        total - act.tx.execute(select(func.count()).select_from(own_list.where(open_for(ways)).subquery())).scalar_one()
    )
    numbers, unreached = texted(act, audience, ways) if audience.chooses else ({}, [])
    own = _on_list(act, notice_id, set(numbers.values())) if numbers and total else 0
    if len(set(numbers.values())) > own:
        channels[SMS] = channels.get(SMS, 0) + len(set(numbers.values())) - own
    return Reach(channels, len(unreached) + shut, unreached[:MOST_SHOWN])


def _on_list(act: Act, notice_id: str, numbers: set[str]) -> int:
    """How many of these numbers are on the notice's own list: nobody gets it twice by SMS."""
    hashes = [address_hash(act.vault, SMS, number) for number in numbers]
    many = 0
    for start in range(0, len(hashes), CHUNK):
        same = contacts.c.address_hash.in_(hashes[start : start + CHUNK]), listeners.c.notice_id == notice_id
        mine = select(func.count()).select_from(contacts.join(listeners, listeners.c.contact_id == contacts.c.id))
        many += act.tx.execute(mine.where(*same)).scalar_one()
    return many
