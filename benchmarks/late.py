"""Who is late, among very many obligations: `python -m benchmarks.late <folder> <url> <how many>`.

A third is owed, and four in ten of that are over their deadline; the rest is settled. The answer is one query.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, insert, select, text

from benchmarks.ours import program
from bot.build import Program
from models.prepared import Prepared
from models.tables import obligations, units
from services.foundation.vault import new_id
from services.obligations import PAGE, Late, ObligationFilters, late, listed

AT_ONCE = 2_000
_INSERT = Prepared(
    insert(obligations),
    "id",
    "number",
    "kind",
    "unit_id",
    "asked",
    "state",
    "owed_since",
    "due_at",
    "settled_at",
    "created_at",
    "created_by",
)


def main(folder: str, url: str, many: int) -> None:
    made = program(Path(folder), url)
    for first in range(0, many, AT_ONCE):
        made.database.transact(_owe, made, range(first, min(many, first + AT_ONCE)))
    with made.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # What autovacuum does within a minute of so many inserts; SQLite's table keeps no dead rows.
        connection.execute(text("vacuum (analyze)" if connection.dialect.name == "postgresql" else "analyze"))
    spent: list[float] = []
    found: list[Late] = []
    for _ in range(9):
        began = time.perf_counter()
        found = made.acts.look(late)
        made.acts.look(listed, made.tools.kinds, ObligationFilters((found[0].unit_id,), late=True, most=PAGE + 1))
        spent.append((time.perf_counter() - began) * 1000)
    print(json.dumps({"ms": statistics.median(spent), "late": sum(one.count for one in found)}))
    made.close()


def _owe(tx: Connection, made: Program, numbers: range) -> None:
    now, known = made.clock(), list(tx.execute(select(units.c.id)).scalars())
    rows = []
    for n in numbers:
        owed, days = n % 3 == 0, (n // 3) % 100
        rows.append(
            {
                "id": new_id(),
                "number": f"D{n}",
                "kind": ("complaint", "instruction")[n // 3 % 3 % 2],
                "unit_id": known[n * 7 % len(known)],
                "asked": "请报送整改情况。",
                "created_by": "clerk",
                "created_at": now,
                "state": "open" if owed else "accepted",
                "owed_since": now if owed else None,
                "due_at": now + timedelta(days - 40, n % 3_600),
                "settled_at": None if owed else now,
            }
        )
    _INSERT.run(tx, *rows)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
