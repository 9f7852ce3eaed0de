"""Finds which windows of a list are those that are there: by their names, wherever they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
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
    """What is new in the list at the very place of something that is missing may be the same under another name."""
    old, new = [same_unit(name) for name in there], [same_unit(name) for name in listed]
    places: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(old):
        places[name].append(place)
    known = {place: places[name].pop(0) for place, name in enumerate(new) if places[name]}
    missing = [place for place in range(len(old)) if place not in known.values()]
    instead = []
    for kind, start, end, begin, stop in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        gone = [place for place in range(start, end) if place in missing]
        added = [place for place in range(begin, stop) if place not in known]
        if kind == "replace" and gone and added:
            instead.append((gone, added))
    replaced = {place for gone, _ in instead for place in gone}
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
