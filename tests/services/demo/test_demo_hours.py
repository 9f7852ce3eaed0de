"""The demo's reminder comes within two minutes at any hour and on any day, and nothing is told that never went."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.build import Program, build
from channels.sms.settings import CONSOLE
from migrations.run import migrate
from scheduler.jobs import jobs
from services import obligations, people
from services.demo import start_demo
from services.obligations import ObligationFilters
from tests.conftest import Clock, rows, settings_for

HOURS = [
    "2026-11-21 15:00",  # a Saturday
    "2026-11-23 00:05",
    "2026-11-23 03:00",
    "2026-11-23 07:59",
    "2026-11-23 12:00",
    "2026-11-23 17:59",
    "2026-11-23 18:30",
    "2026-11-23 20:59",
    "2026-11-23 23:59",
    "2026-10-03 10:00",  # the National Day holiday
    "2026-10-11 22:00",  # a Sunday night after it
    "2027-02-07 02:00",  # a year whose holidays nobody has announced
]


@pytest.fixture(params=HOURS)
def program(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Program]:
    clock.now = datetime.fromisoformat(request.param).replace(tzinfo=ZoneInfo("Asia/Shanghai"))
    made = build(settings_for(tmp_path, sms_url=CONSOLE), clock=clock)
    made.is_demo = True
    migrate(made.database)
    yield made
    made.close()


async def minute(program: Program, clock: Clock) -> None:
    """The next minute's tick of the job that reminds units, as the working process of the demo runs it."""
    clock.now = clock.now.replace(second=0) + timedelta(minutes=1)
    known = jobs(program.acts, program.store, sms=True, any_hour=program.is_demo)
    [job] = [job for job in known if job.name == "remind_units"]
    await job.run()


async def test_the_reminder_comes_within_two_minutes_and_history_tells_what_went(
    program: Program, clock: Clock
) -> None:
    links = program.acts.transact(start_demo)
    person_id = program.acts.transact(people.use_link, links["head"], "web")
    assert person_id
    program.acts.transact(people.ensure_contacts, "web", ["visitor"], "zh", [person_id])
    owing = {
        one.unit_id: one for one in program.acts.look(obligations.listed, program.tools.kinds, ObligationFilters())
    }
    assert {"gtj", "wsj"} <= owing.keys()
    for one in owing.values():
        assert program.acts.look(obligations.reminded, one.id) == (), "nothing has gone yet"
    before = len(rows(program, "deliveries"))
    for _ in range(2):
        await minute(program, clock)
    sent = rows(program, "deliveries")[before:]
    mine = {row["channel"] for row in sent if row["about"] == owing["gtj"].id}
    assert mine == {"web", "sms"}
    told = program.acts.look(obligations.reminded, owing["gtj"].id)
    assert {one.by for one in told} >= {"chat", "sms"}
    assert all(clock.now - one.at <= timedelta(minutes=2) for one in told)
