"""How a test waits: for the thing itself, however much else the machine has to do."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PATIENCE_SECONDS = 60


async def until(seen: Callable[[], object], every_seconds: float = 0.02) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not seen():
            await asyncio.sleep(every_seconds)
