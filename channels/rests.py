"""Lets a channel that does not answer rest, longer and longer; then one message goes ahead of the others as a probe."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta

import structlog

from channels.pace import Held, Pace

SILENCES = 3  # failures in a row: so many are more than one bad message
LONGEST_REST = 30.0  # seconds
AHEAD_SECONDS = 30.0  # seconds in which the probe gets its answer; it may also never have left
LOOK_SECONDS = 0.2
LONGEST_WAIT = 300  # seconds between two tries of one message
log = structlog.get_logger()


def wait_after(attempts: int) -> int:
    """Seconds until a message is tried again: longer each time."""
    return min(LONGEST_WAIT, 2 ** min(attempts, 9))


class Rests:
    """The rests of one channel. While it is silent, every try may leave a message in doubt, so there are few tries."""

    def __init__(
        self,
        channel: str,
        pace: Pace,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._channel, self._pace = channel, pace
        self._clock, self._sleep = clock, sleep
        self._silences = 0  # one after another
        self._ahead_until = 0.0

    @property
    def _silent(self) -> bool:
        return self._silences >= SILENCES

    async def clear(self, chat: str, urgency: str) -> timedelta | None:
        """Returns when the chat's next message may leave, or how long the channel is silent where that is long."""
        try:
            await self._pace.turn(chat, urgency)
            while self._silent and self._clock() < self._ahead_until:
                await self._sleep(LOOK_SECONDS)
                await self._pace.turn(chat, urgency)
        except Held as held:
            return timedelta(seconds=held.seconds)
        if self._silent:
            self._ahead_until = self._clock() + AHEAD_SECONDS
        return None

    def heard(self) -> None:
        if self._silent:
            log.info("channel_heard_again", channel=self._channel)
        self._silences, self._ahead_until = 0, 0.0

    def unheard(self, code: str, meaning: str = "") -> None:
        """Counts a try that got no answer, or an error that would stop any other message too."""
        self._ahead_until = 0.0
        if self._pace.is_held:  # this try left before the rest began, so it says nothing new
            return
        self._silences += 1
        if self._silences == SILENCES:
            log.warning("channel_unheard", channel=self._channel, code=code, meaning=meaning)
        if self._silent:
            self._pace.hold(min(LONGEST_REST, 2.0 ** (self._silences - SILENCES)))
