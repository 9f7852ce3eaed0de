"""Whose piece is cleaned next: the places are few, so that senders take turns, and each pays for what it takes.

Fair queueing by virtual time: a piece may go at the time at which it would end if every sender had an equal share. One
sender's flood waits behind itself, a small piece goes before costly ones, and nothing waits for ever.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

COSTLY = 10.0  # seconds of a core: such pieces leave one place to the others
HOUR = 3600.0
SECONDS_AN_HOUR = 600.0  # of cleaning that one sender gets


@dataclass
class _Piece:
    sender: str
    cost: float
    ends: float  # in virtual time
    called: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    @property
    def costly(self) -> bool:
        return self.cost >= COSTLY


class Turns:
    """`at_once` places, at most one for each sender, and one that no costly piece takes."""

    def __init__(self, at_once: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._at_once, self._clock = at_once, clock
        self._waiting: list[_Piece] = []
        self._under_way: list[_Piece] = []
        self._now = 0.0  # virtual
        self._ends: dict[str, float] = {}  # by sender: where the last of its pieces ends
        self._spent: dict[str, tuple[float, float]] = {}  # by sender: seconds taken, and when that was counted

    @asynccontextmanager
    async def turn(self, sender: str, cost: float) -> AsyncIterator[None]:
        """Waits for a place. `cost`: how many seconds it may take, at a guess; what it takes is counted."""
        ends = max(self._now, self._ends.get(sender, 0.0)) + cost
        piece = _Piece(sender, cost, ends)
        self._ends[sender] = ends
        self._waiting.append(piece)
        self._call()
        try:
            await piece.called
            began = self._clock()
            try:
                yield
            finally:
                self._count(sender, self._clock() - began)
        finally:
            for places in (self._waiting, self._under_way):
                if piece in places:
                    places.remove(piece)
            self._call()

    def is_spent(self, sender: str) -> bool:
        """Whether this sender has had its share of the hour; what it sends then is cleaned later."""
        return self._taken(sender) >= SECONDS_AN_HOUR

    def _call(self) -> None:
        while len(self._under_way) < self._at_once and (free := [*filter(self._may_go, self._waiting)]):
            piece = min(free, key=lambda one: one.ends)
            self._waiting.remove(piece)
            if piece.called.cancelled():
                continue
            self._under_way.append(piece)
            self._now = max(self._now, piece.ends)
            piece.called.set_result(None)
        self._ends = {sender: ends for sender, ends in self._ends.items() if ends > self._now}

    def _may_go(self, piece: _Piece) -> bool:
        senders = Counter(one.sender for one in self._under_way)
        costly = sum(one.costly for one in self._under_way)
        return piece.sender not in senders and not (piece.costly and costly >= max(1, self._at_once - 1))

    def _count(self, sender: str, seconds: float) -> None:
        self._spent[sender] = self._taken(sender) + seconds, self._clock()
        self._spent = {one: spent for one, spent in self._spent.items() if self._taken(one) > 0}

    def _taken(self, sender: str) -> float:
        seconds, at = self._spent.get(sender, (0.0, 0.0))
        return max(0.0, seconds - (self._clock() - at) * SECONDS_AN_HOUR / HOUR)
