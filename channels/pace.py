"""How fast a channel may send: a deadline schedule (GCRA) that never lets more through than the allowance."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

LONGEST_HOLD = 10.0  # seconds; who would have to wait longer is sent back to the queue
_SWEEP = 1_000
_AFTER = 1e-6  # seconds: a place after a hold, not in it


class Held(Exception):
    """The channel was told to be silent for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Schedule:
    """`rate` a second, of which `burst` may come at once after a rest. Times in seconds of one clock."""

    def __init__(self, rate: float, burst: int = 1) -> None:
        self._interval = 1 / rate
        self._slack = (burst - 1) / rate
        self._due = float("-inf")

    def earliest(self, now: float) -> float:
        return max(now, self._due - self._slack)

    def take(self, at: float) -> None:
        self._due = max(at, self._due) + self._interval

    def rested(self, now: float) -> bool:
        return self._due <= now


class Pace:
    """The allowance of a whole channel and of each chat. One chat's messages must be asked for one after another."""

    def __init__(
        self, per_second: float = 30, *, chat_per_second: float = 1, chat_burst: int = 3,
        clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:  # fmt: skip
        self._all = Schedule(per_second)
        self._chats: dict[str, Schedule] = {}
        self._new_chat = lambda: Schedule(chat_per_second, chat_burst)
        self._clock = clock
        self._sleep = sleep
        self._held_until = float("-inf")

    async def turn(self, chat: str) -> None:
        """Returns when the chat's next message may leave. Raises Held when the channel is silent for long."""
        schedule = self._chats.setdefault(chat, self._new_chat())
        await self._until(schedule.earliest(self._clock()))
        place = float("-inf")
        while place <= self._held_until:  # a place that a hold has passed over is void
            place = max(self._all.earliest(self._clock()), self._held_until + _AFTER)
            self._all.take(place)
            await self._until(place)
        schedule.take(self._clock())
        if len(self._chats) > _SWEEP:
            now = self._clock()
            self._chats = {name: one for name, one in self._chats.items() if not one.rested(now)}

    def hold(self, seconds: float) -> None:
        """Nothing leaves for so long: the service has asked for it."""
        self._held_until = max(self._held_until, self._clock() + seconds)

    async def _until(self, moment: float) -> None:
        while (wait := moment - self._clock()) > 0:
            held = self._held_until - self._clock()
            if held > LONGEST_HOLD:
                raise Held(held)
            await self._sleep(wait)
