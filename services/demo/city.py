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
from services.people import GROUPS, Grant, Group, Role, add_person, issue_link
from services.units import NewUnit, add_units

SHOWN = "gtj"
LINK_VALID = timedelta(days=7)


def load_city(act: Act) -> bool:
    """Loads the demo city unless there are units already; returns whether it was loaded."""
    if act.tx.execute(select(units.c.id).limit(1)).first():
        return False
    write_city(act, read_city())
    return True


def write_city(act: Act, city: City) -> tuple[int, int]:
    """Adds what is new; returns how many units, windows and sections were new, and how many people."""
    named = [unit for one in city.unit for unit in _with_windows(one)]
    before = set(act.tx.execute(select(units.c.id)).scalars())
    add_units(act, named)
    known = _known(act)
    newcomers = [
        one for one in _people(city) if any((one.name, grant.role, grant.unit_id) not in known for grant in one.granted)
    ]
    for one in newcomers:
        add_person(act, one.name, one.granted, title=one.title, phone=one.phone)
    return len({unit.id for unit in named} - before), len(newcomers)


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
