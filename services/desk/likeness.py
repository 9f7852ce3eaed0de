"""Finds cases that may be about the same thing (A42): of one unit, near in time, with similar words or a same picture.

A clerk decides whether they are; a citizen never learns that somebody else has complained.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from models.prepared import one_of
from models.tables import cases, evidence
from services.desk.listing import ids_of
from services.desk.values import Filters
from services.foundation.act import Act
from services.foundation.moments import opened_or_day
from services.foundation.resembling import likeness, pairs

NEAR = timedelta(days=30)
MOST_NEAR = 400  # cases that are compared: those nearest in time
MOST_ALIKE, MOST_LOOKED_AT = 5, 20  # cases that are shown; of which the clerk may see them
ALIKE = 0.35  # of 1: cosine of pairs of characters, the seldom ones weighing more
SHORTEST, MOST_SHARED = 3, 3  # characters of a run that both say; runs that are shown
LONGEST_SHARED = 30  # characters of one


@dataclass(frozen=True)
class Alike:
    """A case that may be about the same thing, and why."""

    id: str
    number: str
    state: str
    days: int  # between the days on which the two came in
    files: int  # that came with both
    shared: Sequence[str]  # runs of characters that both say, folded
    kind: str
    confined: str | None
    older: bool  # whether it came in first: then it is the master, unless the clerk wants it otherwise


def likest(own: str, stories: Mapping[str, str], files: Mapping[str, int]) -> list[str]:
    """The ids of the stories that may be about the same thing, the likest first: a same file counts most.

    Stories are folded; `files`: by id, how many files came with both.
    """
    mine, theirs = pairs(own), {one: pairs(story) for one, story in stories.items()}
    known = Counter(pair for said in (mine, *theirs.values()) for pair in said)
    weights = {pair: math.log(1 + (len(stories) + 1) / many) ** 2 for pair, many in known.items()}
    scored = {one: (files.get(one, 0) > 0, likeness(mine, said, weights)) for one, said in theirs.items()}
    found = [one for one, (same, score) in scored.items() if same or score >= ALIKE]
    return sorted(found, key=lambda one: (scored[one], one), reverse=True)[:MOST_LOOKED_AT]


def same_files(act: Act, report_id: str, ids: Collection[str]) -> Counter[str]:
    """How many pieces of evidence, by case, are to the byte among those of this report."""
    theirs = evidence.c.sha256.is_not(None), ~evidence.c.ours  # one form may go out with a hundred answers
    held = select(evidence.c.sha256).where(evidence.c.subject_id == report_id, *theirs)
    hashes = set(act.tx.execute(held).scalars())
    if not hashes or not ids:
        return Counter()
    told = select(evidence.c.subject_id, evidence.c.sha256).where(
        one_of(act.tx, evidence.c.subject_id, ids), one_of(act.tx, evidence.c.sha256, hashes), *theirs
    )
    return Counter(row.subject_id for row in act.tx.execute(told.distinct()))


def told(
    act: Act, received_at: datetime, own: str, stories: Mapping[str, str], files: Mapping[str, int]
) -> list[Alike]:
    """The first of these cases, in their order, that whoever acts may see in the list, with why they look alike."""
    seen = ids_of(act, Filters(), stories)
    names = "id", "number", "state", "kind", "confined", "received_on", "received"
    columns = [cases.c[name] for name in names]
    rows = {row.id: row for row in act.tx.execute(select(*columns).where(cases.c.id.in_(seen)))}
    return [
        Alike(
            row.id,
            row.number,
            row.state,
            abs((row.received_on - received_at.date()).days),
            files.get(row.id, 0),
            _shared(own, stories[row.id]),
            row.kind,
            row.confined,
            opened_or_day(act.vault, row.received, row.id, row.received_on, act.now.tzinfo) < received_at,
        )
        for row in (rows[one] for one in stories if one in rows)
    ][:MOST_ALIKE]


def _shared(own: str, other: str) -> list[str]:
    """The longest runs of characters that both say, each said once."""
    found: list[str] = []
    for run in sorted(set(_runs(own, other)), key=lambda one: (-len(one), own.index(one))):
        if not any(run in longer for longer in found):
            found.append(run)
    return [run[:LONGEST_SHARED] for run in found[:MOST_SHARED]]


def _runs(own: str, other: str) -> Iterator[str]:
    start = 0
    while start < len(own):
        end = start
        while end < len(own) and own[start : end + 1] in other:
            end += 1
        if end - start >= SHORTEST:
            yield own[start:end]
        start = max(end, start + 1)
