"""The steps of a notice that a clerk takes with a button."""

from __future__ import annotations

from collections.abc import Mapping

from services import notices
from web.notices.forms import moment_of
from web.site.frame import Frame, Seat


class Steps:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._course = notices.Course(frame.acts)

    async def take(self, step: str, notice_id: str, seat: Seat, sent: Mapping[str, str]) -> str:
        """Takes a step; returns the id of the notice to show then. Raises Refusal, as the service of the step does."""
        frame, seen, write, released = self._frame, sent.get("seen", ""), seat.acts.write, False
        if step == "send":
            at, above = moment_of(sent, frame.acts.clock()), frame.second_clerk_above
            state = await write(notices.send, notice_id, seen, at, second_clerk_above=above, ways=frame.ways)
            released = state == "released"
        elif step == "release":
            at, released = moment_of(sent, frame.acts.clock()), True
            await write(notices.release, notice_id, seen, at, ways=frame.ways)
        elif step == "back":
            await write(notices.take_back, notice_id, seen)
        elif step == "abort":
            await write(notices.abort, notice_id)
            await self._course.stop(notice_id)
        elif step == "again":
            return await write(notices.again, notice_id)
        if released:
            await self._course.spread(notice_id)
        return notice_id
