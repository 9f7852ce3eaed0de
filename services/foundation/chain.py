"""The chain itself: each event has a number and a keyed hash over itself and the one before, so that a change shows.

SQLite has one writer, which chains at once. On PostgreSQL a chain would hold one writer up until the commit of the
other: there the writers only insert, and one process at a time numbers what has been committed (`number`).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, text

from models.parts import in_parts
from models.prepared import Prepared
from models.tables import audit, audit_waiting
from services.foundation.events import Told, known, open_part, sealed
from services.foundation.vault import Vault

BELL = "audit"  # rung where events wait for their number
START = bytes(32)
MOST = 1000  # events numbered in one transaction
LATE = timedelta(seconds=5)  # by then every event has its number
_LANE = 7_219_001  # PostgreSQL advisory lock: whoever holds it numbers

_HEAD = Prepared(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1))
_COLUMNS: Sequence[str] = ("seq", "day", "lot", "sealed", "hash")
_INSERT = Prepared(insert(audit), *_COLUMNS)
_WAIT = Prepared(insert(audit_waiting), "sealed")
_MOVE = text(  # inside the server: what is sealed is not sent there again
    "with gone as (delete from audit_waiting where id = any(:ids) returning id, sealed)"
    " insert into audit (seq, day, lot, sealed, hash)"
    " select :first + nth - 1, day, lot, sealed, substring(:hashes from 32 * cast(nth as int) - 31 for 32)"
    " from unnest(cast(:ids as bigint[]), cast(:days as date[]), cast(:lots as smallint[]))"
    " with ordinality as told (id, day, lot, nth) join gone using (id)"
)
_WAITING = select(audit_waiting.c.id, audit_waiting.c.sealed).order_by(audit_waiting.c.id)
_NEXT = _WAITING.limit(bindparam("most"))


@dataclass(frozen=True)
class Broken:
    """The first event of the chain that does not fit. `reason`: changed, missing, cut, repeated."""

    seq: int
    reason: str


@dataclass(frozen=True)
class Numbered:
    """What a look at the waiting events did. `unknown`: ids of rows that were not written by this program."""

    events: int
    unknown: frozenset[int] = frozenset()


def write(tx: Connection, vault: Vault, told: Told) -> bool:
    """Writes what an act has to tell; returns whether it waits for `number`. Raises events.Untold."""
    events = told.complete(tx, vault)
    if not events:
        return False
    if tx.dialect.name == "postgresql":
        _WAIT.run(tx, *({"sealed": sealed(vault, event)} for event in events))
        return True
    rows = [(*open_part(vault, event), sealed(vault, event)) for event in events]
    _INSERT.run(tx, *(dict(zip(_COLUMNS, row, strict=True)) for row in _chained(tx, vault, rows)))
    return False


def number(tx: Connection, vault: Vault, *, wait: bool = False) -> Numbered:
    """Numbers and chains events that wait, in the order in which they were written, up to `MOST`.

    Does nothing while somebody else does it; `wait`: waits for them first. What does not open is no event of ours: it
    stays where it is.
    """
    if tx.dialect.name != "postgresql" or not _lane_is_ours(tx, wait=wait):
        return Numbered(0)
    rows: dict[int, tuple[date, int, bytes]] = {}
    unknown: set[int] = set()
    for id, data in tx.execute(_NEXT, {"most": MOST}):
        event = known(vault, data)
        if event is None:
            unknown.add(id)
        else:
            rows[id] = *open_part(vault, event), data
    if rows:
        seqs, days, lots, _, hashes = zip(*_chained(tx, vault, rows.values()), strict=True)
        told = {"ids": list(rows), "days": list(days), "lots": list(lots), "hashes": b"".join(hashes)}
        tx.execute(_MOVE, {"first": seqs[0], **told})
    return Numbered(len(rows), frozenset(unknown))


def head(tx: Connection) -> tuple[int, bytes]:
    """The number and the hash of the newest event; 0 and `START` where there is none."""
    found = _HEAD.rows(tx, {})
    return (found[0][0], bytes(found[0][1])) if found else (0, START)


def is_late(tx: Connection, vault: Vault, now: datetime) -> bool:
    """Whether the oldest event that waits for its number has waited too long, or is none of ours."""
    row = tx.execute(_WAITING.limit(1)).first()
    if row is None:
        return False
    event = known(vault, row.sealed)
    return event is None or event.at < now - LATE


def verify(tx: Connection, vault: Vault, anchored: Mapping[int, bytes] | None = None) -> Broken | None:
    """Recomputes the whole chain and compares it with every head that was anchored; returns the first break.

    Nothing is opened for that. An event that stands there twice was copied: what is sealed is never the same again.
    """
    anchored = anchored or {}
    seq, before = 0, START
    nonces = array("Q")
    for found, day, lot, data, kept in _all(tx):
        if found != seq + 1:
            return Broken(seq + 1, "missing")
        seq, before = found, _hash(vault, before, found, day, lot, data)
        if before != kept or anchored.get(seq, before) != before:
            return Broken(seq, "changed")
        nonces.append(int.from_bytes(data[:8]))
    if max(anchored, default=0) > seq:
        return Broken(seq + 1, "cut")
    if twice := _twice(nonces):
        return Broken(twice, "repeated")
    return None


def _lane_is_ours(tx: Connection, *, wait: bool) -> bool:
    """Whether this transaction numbers, until its end."""
    if wait:
        tx.execute(select(func.pg_advisory_xact_lock(_LANE)))
        return True
    return bool(tx.execute(select(func.pg_try_advisory_xact_lock(_LANE))).scalar())


def _chained(
    tx: Connection, vault: Vault, rows: Iterable[tuple[date, int, bytes]]
) -> Iterator[tuple[int, date, int, bytes, bytes]]:
    """The rows as they go on with the chain: number, day, lot, what is sealed, and hash."""
    newest, before = head(tx)
    for seq, (day, lot, data) in enumerate(rows, newest + 1):
        before = _hash(vault, before, seq, day, lot, data)
        yield seq, day, lot, data, before


def _hash(vault: Vault, before: bytes, seq: int, day: date, lot: int, data: bytes) -> bytes:
    return vault.mac(b"event %b%d %d %d " % (before, seq, day.toordinal(), lot) + data)


def _all(tx: Connection) -> Iterator[Row[*tuple[Any, ...]]]:
    columns = audit.c.seq, audit.c.day, audit.c.lot, audit.c.sealed, audit.c.hash
    return in_parts(tx, select(*columns), audit.c.seq, 5000)


def _twice(nonces: array[int]) -> int:
    """The number of the second of two events that begin alike; 0 where all differ."""
    ordered = sorted(nonces)
    again = {one for one, other in pairwise(ordered) if one == other}
    seen: set[int] = set()
    for seq, one in enumerate(nonces, 1):
        if one in again and one in seen:
            return seq
        seen.update({one} & again)
    return 0
