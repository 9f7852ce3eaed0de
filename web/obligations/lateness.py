"""Shows who is late: by unit with the most first, by kind, and by age (A52, C08)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.obligations import Late

MOST = 5  # units shown before the rest is folded away: on a phone the list follows below


@dataclass(frozen=True)
class LateUnit:
    id: str
    count: int
    kinds: Mapping[str, int]
    oldest: datetime
    days: int  # working days left of the oldest: never more than 0
    share: int  # length in percent of the longest bar


@dataclass(frozen=True)
class Lateness:
    count: int
    units: Sequence[LateUnit]  # sort: the most first; among equals, the older first
    kinds: Mapping[str, int]
    ages: Mapping[str, int]

    @property
    def first(self) -> Sequence[LateUnit]:
        return self.units[:MOST]

    @property
    def rest(self) -> Sequence[LateUnit]:
        return self.units[MOST:]


def lateness(found: Sequence[Late]) -> Lateness:
    by_unit: dict[str, list[Late]] = defaultdict(list)
    kinds: Counter[str] = Counter()
    ages: Counter[str] = Counter()
    for one in found:
        by_unit[one.unit_id].append(one)
        kinds[one.kind] += one.count
        ages.update(one.ages)
    totals = {unit: sum(one.count for one in late) for unit, late in by_unit.items()}
    most = max(totals.values(), default=1)
    units = [_unit(late, totals[unit], most) for unit, late in by_unit.items()]
    units.sort(key=lambda one: (-one.count, one.oldest, one.id))
    return Lateness(sum(totals.values()), units, kinds, ages)


def _unit(late: Sequence[Late], total: int, most: int) -> LateUnit:
    oldest = min(late, key=lambda one: one.oldest_due)
    kinds = {one.kind: one.count for one in late}
    return LateUnit(oldest.unit_id, total, kinds, oldest.oldest_due, oldest.days, max(1, 100 * total // most))
