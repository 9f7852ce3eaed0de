"""The demo city, loaded from data into an empty database, with real people's rights but made-up people."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select

from models.tables import grants, people, units
from rulebooks import HERE
from services.foundation.act import Act
from services.foundation.phones import normalised
from services.people import GROUPS, Grant, Group, Role, add_person, issue_link
from services.units import NewUnit, add_units

City = Mapping[str, Any]
SHOWN = "gtj"
LINK_VALID = timedelta(days=7)


def load_city(act: Act) -> bool:
    """Loads the demo city unless there are units already; returns whether it was loaded."""
    if act.tx.execute(select(units.c.id).limit(1)).first():
        return False
    write_city(act, read_city(HERE / "demo" / "city.toml"))
    return True


def read_city(file: Path) -> City:
    """Reads a city from a file. Raises OSError, ValueError or KeyError for a broken file or an invalid phone number."""
    city = tomllib.loads(file.read_text(encoding="utf-8"))
    for unit in city["unit"]:
        _with_windows(unit)
    for one in _people(city):
        _phone(one)
    return city


def write_city(act: Act, city: City) -> tuple[int, int]:
    """Adds what is new; returns how many units, windows and sections were new, and how many people."""
    named = [unit for one in city["unit"] for unit in _with_windows(one)]
    before = set(act.tx.execute(select(units.c.id)).scalars())
    add_units(act, named)
    known = _known(act)
    newcomers = [
        one for one in _people(city) if any((one.name, grant.role, grant.unit_id) not in known for grant in one.granted)
    ]
    for one in newcomers:
        add_person(act, one.name, one.granted, title=one.title, phone=_phone(one))
    return len({unit.id for unit in named} - before), len(newcomers)


@dataclass(frozen=True)
class _Person:
    """A person in the city's file; `phone` as it is written there."""

    name: str
    granted: Sequence[Grant]
    phone: str | None = None
    title: str | None = None


def _people(city: City) -> Iterator[_Person]:
    for one in city["unit"]:
        for role in GROUPS[Group.UNIT]:
            if role in one:
                yield _Person(one[role], [Grant(role, one["id"])], one.get(f"{role}_phone"))
    for one in city.get("supervisor", ()):
        granted = [Grant(Role.SUPERVISOR, unit_id) for unit_id in one["units"]]
        yield _Person(one["name"], granted, one.get("phone"), one.get("title"))
    for one in city.get("clerk", ()):
        yield _Person(one["name"], [Grant(Role.CLERK, None)], one.get("phone"), one.get("title"))


def _phone(one: _Person) -> str | None:
    return None if one.phone is None else normalised(one.phone)


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


def _with_windows(one: Mapping[str, Any]) -> list[NewUnit]:
    unit = NewUnit(
        one["id"], one["name"], one.get("kind", "bureau"), area=one.get("area"), initials=one.get("initials")
    )
    windows = [
        NewUnit(f"{unit.id}-{n}", name, "window" if name.endswith(("窗口", "厅")) else "section", unit.id)
        for n, name in enumerate(one.get("windows", ()), 1)
    ]
    return [unit, *windows]
