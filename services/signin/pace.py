"""How often something may be tried: some times at once, then once in a while. Durable, and the same for all processes.

Of each key one moment is kept, at which all its tries are free again; every try moves it on by `every`. A try is
counted before it is judged, so that many at once cannot pass together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update

from models.database import insert_or_ignore
from models.tables import tries
from services.foundation.act import Act

NOW = timedelta(0)


@dataclass(frozen=True)
class Pace:
    """`most` tries at once, then one more after each `every`."""

    name: str
    most: int
    every: timedelta


@dataclass(frozen=True)
class Counted:
    """What is counted at which pace: one person, one address, one browser."""

    pace: Pace
    key: str


def take(act: Act, counted: Sequence[Counted]) -> timedelta:
    """Counts a try of all of these; or returns how long to wait where one of them is used up, and counts nothing."""
    keys = sorted(((_key(act, one), one.pace) for one in counted), key=lambda pair: pair[0])
    act.tx.execute(insert_or_ignore(act.tx, tries), [{"key_hash": key, "free_at": act.now} for key, _ in keys])
    rows = select(tries.c.key_hash, tries.c.free_at).where(tries.c.key_hash.in_([key for key, _ in keys]))
    free = {row.key_hash: row.free_at for row in act.tx.execute(rows.order_by(tries.c.key_hash).with_for_update())}
    wait = max((free[key] - (pace.most - 1) * pace.every - act.now for key, pace in keys), default=NOW)
    if wait > NOW:
        return wait
    for key, pace in keys:
        later = max(free[key], act.now) + pace.every
        act.tx.execute(update(tries).where(tries.c.key_hash == key).values(free_at=later))
    return NOW


def forgive(act: Act, counted: Sequence[Counted]) -> None:
    """Takes back what was counted: it was right."""
    for one in counted:
        act.tx.execute(tries.delete().where(tries.c.key_hash == _key(act, one)))


def forget_tries(act: Act) -> None:
    """Deletes what counts no longer."""
    act.tx.execute(tries.delete().where(tries.c.free_at <= act.now))


def _key(act: Act, one: Counted) -> str:
    return act.vault.index(f"{one.pace.name}\0{one.key}", "tries")
