"""Jobs as data, ticked by APScheduler. A tick is claimed by a unique row, so that any number of processes may tick."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.cron import CronTrigger

from models.database import Database, DatabaseAway
from services import upkeep

log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """`cron` has five fields, in the office's time zone; `run` is called by the one process that claims the minute."""

    name: str
    cron: str
    run: Callable[[], Awaitable[None]]


class Ticker:
    """Runs until cancelled. A tick that nobody was there for is made up for by the next one."""

    def __init__(self, database: Database, clock: Callable[[], datetime], zone: tzinfo, jobs: Sequence[Job]) -> None:
        self._database, self._clock, self._zone, self._jobs = database, clock, zone, jobs

    async def run(self) -> None:
        scheduler = AsyncIOScheduler(timezone=self._zone)
        for job in self._jobs:
            trigger = CronTrigger.from_crontab(job.cron, timezone=self._zone)
            scheduler.add_job(self.tick, trigger, args=[job], misfire_grace_time=None, coalesce=True, max_instances=1)
        scheduler.start()
        try:
            await asyncio.Event().wait()
        finally:
            scheduler.shutdown(wait=False)

    async def tick(self, job: Job) -> bool:
        """Runs the job unless another process has this minute's tick; whether it ran."""
        minute = self._clock().replace(second=0, microsecond=0)
        try:
            if not await self._database.write(upkeep.claim_tick, job.name, minute):
                return False
            await job.run()
        except DatabaseAway:
            log.warning("job_waits_for_database", job=job.name)
            return False
        except Exception:
            log.exception("job_failed", job=job.name)
        return True
