"""Turns a second through a webhook: counted when their effect is in the database, not when they are acknowledged."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from benchmarks import child
from benchmarks.load import CONNECTIONS
from benchmarks.rivals import bare
from benchmarks.rivals.reports import Reports
from benchmarks.servers import database
from benchmarks.updates import TURNS
from models.database import Database

FIRST_CHAT = 800_000_000
PATIENCE = 30.0  # seconds to wait for what was acknowledged


@dataclass(frozen=True)
class Run:
    turns_per_second: float
    p99: float  # ms to the acknowledgement
    behind: float  # seconds from the last acknowledgement to the last effect


def run(who: str, folder: Path, complaints: int) -> Run:
    """`complaints` for each connection, after one each to warm up."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        port = child.free_port()
        with child.running("benchmarks.servers", who, place, port) as server:
            child.answering(server, port)
            stored = _counter(who, Path(place))
            list(child.told("benchmarks.load", port, FIRST_CHAT, 1))
            load = child.told("benchmarks.load", port, FIRST_CHAT + CONNECTIONS, complaints)
            began, acknowledged = next(load)
            behind = _wait(stored, CONNECTIONS * (1 + complaints) * (TURNS if who == "bare" else 1))
            [latencies] = load
    turns = CONNECTIONS * complaints * TURNS
    return Run(turns / (acknowledged + behind - began), statistics.quantiles(latencies, n=100)[98], behind)


def _counter(who: str, folder: Path) -> Callable[[], int]:
    if who == "bare":
        return lambda: bare.count(folder / "bare.db")
    if who == "ptb":
        return Reports(database(folder)).count
    return lambda: _cases(Database(database(folder)))


def _cases(ours: Database) -> int:
    from sqlalchemy import func, select

    from models.tables import cases

    try:
        return ours.look(lambda tx: tx.execute(select(func.count()).select_from(cases)).scalar_one())
    finally:
        ours.close()


def _wait(stored: Callable[[], int], expected: int) -> float:
    """Seconds until all is there: none where it is there at the first look. Raises where it never comes."""
    began, waited = time.monotonic(), 0.0
    while (there := stored()) < expected and waited < PATIENCE:
        time.sleep(0.01)
        waited = time.monotonic() - began
    if there != expected:
        raise RuntimeError(f"{there} of {expected} were stored")
    return waited
