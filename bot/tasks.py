"""The tasks that run as long as the process does: kept alive, and ended in order."""

from __future__ import annotations

import asyncio
import gc
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import structlog

AGAIN_SECONDS = 5
log = structlog.get_logger()
Task = Callable[[], Awaitable[None]]


@dataclass
class Tasks:
    """Long-running tasks by name; the `closers` run after all of them have ended."""

    named: list[tuple[str, Task]] = field(default_factory=list)
    closers: list[Task] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        under_way = [asyncio.create_task(_kept_alive(name, run), name=name) for name, run in self.named]
        try:
            yield
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            for close in self.closers:
                await close()


async def _kept_alive(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Restarts a task that fails and logs the failure: one broken way out must not end the others."""
    while True:
        try:
            await run()
        except Exception:
            log.exception("task_failed", task=name)
        await asyncio.sleep(AGAIN_SECONDS)


def stop_signal() -> asyncio.Event:
    """An event that SIGTERM and SIGINT set."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


def settle_memory() -> None:
    """Exempts what is loaded by now from garbage collection: it stays for good, and this saves a tenth of a turn."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
