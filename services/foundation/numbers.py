"""The numbers by which people know things: the day, and a number within it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import bindparam, select, update

from models.database import insert_or_ignore
from models.prepared import Prepared, among, keys
from models.tables import counters
from services.foundation.act import Act

MOST = 9_999  # numbers of four digits that a day has; later ones get a digit more
LANES = 8  # parts of them on PostgreSQL, so that no process waits for the number of another's report
_NEXT = Prepared(
    update(counters)
    .where(counters.c.name == bindparam("of"))
    .values(value=counters.c.value + 1)
    .returning(counters.c.value)
)
_REACHED = Prepared(update(counters).where(counters.c.name == bindparam("of")).values(value=bindparam("reached")))
_FREE = Prepared(
    lambda tx: (
        select(counters.c.name)
        .where(among(tx, counters.c.name))
        .order_by(counters.c.name)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
)


def next_number(act: Act, of: str, letter: str) -> str:
    """The next number, `N20261121-0042`: the office's day and a running number, separate for each kind of thing (`of`).

    `letter` stands before the number.
    """
    return f"{letter}{act.now:%Y%m%d}-{_counted(act, f'{of} {act.now:%Y%m%d}'):04d}"


def report_number(act: Act) -> str:
    """A new number for a report, `20261121-8403`: no two of a day are alike, and only the key knows their order.

    A running number would tell whoever sees it, or files something now and then, when the report came in.
    """
    day = f"{act.now:%Y%m%d}"
    lanes = [f"case {day}", *(f"case {day} {n}" for n in range(1, LANES) if act.tx.dialect.name == "postgresql")]
    lane, share = act.once(f"lane of {day}", lambda: _free(act, lanes)), MOST // len(lanes)
    block, place = divmod(_counted(act, lane) - 1, share)
    order = _order(act.vault.index(f"{day} {block}", "order of numbers"))
    return f"{day}-{block * (MOST + 1) + order[lanes.index(lane) * share + place]:04d}"


def _free(act: Act, lanes: Sequence[str]) -> str:
    """A counter that nobody holds, locked until the commit; the first where all are held."""
    if len(lanes) == 1:
        return lanes[0]
    wanted = {"keys": keys(act.tx, lanes)}
    found = _FREE.rows(act.tx, wanted)
    if not found:
        act.tx.execute(insert_or_ignore(act.tx, counters), [{"name": lane, "value": 0} for lane in lanes])
        found = _FREE.rows(act.tx, wanted)
    return found[0][0] if found else lanes[0]


@lru_cache(maxsize=4)
def _order(seed: str) -> Sequence[int]:
    """The numbers of a day in an order that follows from the seed alone, a keyed hash."""
    key = bytes.fromhex(seed)
    return sorted(range(1, MOST + 1), key=lambda one: hashlib.blake2b(str(one).encode(), key=key).digest())


def _counted(act: Act, name: str) -> int:
    """The next number. The first of an act locks the counter until the commit, so that the others need no database."""
    if name not in act.known:
        act.known[name] = _first(act, name)
    else:
        act.known[name] += 1
        _REACHED.later(act.tx, {"of": name, "reached": act.known[name]}, of=name)
    return act.known[name]


def _first(act: Act, name: str) -> int:
    found = _NEXT.rows(act.tx, {"of": name})
    if not found:
        act.tx.execute(insert_or_ignore(act.tx, counters), {"name": name, "value": 0})
        found = _NEXT.rows(act.tx, {"of": name})
    return found[0][0]
