"""Releasing a notice to many: `python -m benchmarks.release fill|release <folder> <url> <recipients>`.

`fill` makes supervisors with a chat account each. `release`, in a process of its own, prints {"seconds", "mib"}: from
the clerk's word until every recipient has a delivery row, each batch durable (SQLite FULL), and the process's largest
resident size.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from sqlalchemy import func, insert, select

from benchmarks.ours import program
from bot.build import Program
from models.tables import contacts, deliveries, grants, people
from services import notices
from services.foundation.vault import new_id
from services.notices import Audience, Written
from services.people import Role

AT_ONCE = 5_000
CLERK = "0" * 20


def fill(made: Program, many: int) -> None:
    def some(tx, count: int) -> None:
        now, ids = made.clock(), [new_id() for _ in range(count)]
        sealed = made.vault.identities.seal({"name": "x", "phone": None, "title": None}, "person")
        tx.execute(insert(people), [{"id": one, "sealed": sealed, "name_hash": one, "created_at": now} for one in ids])
        held = {"role": Role.SUPERVISOR, "unit_id": "gtj", "since": now}
        tx.execute(insert(grants), [{"id": new_id(), "person_id": one, **held} for one in ids])
        account = {
            "channel": "telegram",
            "sealed": made.vault.identities.seal_bytes(b"700000000", "address"),
            "language": "zh",
            "created_at": now,
        }
        rows = [{"id": new_id(), "address_hash": new_id(), "person_id": one, **account} for one in ids]
        tx.execute(insert(contacts), rows)

    for start in range(0, many, AT_ONCE):
        made.database.transact(some, min(AT_ONCE, many - start))


def release(made: Program, many: int) -> dict[str, float]:
    acts = made.acts.by(CLERK)
    written = Written({"zh": "请各位于周五前报送材料。"}, Audience(roles=(Role.SUPERVISOR,)), True)
    notice_id = acts.transact(notices.draft, written)
    notice = acts.look(notices.look, notice_id)
    if notice is None:
        raise RuntimeError("no draft")
    began = time.perf_counter()
    acts.transact(notices.send, notice_id, notice.seen, None, second_clerk_above=many * 2)
    while made.acts.transact(notices.spread, notice_id):
        pass
    seconds = time.perf_counter() - began
    there = made.database.look(lambda tx: tx.execute(select(func.count()).select_from(deliveries)).scalar_one())
    if there < many:
        raise RuntimeError(f"{there} rows were written")
    return {"seconds": seconds, "mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def main(what: str, folder: str, url: str, recipients: str) -> None:
    made = program(Path(folder), url)
    told = release(made, int(recipients)) if what == "release" else fill(made, int(recipients))
    made.close()
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
