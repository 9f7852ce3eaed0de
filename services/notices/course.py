"""What happens after a notice is released or stopped: the first part at once, the rest while others are served."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from models.database import DatabaseAway
from services.foundation.act import Acts
from services.notices.going import stop_rows
from services.notices.spreading import spread

log = structlog.get_logger()
Part = Callable[[str], Awaitable[bool]]  # one part of the work on a notice; returns whether there is more


class Course:
    """Carries on a released or stopped notice; what a kill leaves undone, the job `carry_notices` takes up."""

    def __init__(self, acts: Acts) -> None:
        self._acts = acts
        self._errands: set[asyncio.Task[None]] = set()

    async def spread(self, notice_id: str) -> None:
        """Writes the rows of a notice that has been released."""
        await self._begin(self._spread, notice_id)

    async def stop(self, notice_id: str) -> None:
        """Stops the rows of a notice that has been aborted."""
        await self._begin(self._stop, notice_id)

    async def _spread(self, notice_id: str) -> bool:
        return await self._acts.write(spread, notice_id)

    async def _stop(self, notice_id: str) -> bool:
        return await self._acts.write(stop_rows, notice_id)

    async def _begin(self, part: Part, notice_id: str) -> None:
        """Does the first part at once, for the page to show. A failure is only logged: the step itself is saved."""
        try:
            if await part(notice_id):
                errand = asyncio.create_task(self._finish(part, notice_id))
                self._errands.add(errand)
                errand.add_done_callback(self._errands.discard)
        except DatabaseAway:
            log.warning("notice_waits_for_the_job")

    async def _finish(self, part: Part, notice_id: str) -> None:
        try:
            while await part(notice_id):
                pass
        except DatabaseAway:
            log.warning("notice_waits_for_the_job")
        except Exception:
            log.exception("notice_errand_failed")
