"""The audit chain: every event carries the hash of the one before it, so that a changed past shows.

The chain alone cannot show that its tail was cut; so its head is written to an anchor outside the database (`anchor`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select, text

from models.prepared import Prepared
from models.tables import audit
from services.foundation.act import Act

START = "0" * 64
_LOCK = 7_219_001  # PostgreSQL advisory lock: one appender at a time, until its commit


_HEAD = Prepared(select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1))
_INSERT = Prepared(insert(audit), "seq", "at", "actor", "action", "subject", "detail", "previous", "hash")


@dataclass(frozen=True)
class Broken:
    """The first event in the chain that does not fit."""

    seq: int
    reason: str  # "changed", "missing", "cut"


def append(act: Act, action: str, subject: str, detail: dict[str, Any] | None = None) -> None:
    """Adds one event. Its actor is a role or the random id of one of the office's people, never a citizen or a name."""
    if act.tx.dialect.name == "postgresql":
        act.tx.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    last, previous = head(act.tx) or (0, START)
    seq = last + 1
    row = {"seq": seq, "at": act.now, "actor": act.actor, "action": action, "subject": subject, "detail": detail or {}}
    _INSERT.run(act.tx, row | {"previous": previous, "hash": _hash(previous, row)})


def verify(tx: Connection, anchors: Mapping[int, str] | None = None) -> Broken | None:
    """Recomputes the whole chain and compares it with every head that was anchored; returns the first break."""
    anchors = anchors or {}
    previous, seq = START, 0
    for row in tx.execute(select(audit).order_by(audit.c.seq)).mappings():
        if row["seq"] != seq + 1:
            return Broken(seq + 1, "missing")
        seq = row["seq"]
        if row["previous"] != previous or row["hash"] != _hash(previous, row):
            return Broken(seq, "changed")
        previous = row["hash"]
        if anchors.get(seq, previous) != previous:
            return Broken(seq, "changed")
    if max(anchors, default=0) > seq:
        return Broken(seq + 1, "cut")
    return None


def head(tx: Connection) -> tuple[int, str] | None:
    found = _HEAD.rows(tx, {})
    return (found[0][0], found[0][1]) if found else None


def anchor(file: Path, now: datetime, at: tuple[int, str] | None) -> bool:
    """Appends the head to a file that is kept where the owner of the database cannot reach it.

    Returns False where the head lies before one that was anchored: the chain was cut, and nothing is written over that.
    """
    newest = max(anchors(file), default=0)
    if at is None or at[0] < newest:
        return newest == 0
    if at[0] > newest:
        with file.open("a", encoding="ascii") as out:
            out.write(f"{now.isoformat(timespec='seconds')} {at[0]} {at[1]}\n")
    return True


def anchors(file: Path) -> dict[int, str]:
    """Every anchored head: its hash by the number of its event. A number anchored twice keeps its first hash."""
    found: dict[int, str] = {}
    for line in file.read_text(encoding="ascii").splitlines() if file.exists() else []:
        parts = line.split()
        if len(parts) == 3 and parts[1].isdigit():
            found.setdefault(int(parts[1]), parts[2])
    return found


def _hash(previous: str, row: Any) -> str:
    told = [
        row["seq"],
        row["at"].astimezone(UTC).isoformat(),
        row["actor"],
        row["action"],
        row["subject"],
        row["detail"],
    ]
    return hashlib.sha256(previous.encode() + msgspec.json.encode(told, order="sorted")).hexdigest()
