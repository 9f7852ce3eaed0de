"""The directory holds the units in memory: every keystroke searches them, and they change a few times a year."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Connection, select

from conversation.messages import Option
from models.tables import units

EXACT, NO_MATCH = 1, 9
SEARCHES_KEPT = 2_000


@dataclass(frozen=True)
class Unit:
    id: str
    parent_id: str | None
    kind: str
    name: str
    full_name: str  # with the parent's name: 市国土局·办证窗口
    pinyin: str
    initials: str


class Directory:
    """All units in order, each followed by its windows and sections. Immutable: a change makes a new directory."""

    def __init__(self, units: Iterable[Unit] = ()) -> None:
        given = list(units)
        self.by_id = {unit.id: unit for unit in given}
        self._below: dict[str | None, list[Unit]] = {}
        for unit in given:
            self._below.setdefault(unit.parent_id if unit.parent_id in self.by_id else None, []).append(unit)
        self.top = self._below.get(None, [])
        self.units = [unit for top in self.top for unit in (top, *self.below(top.id))]
        self.search = lru_cache(SEARCHES_KEPT)(self._search)

    def get(self, unit_id: str | None) -> Unit | None:
        return self.by_id.get(unit_id) if unit_id else None

    def name(self, unit_id: str | None) -> str | None:
        unit = self.get(unit_id)
        return unit.full_name if unit else None

    def below(self, unit_id: str | None) -> Sequence[Unit]:
        """The windows and sections of a unit."""
        return self._below.get(unit_id, ()) if unit_id else ()

    def under(self, unit_id: str) -> Iterator[str]:
        """The ids of everything below a unit, however deep."""
        for unit in self.below(unit_id):
            yield unit.id
            yield from self.under(unit.id)

    def line(self, unit_id: str) -> Sequence[str]:
        """The ids of a unit and of those above it, the unit first."""
        unit = self.get(unit_id)
        return (unit_id, *(self.line(unit.parent_id) if unit and unit.parent_id else ()))

    def _search(self, query: str) -> Sequence[Option]:
        """Finds units by part of the name, pinyin or initials (`gtj` finds 国土局); the best match first."""
        word = "".join(query.split()).casefold()
        if not word:
            return unit_options(self.top)
        ranks = {unit.id: _rank(unit, word) for unit in self.units}
        best = [(min(ranks[unit.id], _meant(unit, ranks)), n) for n, unit in enumerate(self.units)]
        return unit_options([self.units[n] for rank, n in sorted(best) if rank < NO_MATCH])


def unit_options(found: Iterable[Unit]) -> Sequence[Option]:
    return tuple(Option(unit.id, unit.full_name) for unit in found)


def load_units(tx: Connection) -> Directory:
    rows = tx.execute(select(units).where(~units.c.closed).order_by(units.c.position, units.c.id)).all()
    names = {row.id: row.name for row in rows}
    return Directory(
        Unit(
            row.id,
            row.parent_id,
            row.kind,
            row.name,
            f"{names[row.parent_id]}·{row.name}" if row.parent_id in names else row.name,
            row.pinyin,
            row.initials,
        )
        for row in rows
    )


def _meant(unit: Unit, ranks: dict[str, int]) -> int:
    """The best rank among a unit and its windows: somebody who names a unit exactly may mean one of its windows."""
    above = ranks.get(unit.parent_id or "", NO_MATCH)
    return above if above <= EXACT else NO_MATCH


def _rank(unit: Unit, word: str) -> int:
    """How well the word fits: 0 best, NO_MATCH not at all."""
    name = unit.full_name.casefold()
    if word in (name, name.removeprefix("市")):
        return 0
    if word in (unit.initials, "s" + unit.initials):
        return 1
    if word in name:
        return 2
    if word.isascii() and (word in unit.initials or any(part.startswith(word) for part in unit.pinyin.split())):
        return 3
    if word.isascii() and len(word) > 3 and word in unit.pinyin:
        return 4
    return NO_MATCH
