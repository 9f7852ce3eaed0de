"""How fast a channel may send: a deadline schedule (GCRA) that never lets more through than the allowance."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from heapq import heappop, heappush
from itertools import count

LONGEST_HOLD = 10.0  # seconds; a call that would have to wait longer is sent back to the queue
RANK = {"reply": 0, "reminder": 1, "broadcast": 2}
_SWEEP = 1_000
_AFTER = 1e-6  # seconds: a margin so that a place falls after a hold, not into it


class Held(Exception):
    """The channel was told to be silent for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Schedule:
    """A schedule of `rate` messages a second, of which `burst` may come at once after a rest. Times in seconds."""

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
    """The allowance of a whole channel and of each chat. One chat's messages must be asked for one after another.

    No place is reserved ahead: a reply takes the next one, however many broadcasts are waiting.
    """

    def __init__(
        self,
        per_second: float = 30,
        *,
        chat_per_second: float = 1,
        chat_burst: int = 3,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._all = Schedule(per_second)
        self._chats: dict[str, Schedule] = {}
        self._new_chat = lambda: Schedule(chat_per_second, chat_burst)
        self._clock = clock
        self._sleep = sleep
        self._held_until = float("-inf")
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []  # heap: the most urgent, then the first
        self._arrivals = count()
        self._usher: asyncio.Task[None] | None = None

    async def turn(self, chat: str, urgency: str = "reply") -> None:
        """Returns when the chat's next message may leave. Raises Held when the channel will be silent for long."""
        schedule = self._chats.get(chat) or self._chats.setdefault(chat, self._new_chat())
        await self._until(schedule.earliest(self._clock()))
        if not self._waiting and self._place(self._clock()) <= self._clock():
            self._all.take(self._clock())
        else:
            await self._wait(RANK[urgency])
        schedule.take(self._clock())
        if len(self._chats) > _SWEEP:
            now = self._clock()
            self._chats = {name: one for name, one in self._chats.items() if not one.rested(now)}

    def hold(self, seconds: float) -> None:
        """Keeps everything back for this many seconds, because the service has asked for it."""
        self._held_until = max(self._held_until, self._clock() + seconds)

    @property
    def is_held(self) -> bool:
        return self._held_until > self._clock()

    def _place(self, now: float) -> float:
        """The moment at which the next message may leave, by the channel's clock."""
        held = self._held_until + _AFTER if self._held_until >= now else now
        return max(self._all.earliest(now), held)

    async def _wait(self, rank: int) -> None:
        called = asyncio.get_running_loop().create_future()
        heappush(self._waiting, (rank, next(self._arrivals), called))
        if self._usher is None or self._usher.done():
            self._usher = asyncio.create_task(self._call_in())
        await called

    async def _call_in(self) -> None:
        """Gives each sending place, when its time comes, to the most urgent call that is waiting then."""
        while self._waiting:
            place = self._place(self._clock())
            try:
                await self._until(place)
            except Held as held:
                self._send_back(held)
                return
            if place <= self._held_until:  # a hold was set meanwhile and covers this place: it is void
                continue
            called = next((one for one in iter(self._first, None) if not one.done()), None)
            if called is not None:
                self._all.take(place)
                called.set_result(None)

    def _first(self) -> asyncio.Future[None] | None:
        return heappop(self._waiting)[2] if self._waiting else None

    def _send_back(self, held: Held) -> None:
        while (called := self._first()) is not None:
            if not called.done():
                called.set_exception(Held(held.seconds))

    async def _until(self, moment: float) -> None:
        while True:
            now = self._clock()
            if (held := self._held_until - now) > LONGEST_HOLD:
                raise Held(held)
            if moment <= now:
                return
            await self._sleep(moment - now)
