"""The sender of one channel: leases what is queued in groups; each contact in order, contacts side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from models.database import DatabaseAway
from services.deliveries.exchange import AWAY_REST, Exchange, Given, Told
from services.deliveries.stock import Stock, order
from services.deliveries.values import Capacity, Parcel, Result
from services.foundation.act import Acts

LOOK_REST = 1.0  # seconds between two looks whether a notice under way was aborted
GATHER = 0.3  # seconds for which results are gathered while there is something else to do
LONGEST_END = 8.0  # seconds given to what is under way when the program ends
HELD_FOR = timedelta(minutes=1)
NO_CAPACITY = Capacity(0, 0, 0)
log = structlog.get_logger()
Clearance = Callable[[Parcel], Awaitable[timedelta | None]]


@dataclass(frozen=True)
class _Held:
    """A contact whose parcel waits for another try: newer parcels wait behind it."""

    parcel: Parcel
    until: datetime


class Sender:
    """The sender of a channel: `run()` until cancelled.

    `send` gives a Result for whatever the wire does; an exception fails that parcel.

    `clear` waits until the parcel may leave, or says for how long the channel is silent. Until then the parcel can be
    taken back; once `send` is called it counts as sent.
    """

    def __init__(
        self,
        acts: Acts,
        channel: str,
        send: Callable[[Parcel], Awaitable[Result]],
        *,
        clear: Clearance | None = None,
        at_once: int = 30,
        place: str | None = None,
    ) -> None:
        self._bells, self._clock, self._channel = acts.bells, acts.clock, channel
        self._send, self._clear = send, clear
        self._exchange = Exchange(acts, channel, place)
        self._enough = 2 * at_once  # number of results that is worth an exchange
        self._stock = Stock(at_once)
        self._workers: dict[asyncio.Task[None], Parcel] = {}
        self._on_wire: set[int] = set()
        self._held: dict[str, _Held] = {}
        self._told = Told()
        self._aborted: frozenset[str] = frozenset()
        self._ours = False
        self._silent_until = 0.0  # by the loop's clock: nothing leaves before
        self._news = asyncio.Event()
        self._gathering: asyncio.TimerHandle | None = None
        self._ending = False

    async def run(self) -> None:
        listening = asyncio.create_task(self._listen())
        exchange: asyncio.Task[float] | None = None
        try:
            while True:
                self._news.clear()
                exchange = asyncio.create_task(self._exchanged())
                rest = await asyncio.shield(exchange)
                await self._wait(rest)
        finally:
            listening.cancel()
            self._ending = True
            if exchange is not None:  # the lease must not be lost
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

    async def _exchanged(self) -> float:
        """Makes an exchange; returns for how many seconds there is nothing to do unless the bell rings."""
        told, self._told = self._told, Told()
        silent = self._silent_until - asyncio.get_running_loop().time()
        capacity, notices = self._stock.capacity() if silent <= 0 else NO_CAPACITY, self._stock.notices()
        if self._exchange.clock_put_back():
            self._held.clear()
        given = await self._exchange.made(told, capacity, notices, self._stock.ids)
        if given is None:
            self._told = told.before(self._told)
            return AWAY_REST
        self._take(given)
        rest = min(given.rest, silent) if silent > 0 else given.rest
        return min(rest, LOOK_REST) if self._stock.notices() else rest

    def _take(self, given: Given) -> None:
        if given.ours != self._ours:
            log.info("lane_taken" if given.ours else "lane_lost", channel=self._channel)
        self._ours, self._aborted = given.ours, given.aborted
        self._drop()
        self._begin(given.leased)

    # --- with the wire ---

    def _begin(self, parcels: Sequence[Parcel]) -> None:
        new = [parcel for parcel in parcels if parcel.id not in self._stock]
        for parcel in new:
            if self._ending:
                self._finish(Result(parcel.id, error="stopped", retry_after=timedelta(0), tried=False))
            elif (wait := self._behind(parcel)) is not None:
                self._finish(Result(parcel.id, error="behind", retry_after=wait, tried=False))
            else:
                self._stock.add(parcel)
        pointless = [id for contact_id in {one.contact_id for one in new} for id in self._stock.thin_out(contact_id)]
        if pointless:
            self._told.superseded += pointless
            self._look_up()
        self._fill()

    def _fill(self) -> None:
        while (parcel := self._next()) is not None:
            worker = asyncio.create_task(self._work(parcel))
            self._workers[worker] = parcel
            worker.add_done_callback(self._workers.pop)

    def _next(self) -> Parcel | None:
        return None if self._ending else self._stock.pick()

    async def _work(self, first: Parcel) -> None:
        """Occupies one place on the wire: with this parcel, then with each that may begin when one has ended."""
        worker = asyncio.current_task()
        assert worker is not None
        parcel: Parcel | None = first
        while parcel is not None:
            self._workers[worker] = parcel
            try:
                await self._serve(parcel)
            finally:
                self._stock.done(parcel)
            parcel = self._next()
            self._look_up()

    async def _serve(self, parcel: Parcel) -> None:
        result = await self._carried(parcel)
        if result is None:
            return
        if result.retry_after is not None:
            self._held[parcel.contact_id] = _Held(parcel, self._clock() + result.retry_after)
            self._turn_away(parcel, "behind", result.retry_after)
        elif result.contact_gone:
            self._turn_away(parcel, "contact_gone", None)
        self._finish(result)

    async def _carried(self, parcel: Parcel) -> Result | None:
        """Sends a parcel; None where it must not be sent any more."""
        try:
            if self._clear is not None and (silent := await self._clear(parcel)) is not None:
                self._silent_until = asyncio.get_running_loop().time() + silent.total_seconds()
                return Result(parcel.id, error="held", retry_after=silent, tried=False)
            if not self._ours:  # the sender that has the lane now has this parcel too
                return None
            if parcel.notice_id in self._aborted:
                self._told.aborted.append(parcel.id)
                return None
            self._on_wire.add(parcel.id)
            result = await self._send(parcel)
        except Exception as error:  # the traceback could show the words of the message
            log.error("parcel_failed", channel=self._channel, delivery=parcel.id, error=type(error).__name__)
            result = Result(parcel.id, error=type(error).__name__)
        finally:
            self._on_wire.discard(parcel.id)
        return replace(result, contact_back=True) if parcel.blocked and result.error is None else result

    def _finish(self, result: Result) -> None:
        self._told.results.append(result)

    def _look_up(self) -> None:
        """Wakes the exchange at once if nothing else is to be done or much is to be told, otherwise a little later."""
        if not self._stock.busy or len(self._told) >= self._enough:
            self._news.set()
        elif self._gathering is None:
            self._gathering = asyncio.get_running_loop().call_later(GATHER, self._gathered)

    def _gathered(self) -> None:
        self._gathering = None
        self._news.set()

    # --- what waits ---

    def _behind(self, parcel: Parcel) -> timedelta | None:
        """How long this parcel waits because an older one of its contact does."""
        held = self._held.get(parcel.contact_id)
        now = self._clock()
        if held is None or order(parcel) < order(held.parcel):
            return None
        if parcel.id == held.parcel.id or now > held.until + HELD_FOR:
            del self._held[parcel.contact_id]
            return None
        return max(timedelta(seconds=1), held.until - now)

    def _turn_away(self, held: Parcel, error: str, retry_after: timedelta | None) -> None:
        """Turns away what waits behind a held parcel; before another try, only what must not overtake it."""

        def behind(parcel: Parcel) -> bool:
            return retry_after is None or order(parcel) > order(held)

        for parcel in self._stock.take_out(behind, held.contact_id):
            self._finish(Result(parcel.id, error=error, retry_after=retry_after, tried=False))

    def _drop(self) -> None:
        """Drops parcels that are no longer ours, or that belong to an aborted notice."""
        if not self._ours:
            self._stock.take_out(lambda _: True)
        elif self._aborted:
            dropped = self._stock.take_out(lambda parcel: parcel.notice_id in self._aborted)
            self._told.aborted += [parcel.id for parcel in dropped]
            if dropped:
                self._news.set()

    async def _end(self) -> None:
        """Ends quietly: what is on the wire is finished and recorded, the rest goes back, and the lane is given up."""
        if self._gathering is not None:
            self._gathering.cancel()
        back = self._stock.take_out(lambda _: True)
        for worker, parcel in list(self._workers.items()):
            if not worker.done() and parcel.id not in self._on_wire:
                worker.cancel()
                back.append(parcel)
        for parcel in back if self._ours else ():
            self._finish(Result(parcel.id, error="stopped", retry_after=timedelta(0), tried=False))
        if self._workers:
            await asyncio.wait(set(self._workers), timeout=LONGEST_END)
        for worker in tuple(self._workers):  # nobody knows what became of these: giving up the lane settles them
            worker.cancel()
        with suppress(DatabaseAway):
            await self._exchange.leave(self._told)
