"""The real limits: 30 messages/s over all, 1/s per chat with a burst of 3, 20/min per group."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from .errors import too_many_requests

PACED = ("send", "edit")
FREE = {"sendchataction"}


@dataclass
class Bucket:
    """Tokens that come back at `rate` a second, up to `size`."""

    size: float
    rate: float
    tokens: float
    at: float

    def wait(self, cost: int, now: float) -> float:
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.rate)
        self.at = now
        # More than the bucket holds (an album) passes when it is full, and is paid back afterwards.
        return max(0.0, (min(cost, self.size) - self.tokens) / self.rate)


class Pace:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def spend(self, method: str, chat: str, cost: int = 1) -> None:
        """Count a message, or raise 429 with the whole seconds to wait."""
        if not method.lower().startswith(PACED) or method.lower() in FREE:
            return
        now = self._clock()
        buckets = [self._bucket("all", 30, 30, now), self._bucket(chat, 3, 1, now)]
        if chat.startswith("-"):
            buckets.append(self._bucket(f"{chat} minute", 20, 20 / 60, now))
        longest = max(bucket.wait(cost, now) for bucket in buckets)
        if longest > 1e-9:
            raise too_many_requests(max(1, math.ceil(longest)))
        for bucket in buckets:
            bucket.tokens -= cost

    def _bucket(self, name: str, size: float, rate: float, now: float) -> Bucket:
        return self._buckets.setdefault(name, Bucket(size, rate, size, now))
