"""One log line a minute of what may happen thousands of times a second."""

from __future__ import annotations

import time
from typing import Any

import structlog

TOLD_EVERY_SECONDS = 60.0
log = structlog.get_logger()


class Seldom:
    """Tells of what may happen thousands of times a second: once a minute, with how often it was."""

    def __init__(self, event: str) -> None:
        self._event = event
        self._times, self._next = 0, 0.0

    def tell(self, **what: Any) -> None:
        self._times += 1
        now = time.monotonic()
        if now >= self._next:
            log.warning(self._event, times=self._times, **what)
            self._times, self._next = 0, now + TOLD_EVERY_SECONDS
