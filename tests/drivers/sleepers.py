"""A clock of a test's own, for what sleeps."""

from __future__ import annotations

import asyncio


class Time:
    """A clock whose sleepers wake in order."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        waking = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, len(self._sleepers), waking))
        await waking

    async def runs(self, *tasks: asyncio.Task[None]) -> None:
        """Moves on from sleeper to sleeper until all tasks are done."""
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0)
            if self._sleepers and not all(task.done() for task in tasks):
                first = min(self._sleepers)
                self._sleepers.remove(first)
                self.now = max(self.now, first[0])
                first[2].set_result(None)
                for _ in range(3):
                    await asyncio.sleep(0)
