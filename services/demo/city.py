"""The demo city, loaded from data into an empty database, with real people's rights but made-up people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import zip_longest

from sqlalchemy import or_, select

from models.tables import grants, people, units
from services.demo.files import City, UnitRules, read_city
from services.foundation.act import Act
from services.people import (
    GROUPS,
    Alike,
    Grant,
    Group,
    Role,
    add_person,
    alike,
    grant_roles,
    heads_of,
    issue_link,
    person,
    take_over_if_bound,
)
from services.units import NewUnit, add_units

SHOWN = "gtj"
LINK_VALID = timedelta(days=7)


def load_city(act: Act) -> bool:
    """Loads the demo city unless there are units already; returns whether it was loaded."""
    if act.tx.execute(select(units.c.id).limit(1)).first():
        return False
    write_city(act, read_city())
    return True


@dataclass(frozen=True)
class NextHead:
    """Somebody who becomes a unit's head, by name, once the new link is used; until then it is the one before."""

    name: str
    unit: str
    before: str


@dataclass(frozen=True)
class Written:
    """What the loading of a city has changed."""

    units: int  # units, windows and sections that are new
    people: int  # that are new
    granted: int  # people who were there and have a further role now
    heads: Sequence[NextHead]


def write_city(act: Act, city: City) -> Written:
    """Adds what is new. Somebody who is there already gets what the file gives them, and is nobody new."""
    named = [unit for one in city.unit for unit in _with_windows(one)]
    before = set(act.tx.execute(select(units.c.id)).scalars())
    add_units(act, named)
    known = _known(act)
    added, granted = 0, 0
    for one in _people(city):
        new = [grant for grant in one.granted if (one.name, grant.role, grant.unit_id) not in known]
        if not new:
            continue
        if there := _there(act, one):
            grant_roles(act, there, new)
            take_over_if_bound(act, there)
            granted += 1
        else:
            add_person(act, one.name, one.granted, title=one.title, phone=one.phone)
            added += 1
    return Written(len({unit.id for unit in named} - before), added, granted, _next_heads(act, city))


def _there(act: Act, one: _Person) -> str:
    """The id of the person who is meant, if that is certain: by the number, or by the name within a unit."""
    units = {grant.unit_id for grant in one.granted}

    def is_meant(other: Alike) -> bool:
        if one.phone and other.person.phone:
            return one.phone == other.person.phone and other.person.name == one.name
        return other.person.name == one.name and any(grant.unit_id in units for grant in other.grants)

    meant = [other.person.id for other in alike(act, one.name, one.phone) if is_meant(other)]
    return meant[0] if len(meant) == 1 else ""


def _next_heads(act: Act, city: City) -> list[NextHead]:
    """The heads in the file beside whom another is still in office."""
    heads = heads_of(act, [unit.id for unit in city.unit])
    found: list[NextHead] = []
    for unit in city.unit:
        names = [one.name for id in heads.get(unit.id, ()) if (one := person(act, id))]
        found += [NextHead(unit.head, unit.name, name) for name in names if unit.head in names and name != unit.head]
    return found


@dataclass(frozen=True)
class _Person:
    """A person in the city's file."""

    name: str
    granted: Sequence[Grant]
    phone: str | None = None
    title: str | None = None


def _people(city: City) -> Iterator[_Person]:
    for unit in city.unit:
        for role in GROUPS[Group.UNIT]:
            if name := getattr(unit, role):
                yield _Person(name, [Grant(role, unit.id)], getattr(unit, f"{role}_phone"))
    for one in city.supervisor:
        granted = [Grant(Role.SUPERVISOR, unit_id) for unit_id in one.units]
        yield _Person(one.name, granted, one.phone, one.title)
    for one in city.clerk:
        yield _Person(one.name, [Grant(Role.CLERK, None)], one.phone, one.title)


def _known(act: Act) -> set[tuple[str, str, str | None]]:
    rows = act.tx.execute(
        select(people.c.id, people.c.sealed, grants.c.role, grants.c.unit_id).join_from(people, grants)
    )
    return {(act.vault.open(row.sealed, f"person {row.id}")["name"], row.role, row.unit_id) for row in rows}


def sign_in_codes(act: Act) -> dict[str, str]:
    """Fresh one-time codes for a supervisor, a head and a clerk; the first two of the unit that the demo shows."""
    codes = {}
    for role in (Role.SUPERVISOR, Role.HEAD, Role.CLERK):
        of_role = select(grants.c.person_id).where(grants.c.role == role)
        of_unit = or_(grants.c.unit_id.is_(None), grants.c.unit_id == SHOWN)
        person_id = act.tx.execute(of_role.where(of_unit).order_by(grants.c.person_id).limit(1)).scalar_one()
        codes[role] = issue_link(act.by("system"), person_id, LINK_VALID)
    return codes


def _with_windows(one: UnitRules) -> list[NewUnit]:  # pyright: ignore[reportInvalidTypeForm]
    own, *below = one.ids()
    windows = [
        NewUnit(window, name, "window" if name.endswith(("窗口", "厅")) else "section", own, english=english or None)
        for window, name, english in zip_longest(below, one.windows, one.windows_english)
    ]
    names = {"initials": one.initials, "english": one.english, "aliases": one.aliases}
    return [NewUnit(own, one.name, one.kind, area=one.area, **names), *windows]
