"""Numbers the events that wait, on PostgreSQL: every process looks, and whoever holds the lane does it."""

from __future__ import annotations

import asyncio
import contextlib

import structlog

from models.database import DatabaseAway
from services.foundation import chain
from services.foundation.act import Acts

TOGETHER_SECONDS = 0.2  # for which events are collected after a ring
LOOK_SECONDS = 2.0  # between two looks for what nobody rang for: another process ended before it numbered its own
log = structlog.get_logger()


class Sequencer:
    """Numbers events, with `run()` until cancelled."""

    def __init__(self, acts: Acts, together_seconds: float = TOGETHER_SECONDS) -> None:
        self._acts, self._together = acts, together_seconds
        self._unknown: frozenset[int] = frozenset()

    async def run(self) -> None:
        while True:
            with contextlib.suppress(DatabaseAway):
                while await self.number() == chain.MOST:
                    pass
            await self._acts.bells.wait(chain.BELL, LOOK_SECONDS)
            await asyncio.sleep(self._together)

    async def number(self) -> int:
        """Numbers what waits; returns how many events. What was put there by somebody else is told once."""
        done = await self._acts.database.write(chain.number, self._acts.vault)
        if done.unknown - self._unknown:
            log.error("audit_event_unknown", many=len(done.unknown))
        self._unknown = done.unknown
        return done.events
