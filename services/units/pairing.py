"""Finds which windows of a list are those that are there: by their names, wherever they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from services.foundation.folding import plain


@dataclass(frozen=True)
class Pairing:
    """Places in the list and in what is there."""

    known: dict[int, int]  # place in the list: place of the same name among those that are there
    other_names: Sequence[tuple[Sequence[int], Sequence[int]]]  # those that are there, and what the list has instead
    missing: Sequence[int]  # of those that are there, without those under `other_names`


def same_unit(name: str) -> str:
    """A unit's name without what people type in many ways: width, case, traditional characters, spaces."""
    return "".join(plain(name).split())


def paired(there: Sequence[str], listed: Sequence[str]) -> Pairing:
    """What is new in the list where something is missing, after the same neighbour, may be that under another name."""
    old, new = [same_unit(name) for name in there], [same_unit(name) for name in listed]
    known = {place: place for place, name in enumerate(new) if old[place : place + 1] == [name]}
    for place, name in enumerate(new):
        free = [other for other, one in enumerate(old) if one == name and other not in known.values()]
        if place not in known and free:
            known[place] = free[0]
    missing = [place for place in range(len(old)) if place not in known.values()]
    gone, added = defaultdict(list), defaultdict(list)  # by the place of the neighbour before; -1: at the beginning
    for place in missing:
        gone[max((other for other in known.values() if other < place), default=-1)].append(place)
    neighbour = -1
    for place in range(len(new)):
        neighbour = known.get(place, neighbour)
        if place not in known:
            added[neighbour].append(place)
    instead = [(gone[place], added[place]) for place in gone if place in added]
    replaced = {place for those, _ in instead for place in those}
    return Pairing(known, instead, [place for place in missing if place not in replaced])


def in_order(there: Sequence[str], listed: Sequence[str]) -> list[str]:
    """Those that are there in the order of the list, each new one after the one before it; the rest stays in place."""
    mine = iter([one for one in listed if one in there])
    order = [next(mine) if one in listed else one for one in there]
    for before, one in pairwise([None, *listed]):
        if one is None or one in order:
            continue
        after = next((order.index(other) for other in listed if other in order), len(order))
        order.insert(order.index(before) + 1 if before else after, one)
    return order
