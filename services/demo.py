"""The demo city: loaded from data into an empty database, with real people's rights but made-up people."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from models.tables import grants, people, units
from rulebooks import HERE
from services.contacts import CLERK, DEPUTY, HEAD, SUPERVISOR, Grant, add_person, issue_link
from services.units import NewUnit, add_units
from services.vault import Vault

City = Mapping[str, Any]
LINK_VALID = timedelta(days=7)


def load_city(tx: Connection, vault: Vault, now: datetime) -> None:
    """The demo city; does nothing where there are units already."""
    if not tx.execute(select(units.c.id).limit(1)).first():
        write_city(tx, vault, now, read_city(HERE / "demo" / "city.toml"))


def read_city(file: Path) -> City:
    """A city as data. Raises OSError, TOMLDecodeError or KeyError when the file is none."""
    city = tomllib.loads(file.read_text(encoding="utf-8"))
    for unit in city["unit"]:
        _with_windows(unit)
    return city


def write_city(tx: Connection, vault: Vault, now: datetime, city: City) -> int:
    """Units, windows and people; returns the number of units and windows."""
    new = [unit for one in city["unit"] for unit in _with_windows(one)]
    add_units(tx, new)
    for one in city["unit"]:
        for role in (HEAD, DEPUTY):
            if role in one:
                add_person(tx, vault, now, one[role], [Grant(role, one["id"])])
    for one in city.get("supervisor", ()):
        granted = [Grant(SUPERVISOR, unit_id) for unit_id in one["units"]]
        add_person(tx, vault, now, one["name"], granted, title=one.get("title"))
    for one in city.get("clerk", ()):
        add_person(tx, vault, now, one["name"], [Grant(CLERK, None)], title=one.get("title"))
    return len(new)


def sign_in_codes(tx: Connection, vault: Vault, now: datetime) -> dict[str, str]:
    """A fresh one-time code for the first supervisor, head and clerk."""
    codes = {}
    for role in (SUPERVISOR, HEAD, CLERK):
        of_role = select(grants.c.person_id).join_from(grants, people).where(grants.c.role == role)
        first = tx.execute(of_role.order_by(people.c.created_at, people.c.id).limit(1)).scalar_one()
        codes[role] = issue_link(tx, vault, now, first, "system", LINK_VALID)
    return codes


def _with_windows(one: Mapping[str, Any]) -> list[NewUnit]:
    unit = NewUnit(one["id"], one["name"], one.get("kind", "bureau"), initials=one.get("initials"))
    windows = [
        NewUnit(f"{unit.id}-{n}", name, "window" if name.endswith(("窗口", "厅")) else "section", unit.id)
        for n, name in enumerate(one.get("windows", ()), 1)
    ]
    return [unit, *windows]
