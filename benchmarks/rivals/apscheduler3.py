"""APScheduler with its SQLAlchemy job store: as many jobs due at one instant, each of which does nothing but count.

`python -m benchmarks.rivals.apscheduler3 <url> <how many>`. The database is set as ours: WAL, synchronous=FULL.
"""

from __future__ import annotations

import importlib
import json
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine, event

_done, _all, _wanted, _lock = [0], threading.Event(), [0], threading.Lock()


def remind(number: str) -> None:
    with _lock:
        _done[0] += 1
        if _done[0] == _wanted[0]:
            _all.set()


def main(url: str, many: int) -> None:
    engine = create_engine(url)
    event.listen(engine, "connect", _pragmas)
    store, now = SQLAlchemyJobStore(engine=engine), datetime.now(UTC)
    scheduler = BackgroundScheduler(jobstores={"default": store}, timezone=UTC)
    scheduler.start(paused=True)
    _wanted[0] = many
    due = {"run_date": now - timedelta(minutes=1), "misfire_grace_time": None}
    # One commit a job is how the store writes; the rows are put there without a flush of the disk for each.
    with engine.connect() as one:
        one.exec_driver_sql("PRAGMA synchronous=OFF")
    for n in range(many):
        scheduler.add_job("benchmarks.rivals.apscheduler3:remind", "date", args=[f"D{n}"], **due)
    engine.dispose()
    began = time.perf_counter()
    scheduler.resume()
    if not _all.wait(60):
        raise RuntimeError(f"{_done[0]} of {many} ran")
    while scheduler.get_jobs():
        time.sleep(0.001)
    print(json.dumps({"reminders_per_second": many / (time.perf_counter() - began)}))
    scheduler.shutdown()


def _pragmas(connection: Any, _: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


if __name__ == "__main__":
    there = importlib.import_module("benchmarks.rivals.apscheduler3")  # whose `remind` the jobs name
    there.main(sys.argv[1], int(sys.argv[2]))
