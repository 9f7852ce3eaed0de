"""The demo city, loaded from data into an empty database, with real people's rights but made-up people."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

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
from services.units import Changes, Listed, take_list

SHOWN = "gtj"
LINK_VALID = timedelta(days=7)
Held = tuple[str, Grant]  # a name, and a role that somebody of this name holds or held
_SAID = {"kind", "area", "initials", "english", "aliases", "duty"}  # of a unit, where the file says it


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

    units: Changes
    people: int  # that are new
    granted: int  # people who were there and have a further role now
    same: int  # people who had what the file gives them
    numbers: Sequence[str]  # names of those who have another number than in the file, and keep it
    heads: Sequence[NextHead]


def write_city(act: Act, city: City, *, renamed: bool = False) -> Written:
    """Adds what is new. Somebody who is there already gets what the file gives them, and is nobody new.

    `renamed`: where the file has other names for units and windows, they are new names.
    """
    changes = take_list(act, {unit.id: _listed(unit) for unit in city.unit}, renamed=renamed)
    known, counted, numbers = _known(act), Counter[str](), []
    for one in _people(city):
        done, other_number = _written(act, one, known)
        counted[done] += 1
        if other_number:
            numbers.append(one.name)
    return Written(changes, counted["added"], counted["granted"], counted["same"], numbers, _next_heads(act, city))


def _written(act: Act, one: _Person, known: Mapping[Held, set[str | None]]) -> tuple[str, bool]:
    """What was done for a person of the file, and whether they keep another number than it has."""
    new = [grant for grant in one.granted if (one.name, grant) not in known]
    if not new:
        return "same", one.phone not in (None, *known[one.name, one.granted[0]])
    there = person(act, _there(act, one))
    if there is None:
        add_person(act, one.name, one.granted, title=one.title, phone=one.phone)
        return "added", False
    grant_roles(act, there.id, new)
    take_over_if_bound(act, there.id)
    return "granted", one.phone not in (None, there.phone)


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
    for role, office in ((Role.CLERK, city.clerk), (Role.OFFICE_HEAD, city.office_head)):
        for one in office:
            yield _Person(one.name, [Grant(role, None)], one.phone, one.title)


def _known(act: Act) -> dict[Held, set[str | None]]:
    """Who holds or held what, with the numbers of all of this name."""
    rows = act.tx.execute(
        select(people.c.id, people.c.sealed, grants.c.role, grants.c.unit_id).join_from(people, grants)
    )
    found: dict[Held, set[str | None]] = defaultdict(set)
    for row in rows:
        one = act.vault.identities.open(row.sealed, f"person {row.id}")
        found[one["name"], Grant(row.role, row.unit_id)].add(one["phone"])
    return found


def sign_in_codes(act: Act) -> dict[str, str]:
    """Fresh one-time codes for a supervisor and a head of the unit that the demo shows, a clerk, the office's head."""
    codes = {}
    for role in (Role.SUPERVISOR, Role.HEAD, Role.CLERK, Role.OFFICE_HEAD):
        of_role = select(grants.c.person_id).where(grants.c.role == role)
        of_unit = or_(grants.c.unit_id.is_(None), grants.c.unit_id == SHOWN)
        person_id = act.tx.execute(of_role.where(of_unit).order_by(grants.c.person_id).limit(1)).scalar_one()
        codes[role] = issue_link(act.by("system"), person_id, LINK_VALID)
    return codes


def _listed(one: UnitRules) -> Listed:  # pyright: ignore[reportInvalidTypeForm]
    said = {name: getattr(one, name) or None for name in _SAID & one.model_fields_set}
    english = [{"english": name or None} for name in one.windows_english] or [{} for _ in one.windows]
    windows = [
        Listed(name, {"kind": "window" if name.endswith(("窗口", "厅")) else "section", **also})
        for name, also in zip(one.windows, english, strict=True)
    ]
    return Listed(one.name, said, windows)
