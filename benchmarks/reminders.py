"""Reminders due at one instant, from rows to deliveries: `python -m benchmarks.reminders <folder> <url> <how many>`.

Each is of an obligation of its own, acknowledged, whose unit's head has one chat account; fired as the job does it.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, insert, select

from benchmarks.ours import program
from models.tables import deliveries, grants, obligations, reminders
from scheduler.jobs import REMINDERS_AT_ONCE
from services import people
from services.foundation.act import Act
from services.foundation.vault import new_id
from services.obligations import fire
from services.people import Role


def main(folder: str, url: str, many: int) -> None:
    made = program(Path(folder), url)
    # Whenever it is measured, it is no quiet hour, and the roles hold already.
    acts = made.acts.at(made.clock().replace(hour=10) + timedelta(days=1))
    acts.transact(_owe, many)
    cpu, began = time.process_time(), time.perf_counter()
    count, full = 0, True
    while full:
        fired = acts.transact(fire, REMINDERS_AT_ONCE)
        count += fired
        full = fired == REMINDERS_AT_ONCE
    seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
    written = made.database.look(lambda tx: tx.execute(select(func.count()).select_from(deliveries)).scalar_one())
    if not count == written == many:
        raise RuntimeError(f"{many} due, {count} fired, {written} deliveries")
    print(json.dumps({"reminders_per_second": many / seconds, "cpu": cpu / many * 1e6}))
    made.close()


def _owe(act: Act, many: int) -> None:
    now = act.now
    heads = act.tx.execute(select(grants.c.unit_id, grants.c.person_id).where(grants.c.role == Role.HEAD)).all()
    for head in heads:
        people.ensure_contact(act, "telegram", head.person_id, "zh", head.person_id)
    ids = [new_id() for _ in range(many)]
    due = {"due_at": now + timedelta(3), "created_at": now, "created_by": "clerk", "owed_since": now}
    due |= {"acknowledged_at": now, "state": "acknowledged", "kind": "instruction", "asked": "请报送整改情况。" * 20}
    act.tx.execute(
        insert(obligations),
        [{"id": one, "number": f"D{n}", "unit_id": heads[n % len(heads)].unit_id, **due} for n, one in enumerate(ids)],
    )
    rung = {"kind": "before", "step": 3, "to": "head", "by": "chat", "nth": 2, "due_at": now - timedelta(minutes=1)}
    act.tx.execute(insert(reminders), [{"obligation_id": one, **rung} for one in ids])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
