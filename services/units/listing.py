"""Brings the units in line with a list of them, as an office writes it.

A unit is known by its id, a window or section by its name within the unit. What is new is added; nothing goes away and
nothing gets another name by itself, because complaints and deadlines hang on it: that is only told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from sqlalchemy import select, update

from models.tables import units
from services.foundation.act import Act
from services.units.adding import NewUnit, add_units, spelled
from services.units.naming import full_name
from services.units.pairing import in_order, paired, same_unit


@dataclass(frozen=True)
class Listed:
    """A unit, or a window or section of one, as a list has it."""

    name: str
    said: Mapping[str, Any] = field(default_factory=dict)  # what else the list says: columns of `units`
    windows: Sequence[Listed] = ()


@dataclass(frozen=True)
class OtherNames:
    """New names where others stood: of windows in a unit or, with an empty `unit`, of a unit itself."""

    unit: str
    before: Sequence[str]
    listed: Sequence[str]


@dataclass
class Changes:
    """What a list has changed, by full names, and what it has not."""

    there: int  # units, windows and sections that were there before
    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    same: int = 0
    reordered: list[str] = field(default_factory=list)  # units whose windows stand in another order; "": the units
    other_names: list[OtherNames] = field(default_factory=list)
    missing: dict[str, Sequence[str]] = field(
        default_factory=dict
    )  # names that the list leaves out, by unit; "": units


def take_list(act: Act, listed: Mapping[str, Listed], *, renamed: bool = False) -> Changes:
    """Adds the units, by id, that are new, and changes what the list says otherwise.

    `renamed`: names that stand where others stood are new names of the same.
    """
    taking = _Taking(act, {*listed}, renamed)
    taking.take(None, "", listed)
    for unit_id, unit in listed.items():
        taking.windows(unit_id, unit)
    return taking.changes


class _Taking:
    """A list being taken in."""

    def __init__(self, act: Act, ids: set[str], renamed: bool) -> None:
        self._act, self._renamed = act, renamed
        rows = act.tx.execute(select(units).order_by(units.c.position, units.c.id)).all()
        self._rows = {row.id: row for row in rows}
        self._below: dict[str | None, list[str]] = defaultdict(list)
        for row in rows:
            self._below[row.parent_id].append(row.id)
        self._ids = {*self._rows, *ids}
        self.changes = Changes(len(rows))
        if ids and (left_out := [row.name for row in rows if row.parent_id is None and row.id not in ids]):
            self.changes.missing[""] = left_out

    def windows(self, unit_id: str, unit: Listed) -> None:
        """Takes a unit's windows and sections. Those that may be others under a new name are told and not added."""
        row, there = self._rows.get(unit_id), self._below[unit_id]
        called = unit.name if row is None or self._renamed else row.name
        names = [self._rows[one].name for one in there]
        found = paired(names, [one.name for one in unit.windows])
        known = {place: there[other] for place, other in found.known.items()}
        held: set[int] = set()
        for gone, new in found.other_names:
            if self._renamed and len(gone) == len(new):
                known |= {place: there[other] for place, other in zip(new, gone, strict=True)}
            else:
                held.update(new)
                told = [names[place] for place in gone], [unit.windows[place].name for place in new]
                self.changes.other_names.append(OtherNames(called, *told))
        if found.missing:
            self.changes.missing[called] = [names[place] for place in found.missing]
        free = (one for n in count(1) if (one := f"{unit_id}-{n}") not in self._ids)
        taken = [(place, one) for place, one in enumerate(unit.windows) if place not in held]
        self.take(unit_id, called, {known.get(place) or next(free): one for place, one in taken})

    def take(self, parent: str | None, above: str, listed: Mapping[str, Listed]) -> None:
        """Takes what stands below one unit, or the units themselves, by id in the order of the list."""
        new = {unit_id: one for unit_id, one in listed.items() if unit_id not in self._rows}
        add_units(self._act, [NewUnit(unit_id, one.name, parent_id=parent, **one.said) for unit_id, one in new.items()])
        self.changes.added += [full_name(one.name, above) for one in new.values()]
        for unit_id, one in listed.items():
            if unit_id in self._rows:
                self._compare(self._rows[unit_id], one, above)
        there = self._below[parent]
        order = in_order(there, list(listed))
        if [one for one in order if one in there] != there:
            self.changes.reordered.append(above)
        if there and order != there:
            for position, unit_id in enumerate(order):
                self._act.tx.execute(update(units).where(units.c.id == unit_id).values(position=position))

    def _compare(self, row: Any, one: Listed, above: str) -> None:
        other = same_unit(row.name) != same_unit(one.name)
        if other and not self._renamed:
            self.changes.other_names.append(OtherNames("", [row.name], [one.name]))
            return
        wanted = {**(spelled(one.name) if other else {}), "name": one.name, "closed": False, **one.said}
        if changed := {column: value for column, value in wanted.items() if getattr(row, column) != value}:
            self._act.tx.execute(update(units).where(units.c.id == row.id).values(**changed))
            self.changes.changed.append(full_name(one.name, above))
        else:
            self.changes.same += 1
