"""What the audit chain costs: `python -m benchmarks.audit write <folder> <url> <seconds>` or `verify <folder> <many>`.

`write`: commits a second on PostgreSQL by eight connections, each of one row. In turn it is a plain row of the size of
an event, and an event with all that belongs to it, while the sequencer numbers beside it. The second counts as done
once every event has its number.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Column, LargeBinary, Table, insert

from benchmarks.ours import program
from benchmarks.servers import database
from bot.build import Program
from models.prepared import Prepared
from models.tables.base import BigId, metadata
from services.foundation import audit, chain
from services.foundation.act import Act

CONNECTIONS = 8
A_PROGRAM = 4  # connections of one program, which has six
ROUNDS = 9
AT_ONCE = 2_000
plain = Table("bench_plain", metadata, Column("id", BigId, primary_key=True), Column("sealed", LargeBinary))
_PLAIN = Prepared(insert(plain), "sealed")
ROW = {"sealed": bytes(180)}  # with day and lot, as much as an event


def write(folder: str, url: str, seconds: float) -> dict[str, list[float]]:
    made = [program(Path(folder), url) for _ in range(CONNECTIONS // A_PROGRAM)]
    made[0].database.transact(plain.create)
    found: dict[str, list[float]] = {"plain": [], "chained": []}
    for _ in range(ROUNDS):
        found["plain"].append(_per_second(made, _insert, seconds))
        found["chained"].append(_per_second(made, _append, seconds, numbered=True))
    for one in made:
        one.close()
    return found


def _insert(made: Program) -> None:
    made.database.transact(lambda tx: _PLAIN.run(tx, ROW))


def _append(made: Program) -> None:
    made.acts.transact(audit.append, "case_accepted", "0123456789abcdef0123", {"number": "20261121-0042"})


def _per_second(
    made: list[Program], once: Callable[[Program], None], seconds: float, *, numbered: bool = False
) -> float:
    began, end = time.perf_counter(), time.perf_counter() + seconds
    done, stopped = [0] * CONNECTIONS, threading.Event()

    def keep_on(n: int) -> None:
        while time.perf_counter() < end:
            once(made[n // A_PROGRAM])
            done[n] += 1

    def keep_numbering() -> None:
        while not stopped.wait(0.2):
            while made[0].database.transact(chain.number, made[0].vault).events == chain.MOST:
                pass

    writers = [threading.Thread(target=keep_on, args=(n,)) for n in range(CONNECTIONS)]
    sequencer = threading.Thread(target=keep_numbering)
    for thread in (*writers, *((sequencer,) if numbered else ())):
        thread.start()
    for thread in writers:
        thread.join()
    stopped.set()
    if numbered:
        sequencer.join()
        number(made[0])
    return sum(done) / (time.perf_counter() - began)


def verify(folder: str, many: int) -> dict[str, float]:
    made = program(Path(folder), database(Path(folder)))

    record(made, many)
    began = time.perf_counter()
    broken = made.database.view(chain.verify, made.vault)
    spent = time.perf_counter() - began
    if broken:
        raise RuntimeError(broken)
    made.close()
    return {"seconds": spent}


def record(made: Program, many: int) -> None:
    """So many events, one each second."""

    def some(act: Act, numbers: range) -> None:
        for n in numbers:
            audit.append(
                act.at(act.now + timedelta(seconds=n)), "case_accepted", f"{n:020x}", {"number": f"20261121-{n}"}
            )

    for first in range(0, many, AT_ONCE):
        made.acts.transact(some, range(first, min(many, first + AT_ONCE)))


def number(made: Program) -> None:
    """Numbers and chains what waits for it, where a sequencer does that: on PostgreSQL."""
    while made.database.transact(chain.number, made.vault, wait=True).events:
        pass


if __name__ == "__main__":
    what, folder, *more = sys.argv[1:]
    print(json.dumps(verify(folder, int(more[0])) if what == "verify" else write(folder, more[0], float(more[1]))))
