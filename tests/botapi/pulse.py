"""Waiting for anything to change, without polling."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


class Pulse:
    """Every change beats; whoever waits looks again after each beat."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Future[None]] = set()

    def beat(self) -> None:
        waiters, self._waiters = self._waiters, set()
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    async def until(self, look: Callable[[], T], timeout: float | None) -> T:
        """The first truthy value of `look()`; after `timeout` seconds the last one, truthy or not."""
        loop = asyncio.get_running_loop()
        deadline = None if timeout is None else loop.time() + timeout
        while not (seen := look()):
            rest = None if deadline is None else deadline - loop.time()
            if rest is not None and rest <= 0:
                break
            await self._next_beat(rest)
        return seen

    async def _next_beat(self, timeout: float | None) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.add(waiter)
        try:
            await asyncio.wait({waiter}, timeout=timeout)
        finally:
            self._waiters.discard(waiter)
            waiter.cancel()
