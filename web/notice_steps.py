"""The steps of a notice that a clerk takes with a button, and what goes on after the answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from models.database import DatabaseAway
from services import notices
from web.house import House
from web.notice_forms import moment_of

log = structlog.get_logger()
Part = Callable[[str], Awaitable[bool]]  # of what there is to do for a notice; whether there is more


class Steps:
    """Whatever is left undone by a kill, the job `carry_notices` takes up."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._errands: set[asyncio.Task[None]] = set()

    async def take(self, step: str, notice_id: str, clerk_id: str, sent: Mapping[str, str]) -> str:
        """The id of the notice to look at then. Raises NotSent, as the service of the step does."""
        house, now, seen = self._house, self._house.clock(), sent.get("seen", "")
        write, released = house.database.write, False
        if step == "send":
            limits = {"second_clerk_above": house.second_clerk_above, "ways": house.ways}
            at = moment_of(sent, now)
            state = await write(notices.send, house.vault, now, clerk_id, notice_id, seen, at, **limits)
            released = state == "released"
        elif step == "release":
            at, released = moment_of(sent, now), True
            await write(notices.release, house.vault, now, clerk_id, notice_id, seen, at, ways=house.ways)
        elif step == "back":
            await write(notices.take_back, now, clerk_id, notice_id, seen)
        elif step == "abort":
            await write(notices.abort, now, clerk_id, notice_id)
            await self._begin(self._stop, notice_id)
        elif step == "again":
            return await write(notices.again, now, clerk_id, notice_id)
        if released:
            await self._begin(self._spread, notice_id)
        return notice_id

    async def _spread(self, notice_id: str) -> bool:
        step = await self._house.database.write(notices.spread, self._house.clock(), notice_id)
        self._house.bells.ring(step.ring)
        return step.more

    async def _stop(self, notice_id: str) -> bool:
        return await self._house.database.write(notices.stop_rows, notice_id)

    async def _begin(self, part: Part, notice_id: str) -> None:
        """The first part at once, for the page to show. The step itself is saved: this must not say that it is not."""
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
