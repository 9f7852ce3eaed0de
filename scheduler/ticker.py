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
from services import oversight
from services.foundation.vault import new_id

LOOK_EVERY_SECONDS = 20.0  # seconds between two looks at the clock, by a timer that does not depend on it
log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """A job. `cron` has five fields, in the office's time zone; `run` is called by whoever claims the minute."""

    name: str
    cron: str
    run: Callable[[], Awaitable[None]]


class Ticker:
    """Runs the jobs until cancelled. A tick that nobody was there for is made up for by the next one."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        zone: tzinfo,
        jobs: Sequence[Job],
        look_every_seconds: float = LOOK_EVERY_SECONDS,
    ) -> None:
        self._database, self._clock, self._zone, self._jobs = database, clock, zone, jobs
        self._look_every_seconds = look_every_seconds

    async def run(self) -> None:
        scheduler = AsyncIOScheduler(timezone=self._zone)
        for job in self._jobs:
            trigger = CronTrigger.from_crontab(job.cron, timezone=self._zone)
            scheduler.add_job(self.tick, trigger, args=[job], misfire_grace_time=None, coalesce=True, max_instances=1)
        scheduler.start()
        try:
            while True:
                await asyncio.sleep(self._look_every_seconds)
                self._look(scheduler)
        finally:
            scheduler.shutdown(wait=False)

    async def tick(self, job: Job) -> bool:
        """Runs the job unless another process has claimed this minute's tick; returns whether it ran."""
        minute = self._clock().replace(second=0, microsecond=0)
        try:
            if not await self._database.write(oversight.claim_tick, job.name, minute):
                return False
            await job.run()
        except DatabaseAway:
            return False
        except Exception:
            log.exception("job_failed", id=new_id()[:8], job=job.name)
        return True

    def _look(self, scheduler: AsyncIOScheduler) -> None:
        """Makes APScheduler look at the clock again: it sleeps until a moment that it worked out by an older clock.

        After a clock was put back it would wait for the old time; after a clock was put forward, or the machine was
        suspended, it would notice late.
        """
        now = self._clock()
        for planned in scheduler.get_jobs():
            coming = planned.trigger.get_next_fire_time(None, now)
            if coming < planned.next_run_time:
                planned.modify(next_run_time=coming)
        scheduler.wakeup()
