"""Bells tell the senders after a commit that there is something to send. A missed ring only costs a poll."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


class Bells:
    """One bell for each channel, and one for each contact that listens (an open web chat)."""

    def __init__(self) -> None:
        self._channels: dict[str, asyncio.Event] = {}
        self._contacts: dict[str, set[asyncio.Event]] = {}

    def ring(self, addressed: Iterable[tuple[str, str]]) -> None:
        """Rings for queued messages; `addressed` holds (channel, contact id).

        Call it in the event loop's thread.
        """
        for channel, contact_id in addressed:
            self._channel(channel).set()
            for bell in self._contacts.get(contact_id, ()):
                bell.set()

    async def wait(self, channel: str, seconds: float) -> None:
        """Waits until the channel's bell rings, for at most so many seconds."""
        bell = self._channel(channel)
        try:
            async with asyncio.timeout(seconds):  # wait_for may swallow a cancellation that comes with the ring
                await bell.wait()
        except TimeoutError:
            pass
        bell.clear()

    @contextmanager
    def listen(self, contact_id: str) -> Iterator[asyncio.Event]:
        bell = asyncio.Event()
        self._contacts.setdefault(contact_id, set()).add(bell)
        try:
            yield bell
        finally:
            self._contacts[contact_id].discard(bell)
            if not self._contacts[contact_id]:
                del self._contacts[contact_id]

    def _channel(self, channel: str) -> asyncio.Event:
        if channel not in self._channels:
            self._channels[channel] = asyncio.Event()
        return self._channels[channel]
