"""APScheduler with its SQLAlchemy job store: as many jobs due at one instant, each of which writes its delivery.

`python -m benchmarks.rivals.apscheduler3 <url> <how many>`. SQLite with a write-ahead log and synchronous=FULL, as ours
has it. The delivery is one plain row, neither sealed nor looked up.
"""

from __future__ import annotations

import importlib
import json
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import Column, Engine, Integer, MetaData, String, Table, Text, create_engine, insert

from benchmarks.out.rivals import TEXT

_done, _all, _wanted, _lock = [0], threading.Event(), [0], threading.Lock()
_engines: list[Engine] = []
_rows = Table(
    "rival_deliveries",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("number", String(20)),
    Column("body", Text),
)


def remind(number: str) -> None:
    with _engines[0].begin() as tx:
        tx.execute(insert(_rows).values(number=number, body=TEXT))
    with _lock:
        _done[0] += 1
        if _done[0] == _wanted[0]:
            _all.set()


def main(url: str, many: int) -> None:
    engine = create_engine(url, connect_args={"timeout": 60})
    _engines.append(engine)
    _rows.create(engine)
    store, now = SQLAlchemyJobStore(engine=engine), datetime.now(UTC)
    scheduler = BackgroundScheduler(jobstores={"default": store}, timezone=UTC)
    scheduler.start(paused=True)
    _wanted[0] = many
    due = {"run_date": now - timedelta(minutes=1), "misfire_grace_time": None}
    # One commit a job is how the store writes; the rows are put there without a flush of the disk for each.
    with engine.connect() as one:
        one.exec_driver_sql("PRAGMA journal_mode=WAL")
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


if __name__ == "__main__":
    there = importlib.import_module("benchmarks.rivals.apscheduler3")  # whose `remind` the jobs name
    there.main(sys.argv[1], int(sys.argv[2]))
