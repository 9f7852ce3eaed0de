"""The polling loop. An offset confirms every update before it, so it moves only past what is committed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import structlog

from channels.telegram.batches import split_poll
from channels.telegram.client import TIMED_OUT, Client, Trouble
from channels.telegram.decode import ALLOWED, Event
from channels.telegram.intake import Intake, Unkept, kept

LONGEST_WAIT = 60.0  # seconds
LONGEST_END = 10.0
_LARGEST_OFFSET = 2**31 - 2  # update ids are positive 32-bit numbers
log = structlog.get_logger()


class Patience:
    """Waiting times in seconds that grow with every failure in a row."""

    def __init__(self, first: float) -> None:
        self._first = first
        self._failures = 0

    def rest(self) -> None:
        self._failures = 0

    async def wait(self, at_least: float = 0.0) -> None:
        wait = min(LONGEST_WAIT, max(at_least, self._first * 2 ** min(self._failures, 10)))
        self._failures += 1
        await asyncio.sleep(wait)


class Poller:
    """Asks for updates for ever. `told(ok)` hears whether Telegram answers; `after(event)` gets what was kept."""

    def __init__(
        self,
        client: Client,
        intake: Intake,
        told: Callable[[bool], None],
        after: Callable[[Event], None],
        patience: Patience,
    ) -> None:
        self._client = client
        self._intake = intake
        self._told = told
        self._after = after
        self._patience = patience

    async def run(self) -> None:
        offset: int | None = None
        while True:
            try:
                raws = split_poll(await self._client.updates(offset, ALLOWED))
            except Trouble as trouble:
                self._told(trouble.code == TIMED_OUT)
                log_trouble("telegram_polling", trouble)
                await self._patience.wait(trouble.retry_after or _slow(trouble))
                continue
            self._told(True)
            try:
                events = await self._take(raws)
            except Unkept:
                await self._patience.wait()
                continue  # asked again with the same offset, they come again
            numbers = [one.number for one in events if one.number is not None and one.number <= _LARGEST_OFFSET]
            # Nothing came, so all before the offset is confirmed. After a quiet week new numbers may start anywhere.
            offset = max(numbers) + 1 if numbers else (offset if raws else None)
            if raws and not numbers:
                await self._patience.wait()  # nothing with a usable number that could be confirmed
            else:
                self._patience.rest()

    async def _take(self, raws: Sequence[bytes]) -> list[Event]:
        """Takes updates all at once; the dialogue keeps their order. Raises Unkept when one could not be kept."""
        tasks = [asyncio.create_task(kept(self._intake, raw)) for raw in raws]
        if not tasks:
            return []
        try:
            await asyncio.wait(tasks)
        except asyncio.CancelledError:  # what has begun is finished, so that it need not come again
            await asyncio.wait(tasks, timeout=LONGEST_END)
            raise
        failed = [task.exception() for task in tasks]
        for task, error in zip(tasks, failed, strict=True):
            if error is None:
                self._after(task.result())
        if any(failed):
            raise Unkept
        return [task.result() for task in tasks]


def _slow(trouble: Trouble) -> float:
    return {409: 5.0, 401: 30.0, 404: 30.0}.get(trouble.code, 0.0)


def log_trouble(event: str, trouble: Trouble) -> None:
    log.warning(event, status=trouble.code, meaning=trouble.meaning)
