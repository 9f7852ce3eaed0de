"""How a notice is sent and stopped: the clerk's word and its first part at once, the rest while others are served."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import structlog

from models.database import DatabaseAway
from services.foundation.act import Acts
from services.notices import releasing
from services.notices.audience import Ways
from services.notices.going import abort, stop_rows
from services.notices.spreading import spread
from services.notices.values import RELEASED

log = structlog.get_logger()
Part = Callable[[str], Awaitable[bool]]  # one part of the work on a notice; returns whether there is more


class Course:
    """Sends and stops notices; what a kill leaves undone, the job `carry_notices` takes up."""

    def __init__(self, acts: Acts) -> None:
        self._acts = acts
        self._errands: set[asyncio.Task[None]] = set()

    async def send(
        self,
        acts: Acts,
        notice_id: str,
        seen: str,
        send_at: datetime | None,
        *,
        second_clerk_above: int,
        ways: Ways,
        sms: str = "",
    ) -> None:
        """Sends a notice on its author's word, or lays it before a second clerk. Raises as `releasing.send`."""
        how: dict[str, Any] = {"second_clerk_above": second_clerk_above, "ways": ways, "sms": sms}
        sent = acts.write(releasing.send, notice_id, seen, send_at, **how)
        if await sent == RELEASED:
            await self._begin(self._spread, notice_id)

    async def release(
        self, acts: Acts, notice_id: str, seen: str, send_at: datetime | None, *, ways: Ways, sms: str = ""
    ) -> None:
        """Releases a notice on a second clerk's word. Raises Refusal, as `releasing.release`."""
        await acts.write(releasing.release, notice_id, seen, send_at, ways=ways, sms=sms)
        await self._begin(self._spread, notice_id)

    async def abort(self, acts: Acts, notice_id: str) -> None:
        """Stops a notice at once, then the rows that have not left. Raises Refusal, as `going.abort`."""
        await acts.write(abort, notice_id)
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
