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
        frame, seen, write, sms = self._frame, sent.get("seen", ""), seat.acts.write, sent.get("sms", "")
        if step == "send":
            at, above = moment_of(sent, frame.acts.clock()), frame.second_clerk_above
            await self._course.send(seat.acts, notice_id, seen, at, second_clerk_above=above, ways=frame.ways, sms=sms)
        elif step == "release":
            at = moment_of(sent, frame.acts.clock())
            await self._course.release(seat.acts, notice_id, seen, at, ways=frame.ways, sms=sms)
        elif step == "back":
            await write(notices.take_back, notice_id, seen)
        elif step == "abort":
            await self._course.abort(seat.acts, notice_id)
        elif step in ("again", "rest"):
            return await write(notices.again, notice_id, missed=step == "rest")
        return notice_id
