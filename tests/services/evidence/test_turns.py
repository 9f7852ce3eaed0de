"""One sender's flood is that sender's own affair: counted in pieces that go before a neighbour's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from services.evidence.turns import COSTLY, HOUR, SECONDS_AN_HOUR, Turns


class Cleaner:
    """Pieces that are under way until they are ended, one after the other."""

    def __init__(self, at_once: int = 2, clock: Callable[[], float] = lambda: 0.0) -> None:
        self.turns = Turns(at_once, clock)
        self.under_way: list[str] = []
        self.done: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def brings(self, *pieces: str, cost: float = 1.0) -> None:
        """Pieces named "sender number"."""
        self._tasks += [asyncio.create_task(self._clean(piece, cost)) for piece in pieces]
        await self.rest()

    async def ends(self, piece: str) -> None:
        self._ends[piece].set()
        await self.rest()

    async def all_done(self) -> Sequence[str]:
        """Ends whatever is under way, always the longest there, until nothing is left."""
        while self.under_way:
            await self.ends(self.under_way[0])
        return self.done

    async def rest(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)

    async def leaves(self, *which: int) -> None:
        for one in which:
            self._tasks[one].cancel()
        await self.rest()

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _clean(self, piece: str, cost: float) -> None:
        self._ends[piece] = asyncio.Event()
        async with self.turns.turn(piece.split(maxsplit=1)[0], cost):
            self.under_way.append(piece)
            await self._ends[piece].wait()
            self.under_way.remove(piece)
            self.done.append(piece)


@asynccontextmanager
async def cleaning(at_once: int = 2, clock: Callable[[], float] = lambda: 0.0) -> AsyncIterator[Cleaner]:
    made = Cleaner(at_once, clock)
    try:
        yield made
    finally:
        await made.close()


@pytest.mark.parametrize("cost", [1.0, 60.0])
async def test_a_neighbour_s_picture_goes_at_once_before_a_flood(cost: float) -> None:
    async with cleaning() as cleaner:
        await cleaner.brings(*(f"flood {n}" for n in range(50)), cost=cost)
        assert cleaner.under_way == ["flood 0"]
        await cleaner.brings("neighbour 1")
        assert cleaner.under_way == ["flood 0", "neighbour 1"]


async def test_many_senders_of_costly_pieces_leave_a_place_to_the_others() -> None:
    async with cleaning() as cleaner:
        await cleaner.brings(*(f"s{n} video" for n in range(20)), cost=COSTLY)
        assert cleaner.under_way == ["s0 video"]
        await cleaner.brings("neighbour 1", "neighbour 2")
        await cleaner.ends("neighbour 1")
        assert cleaner.under_way == ["s0 video", "neighbour 2"]


async def test_senders_take_turns() -> None:
    async with cleaning(at_once=1) as cleaner:
        await cleaner.brings(*(f"a {n}" for n in range(4)))
        await cleaner.brings(*(f"b {n}" for n in range(4)), "c 0")
        assert "".join(piece[0] for piece in await cleaner.all_done()) == "aabcababb"


async def test_a_costly_piece_waits_behind_small_ones_and_not_for_ever() -> None:
    async with cleaning(at_once=1) as cleaner:
        await cleaner.brings("x 0")
        await cleaner.brings("video 0", cost=5.0)
        passed = 0
        while "video 0" not in cleaner.under_way:
            passed += 1
            await cleaner.brings(f"x{passed} 0")
            await cleaner.ends(cleaner.under_way[0])
        assert 1 < passed < 10


async def test_whoever_goes_away_holds_no_place() -> None:
    async with cleaning(at_once=1) as cleaner:
        await cleaner.brings("a 0", "b 0", "c 0")
        await cleaner.leaves(0, 1)  # one under way, one waiting
        assert cleaner.under_way[-1] == "c 0"


async def test_a_sender_has_a_share_of_each_hour() -> None:
    now = 0.0
    async with cleaning(clock=lambda: now) as cleaner:
        await cleaner.brings("a 0", "b 0")
        now = SECONDS_AN_HOUR
        await cleaner.ends("a 0")
        assert (cleaner.turns.is_spent("a"), cleaner.turns.is_spent("b")) == (True, False)
        now += HOUR / 2
        assert not cleaner.turns.is_spent("a")
