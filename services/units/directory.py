"""The directory holds the units in memory: every keystroke searches them, and they change a few times a year."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from sqlalchemy import Connection, and_, select

from conversation.messages import Option
from models.tables import units
from services.foundation.folding import folded, found_by, words_of
from services.foundation.matching import nearest
from services.units.naming import ENGLISH, full_english, full_name
from services.units.pairing import same_unit
from templates import DEFAULT_LANGUAGE

EXACT, NO_MATCH = 1, 9
SEARCHES_KEPT = 2_000
LONGEST_NAME = 60  # characters: longer text is no name
OF = "的"  # 国土局的办证窗口
CITY = "市"  # before most names, and left out by most people


@dataclass(frozen=True)
class Unit:
    id: str
    parent_id: str | None
    kind: str
    name: str
    full_name: str  # with the parent's name: 市国土局·办证窗口
    pinyin: str
    initials: str
    english: str | None = None
    aliases: tuple[str, ...] = ()
    full_english: str | None = None  # with the parent's name; None where neither has one

    @cached_property
    def found_by(self) -> str:
        """What a list of units is searched by in a page."""
        return found_by(self.full_name, *self.aliases, self.english, *self.pinyin.split(), self.initials)


@dataclass(frozen=True)
class _Keys:
    """What a unit is found by, folded."""

    names: tuple[str, ...]  # the full name first
    told: tuple[str, ...]  # how a story names it
    words: tuple[str, ...]  # of its English name, and of that of the unit above
    spellings: tuple[str, ...]  # pinyin, with that of the unit above, and English as one word


class Directory:
    """All units in order, each followed by its windows and sections. Immutable: a change makes a new directory.

    With `language` ENGLISH it shows each unit by its English name, if it has one. What finds a unit stays the same.
    """

    def __init__(self, units: Iterable[Unit] = (), language: str = DEFAULT_LANGUAGE) -> None:
        given = list(units)
        self._language = language
        self.by_id = {unit.id: unit for unit in given}
        self._below: dict[str | None, list[Unit]] = {}
        for unit in given:
            self._below.setdefault(unit.parent_id if unit.parent_id in self.by_id else None, []).append(unit)
        self.top = self._below.get(None, [])
        self.units = [unit for top in self.top for unit in (top, *self.below(top.id))]
        self.search = lru_cache(SEARCHES_KEPT)(self._search)
        self.nearest = lru_cache(SEARCHES_KEPT)(self._nearest)
        self.windows = lru_cache(SEARCHES_KEPT)(self._windows)

    def get(self, unit_id: str | None) -> Unit | None:
        return self.by_id.get(unit_id) if unit_id else None

    def spoken(self, language: str) -> Directory:
        """The same units, named as a language has them."""
        return self._in_english if language == ENGLISH else self

    @cached_property
    def _in_english(self) -> Directory:
        other = Directory(self.by_id.values(), ENGLISH)
        other._keys, other._all_names = self._keys, self._all_names  # folded once: what finds a unit stays the same
        return other

    def name(self, unit_id: str | None) -> str | None:
        unit = self.get(unit_id)
        return self._called(unit) if unit else None

    def _called(self, unit: Unit) -> str:
        return (self._language == ENGLISH and unit.full_english) or unit.full_name

    def own_name(self, unit: Unit) -> str:
        """The name without that of the unit above."""
        return (self._language == ENGLISH and unit.english) or unit.name

    def options(self, found: Iterable[Unit]) -> Sequence[Option]:
        """Units to choose from, each known by its Chinese name too."""
        named = ((unit, self._called(unit)) for unit in found)
        return tuple(
            Option(unit.id, name, known=unit.full_name if name != unit.full_name else None) for unit, name in named
        )

    def below(self, unit_id: str | None) -> Sequence[Unit]:
        """The windows and sections of a unit."""
        return self._below.get(unit_id, ()) if unit_id else ()

    def _windows(self, unit_id: str | None) -> Sequence[Option]:
        """The windows and sections of a unit to choose from, by their own names, each known by its Chinese name too."""
        named = ((unit, self.own_name(unit)) for unit in self.below(unit_id))
        return tuple(Option(unit.id, name, known=unit.name if name != unit.name else None) for unit, name in named)

    def under(self, unit_id: str) -> Iterator[str]:
        """The ids of everything below a unit, however deep."""
        for unit in self.below(unit_id):
            yield unit.id
            yield from self.under(unit.id)

    def line(self, unit_id: str) -> Sequence[str]:
        """The ids of a unit and of those above it, the unit first."""
        unit = self.get(unit_id)
        return (unit_id, *(self.line(unit.parent_id) if unit and unit.parent_id else ()))

    def twins(self) -> Iterator[Sequence[Unit]]:
        """Units of one name, and windows or sections of one name in a unit: nobody could tell them apart."""
        named: dict[tuple[str | None, str], list[Unit]] = defaultdict(list)
        for unit in self.by_id.values():
            named[unit.parent_id, same_unit(unit.name)].append(unit)
        return (found for found in named.values() if len(found) > 1)

    def named(self, text: str) -> Sequence[Unit]:
        """The units that are called exactly so: by full name, alias or English name, else by their own name alone."""
        whole, own = self._exact
        name = folded(text)
        return whole.get(name) or own.get(name, ())

    @cached_property
    def _exact(self) -> tuple[dict[str, list[Unit]], dict[str, list[Unit]]]:
        """The units by each of their names, and by their own names without those of the units above."""
        whole, own = defaultdict[str, list[Unit]](list), defaultdict[str, list[Unit]](list)
        for unit in self.units:
            for name in {*self._keys[unit.id].told}:
                whole[name].append(unit)
            for name in {folded(one) for one in (unit.name, unit.english) if one}:
                own[name].append(unit)
        return dict(whole), dict(own)

    def named_in(self, text: str) -> Sequence[Unit]:
        """The units that a text names, those that are named most fully first: a window before its unit."""
        told = folded(text)
        found = {
            unit.id: max((len(name) for name in self._keys[unit.id].told if len(name) > 2 and name in told), default=0)
            for unit in self.units
        }
        return sorted((unit for unit in self.units if found[unit.id]), key=lambda unit: -found[unit.id])

    def unnamed(self, text: str) -> str:
        """What a text says beside the names of units and windows, folded."""
        left = folded(text)
        for name in self._all_names:
            left = left.replace(name, "")
        return left

    @cached_property
    def _all_names(self) -> Sequence[str]:
        """What units and windows are called, the longest first: a short one may be a part of it."""
        told = (one for unit in self.units for one in (*self._keys[unit.id].told, folded(unit.name)))
        return sorted({name for name in told if len(name) > 2}, key=len, reverse=True)

    @cached_property
    def _keys(self) -> dict[str, _Keys]:
        """What each unit is found by; made when something is first looked for."""
        return {unit.id: _keys(unit, self.get(unit.parent_id)) for unit in self.units}

    def _search(self, query: str) -> Sequence[Option]:
        """Finds units by part of the name, pinyin, initials (`gtj` finds 国土局) or English; the best match first.

        Of those that fit alike, whole units come before windows and sections.
        """
        if not folded(query):
            return self.options(self.top)
        return self._found(query) or (self._found(query.replace(OF, " ")) if OF in query else ())

    def _found(self, query: str) -> Sequence[Option]:
        word = folded(query)
        words = words_of(query)
        ranks = {unit.id: _rank(unit, self._keys[unit.id], word, words) for unit in self.units}
        best = [
            (min(ranks[unit.id], _meant(unit, ranks)), unit.parent_id is not None, n)
            for n, unit in enumerate(self.units)
        ]
        return self.options([self.units[n] for rank, _, n in sorted(best) if rank < NO_MATCH])

    def _nearest(self, query: str) -> Sequence[Option]:
        """The units whose names come nearest to a query that finds none; of a long text those that it names."""
        if len(query) > LONGEST_NAME:
            return self.options(self.named_in(query))
        whole_first = sorted(self._keys, key=lambda unit_id: self.by_id[unit_id].parent_id is not None)
        names = {unit_id: (*self._keys[unit_id].names, folded(self.by_id[unit_id].name)) for unit_id in whole_first}
        spellings = {unit_id: keys.spellings for unit_id, keys in self._keys.items()}
        return self.options([self.by_id[unit_id] for unit_id in nearest(query, names, spellings)])


def load_units(tx: Connection) -> Directory:
    above = units.alias("above")
    open_above = and_(above.c.id == units.c.parent_id, ~above.c.closed)
    rows = tx.execute(
        select(units, above.c.name.label("above"), above.c.english.label("above_english"))
        .outerjoin_from(units, above, open_above)
        .where(~units.c.closed)
        .order_by(units.c.position, units.c.id)
    )
    return Directory(
        Unit(
            row.id,
            row.parent_id,
            row.kind,
            row.name,
            full_name(row.name, row.above),
            row.pinyin,
            row.initials,
            row.english,
            tuple(row.aliases or ()),
            full_english(row.name, row.english, row.above, row.above_english),
        )
        for row in rows
    )


def _keys(unit: Unit, above: Unit | None) -> _Keys:
    full = folded(unit.full_name)
    starts = {above.pinyin.split()[0], above.pinyin.split()[-1]} if above and above.pinyin else {""}
    spelled = unit.pinyin.split()
    english = [word for name in (unit.english, above.english if above else None) if name for word in words_of(name)]
    names = dict.fromkeys([full, full.removeprefix(CITY), *map(folded, unit.aliases)])
    whole = [start + one for start in starts for one in spelled] if above else []
    told = (*names, *([folded(unit.full_english)] if unit.full_english else []))
    one_word = [folded(unit.english)] if unit.english else []
    return _Keys(tuple(names), told, tuple(english), (*spelled, *whole, *one_word))


def _meant(unit: Unit, ranks: dict[str, int]) -> int:
    """The best rank among a unit and its windows: somebody who names a unit exactly may mean one of its windows."""
    above = ranks.get(unit.parent_id or "", NO_MATCH)
    return above if above <= EXACT else NO_MATCH


def _rank(unit: Unit, keys: _Keys, word: str, words: Sequence[str]) -> int:
    """How well the word fits: 0 best, NO_MATCH not at all. `words`: its parts, which may stand apart in the name."""
    if word in keys.names:
        return 0
    if word in (unit.initials, "s" + unit.initials):
        return 1
    if any(word in name for name in keys.names):
        return 2
    if word.isascii() and (word in unit.initials or any(part.startswith(word) for part in keys.spellings)):
        return 3
    if word.isascii() and len(word) > 3 and word in unit.pinyin:
        return 4
    if all(any(part in name for name in keys.names) or _begins(part, keys.words) for part in words):
        return 5
    return NO_MATCH


def _begins(part: str, words: Sequence[str]) -> bool:
    """Whether a part of the query begins an English word; two letters begin too many."""
    return len(part) > 2 and any(word.startswith(part) for word in words)
