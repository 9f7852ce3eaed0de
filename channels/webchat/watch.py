"""One look for all open pages at what has come for them without a ring: from another process, or where one was lost."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from channels.webchat.protocol import CHANNEL
from models.database import DatabaseAway
from services import deliveries
from services.foundation.act import Acts


@dataclass(frozen=True, eq=False)
class _Page:
    contact_id: str
    shown: Callable[[], int]  # the number of the last letter that it was sent
    bell: asyncio.Event


class Watch:
    """Rings for open pages that lack a letter; however many are open, it asks the database once."""

    def __init__(self, acts: Acts, every_seconds: float) -> None:
        self._acts, self.every_seconds = acts, every_seconds
        self._pages: set[_Page] = set()

    @contextmanager
    def listen(self, contact_id: str, shown: Callable[[], int]) -> Iterator[asyncio.Event]:
        """The bell of a page: rung after each commit of this process that queues for it, and by the look."""
        with self._acts.bells.listen(contact_id) as bell:
            page = _Page(contact_id, shown, bell)
            self._pages.add(page)
            try:
                yield bell
            finally:
                self._pages.discard(page)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(self.every_seconds)
            with contextlib.suppress(DatabaseAway):  # the next look finds it
                await self._look()

    async def _look(self) -> None:
        shown: dict[str, int] = {}  # of each contact: the least that one of its pages has
        for page in self._pages:
            shown[page.contact_id] = min(page.shown(), shown.get(page.contact_id, page.shown()))
        if not shown:
            return
        lacking = await self._acts.read(deliveries.with_letters, CHANNEL, shown)
        for page in self._pages:
            if page.contact_id in lacking:
                page.bell.set()
