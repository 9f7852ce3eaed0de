"""The steps of a notice that a clerk takes with a button."""

from __future__ import annotations

from collections.abc import Mapping

from services import notices
from web.house import House
from web.notice_forms import moment_of


class Steps:
    def __init__(self, house: House) -> None:
        self._house = house
        self._course = notices.Course(house.database, house.bells, house.clock)

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
            await self._course.stop(notice_id)
        elif step == "again":
            return await write(notices.again, now, clerk_id, notice_id)
        if released:
            await self._course.spread(notice_id)
        return notice_id
