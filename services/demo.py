"""The demo city: loaded from data into an empty database, with real people's rights but made-up people."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from models.tables import units
from rulebooks import HERE
from services.contacts import CLERK, DEPUTY, HEAD, SUPERVISOR, Grant, add_person
from services.units import NewUnit, add_units
from services.vault import Vault


def load_city(tx: Connection, vault: Vault, now: datetime) -> None:
    """Does nothing where there are units already."""
    if tx.execute(select(units.c.id).limit(1)).first():
        return
    city = tomllib.loads((HERE / "demo" / "city.toml").read_text(encoding="utf-8"))
    add_units(tx, [unit for one in city["unit"] for unit in _with_windows(one)])
    for one in city["unit"]:
        for role in (HEAD, DEPUTY):
            add_person(tx, vault, now, one[role], [Grant(role, one["id"])])
    for one in city["supervisor"]:
        granted = [Grant(SUPERVISOR, unit_id) for unit_id in one["units"]]
        add_person(tx, vault, now, one["name"], granted, title=one["title"])
    for one in city["clerk"]:
        add_person(tx, vault, now, one["name"], [Grant(CLERK, None)], title=one["title"])


def _with_windows(one: Mapping[str, Any]) -> list[NewUnit]:
    unit = NewUnit(one["id"], one["name"], one.get("kind", "bureau"), initials=one.get("initials"))
    windows = [
        NewUnit(f"{unit.id}-{n}", name, "window" if name.endswith(("窗口", "厅")) else "section", unit.id)
        for n, name in enumerate(one["windows"], 1)
    ]
    return [unit, *windows]
