"""Sends what is queued on one channel: leased in groups, each contact in order, contacts side by side.

Only the newest of several screens is worth sending: nine photos of an album give one redraw. What is said, and a screen
that explains something else than the newer one, is always sent.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import Connection

from models.database import Database, DatabaseAway
from services import deliveries
from services.bells import Bells
from services.deliveries import LANE, Parcel, Result
from services.vault import Vault, new_id

LONGEST_REST = LANE.total_seconds() / 3  # the lane must be held on to
AWAY_REST = 2.0  # seconds
LONGEST_END = 8.0  # seconds for what is under way when the program ends
HELD_FOR = timedelta(minutes=1)
log = structlog.get_logger()


@dataclass(frozen=True)
class _Held:
    """A contact whose parcel waits for another try: what is newer waits behind it."""

    parcel_id: int
    until: datetime


class Sender:
    """`run()` until cancelled. `send` gives a Result for whatever the wire does; what it raises fails that parcel."""

    def __init__(
        self, database: Database, vault: Vault, bells: Bells, clock: Callable[[], datetime], channel: str,
        send: Callable[[Parcel], Awaitable[Result]], *, at_once: int = 30,
        place: str | None = None,
    ) -> None:  # fmt: skip
        self._database, self._vault, self._bells, self._clock = database, vault, bells, clock
        self._channel = channel
        self._send = send
        self._at_once = at_once
        life = new_id()
        self._holder = deliveries.Holder(place or life, life)
        self._queues: dict[str, deque[Parcel]] = {}  # by contact; the worker of each takes from the left
        self._workers: set[asyncio.Task[None]] = set()
        self._under_way: set[int] = set()  # leased and without a result yet
        self._held: dict[str, _Held] = {}
        self._results: list[Result] = []  # not recorded yet
        self._pointless: list[int] = []  # superseded, not recorded yet
        self._news = asyncio.Event()
        self._ending = False

    async def run(self) -> None:
        listening = asyncio.create_task(self._listen())
        exchange: asyncio.Task[float] | None = None
        try:
            while True:
                self._news.clear()
                exchange = asyncio.create_task(self._exchange())
                rest = await asyncio.shield(exchange)
                await self._wait(rest)
        finally:
            listening.cancel()
            self._ending = True
            for contact_id in self._queues:
                self._turn_away(contact_id, "stopped", timedelta(0))
            if exchange is not None:  # its lease must not be lost
                await asyncio.wait({exchange})
            await self._end()

    async def _listen(self) -> None:
        while True:
            await self._bells.wait(self._channel, 60)
            self._news.set()

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._news.wait()
        except TimeoutError:
            pass

    # --- with the database: results in, parcels out, in one transaction ---

    async def _exchange(self) -> float:
        """Returns for how many seconds there is nothing to do unless the bell rings."""
        results, pointless = tuple(self._results), tuple(self._pointless)
        free = self._at_once - len(self._under_way)
        try:
            leased, due = await self._database.write(self._exchanged, results, pointless, max(0, free))
        except DatabaseAway:
            log.warning("database_away", channel=self._channel)
            return AWAY_REST
        except Exception as error:
            log.error("sender_failed", channel=self._channel, error=type(error).__name__)
            return AWAY_REST
        self._results = self._results[len(results) :]
        self._pointless = self._pointless[len(pointless) :]
        self._begin([parcel for parcel in leased if parcel.id not in self._under_way])
        if due is None or free <= 0:
            return LONGEST_REST
        rest = (due - self._clock()).total_seconds()
        return min(LONGEST_REST, max(rest, 0.0 if leased else AWAY_REST))  # due, yet not ours: another holds the lane

    def _exchanged(
        self, tx: Connection, results: Sequence[Result], pointless: Sequence[int], free: int
    ) -> tuple[list[Parcel], datetime | None]:
        now = self._clock()
        deliveries.record(tx, now, results)
        deliveries.supersede(tx, pointless)
        if free == 0:
            deliveries.hold_lane(tx, now, self._channel, self._holder)
            return [], None
        leased = deliveries.lease(tx, self._vault, now, self._channel, self._holder, free)
        return leased, deliveries.next_due(tx, self._channel)

    # --- with the wire ---

    def _begin(self, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            self._under_way.add(parcel.id)
            if self._ending:
                self._finish(Result(parcel.id, error="stopped", retry_after=timedelta(0)))
                continue
            if (wait := self._behind(parcel)) is not None:
                self._finish(Result(parcel.id, error="behind", retry_after=wait))
                continue
            queue = self._queues.get(parcel.contact_id)
            if queue is not None:
                queue.append(parcel)
                continue
            self._queues[parcel.contact_id] = deque([parcel])
            worker = asyncio.create_task(self._serve(parcel.contact_id))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        for contact_id in {parcel.contact_id for parcel in parcels} & self._queues.keys():
            self._thin_out(contact_id)

    def _behind(self, parcel: Parcel) -> timedelta | None:
        """How long this one waits because an older one of its contact does."""
        held = self._held.get(parcel.contact_id)
        now = self._clock()
        if held is None:
            return None
        if parcel.id <= held.parcel_id or now > held.until + HELD_FOR:
            del self._held[parcel.contact_id]
            return None
        return max(timedelta(seconds=1), held.until - now)

    def _thin_out(self, contact_id: str) -> None:
        queue = self._queues[contact_id]
        kept: deque[Parcel] = deque()
        for parcel in reversed(queue):
            if any(_makes_pointless(newer, parcel) for newer in kept):
                self._under_way.discard(parcel.id)
                self._pointless.append(parcel.id)
                self._news.set()
            else:
                kept.appendleft(parcel)
        self._queues[contact_id] = kept

    async def _serve(self, contact_id: str) -> None:
        while self._queues[contact_id]:
            parcel = self._queues[contact_id].popleft()
            result = await self._sent(parcel)
            self._finish(result)
            self._held.pop(contact_id, None)
            if result.retry_after is not None:
                self._held[contact_id] = _Held(parcel.id, self._clock() + result.retry_after)
                self._turn_away(contact_id, "behind", result.retry_after)
            elif result.contact_gone:
                self._turn_away(contact_id, "contact_gone", None)
        del self._queues[contact_id]

    async def _sent(self, parcel: Parcel) -> Result:
        try:
            return await self._send(parcel)
        except Exception as error:  # its traceback could show the words of the message
            log.error("parcel_failed", channel=self._channel, delivery=parcel.id, error=type(error).__name__)
            return Result(parcel.id, error=type(error).__name__)

    def _turn_away(self, contact_id: str, error: str, retry_after: timedelta | None) -> None:
        queue = self._queues[contact_id]
        while queue:
            self._finish(Result(queue.popleft().id, error=error, retry_after=retry_after))

    def _finish(self, result: Result) -> None:
        self._under_way.discard(result.id)
        self._results.append(result)
        self._news.set()

    async def _end(self) -> None:
        """What is under way is finished and recorded, what has not begun goes back, the lane is free."""
        if self._workers:
            await asyncio.wait(self._workers, timeout=LONGEST_END)
        for worker in tuple(self._workers):  # what became of these is not known: their lease runs out
            worker.cancel()
        try:
            await self._database.write(self._left, tuple(self._results), tuple(self._pointless))
        except DatabaseAway:
            log.warning("database_away", channel=self._channel)

    def _left(self, tx: Connection, results: Sequence[Result], pointless: Sequence[int]) -> None:
        deliveries.record(tx, self._clock(), results)
        deliveries.supersede(tx, pointless)
        deliveries.leave_lane(tx, self._holder)


def _makes_pointless(newer: Parcel, older: Parcel) -> bool:
    """A newer screen shows everything that an older one does, but for the reason why something was refused."""
    new, old = newer.body.ask, older.body.ask
    if new is None or old is None:
        return False
    return old.problem is None or (new.problem is not None and new.problem.code == old.problem.code)
