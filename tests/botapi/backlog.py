"""Updates that wait for the bot: one queue per chat, and per user for taps."""

from __future__ import annotations

import json
import math
import random
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from .pulse import Pulse

MESSAGE_SECONDS = 24 * 3600
TAP_SECONDS = 150
FIRST_UPDATE_ID = 700_000_001
Queue = tuple[str, int]
ONLY_WHEN_ASKED = {"chat_member", "message_reaction", "message_reaction_count"}


@dataclass
class Pending:
    """One update on its way; `body` is JSON, or bytes that are sent as they are."""

    update_id: int
    queue: Queue
    body: Any
    expires_at: float
    loose: bool = False
    """Handed out once whatever the offset: a duplicate, or a raw update that no offset can confirm."""
    handed: bool = False
    retry_delay: int = 1
    fails: int = 0

    def encoded(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Backlog:
    def __init__(
        self, clock: Callable[[], float], pulse: Pulse, deliver_twice: bool, shuffle: random.Random | None
    ) -> None:
        self.deliver_twice = deliver_twice
        self.shuffle = shuffle
        self.allowed: list[str] = []
        self.sent: list[Pending] = []
        self._clock = clock
        self._pulse = pulse
        self._queues: dict[Queue, deque[Pending]] = {}
        self._next_id = FIRST_UPDATE_ID
        self._soonest_expiry = math.inf

    def __len__(self) -> int:
        return sum(map(len, self._queues.values()))

    def add(self, kind: str, payload: dict[str, Any], queue: Queue) -> Pending:
        """Number an update and queue it, unless the bot did not ask for its kind."""
        lifetime = TAP_SECONDS if kind == "callback_query" else MESSAGE_SECONDS
        body = {"update_id": self._next_id, kind: payload}
        pending = Pending(self._next_id, queue, body, self._clock() + lifetime)
        self._next_id += 1
        if kind in self.allowed or (not self.allowed and kind not in ONLY_WHEN_ASKED):
            self._put(pending)
        return pending

    def add_raw(self, body: Any) -> Pending:
        """Queue anything at all, in a queue of its own."""
        given = body.get("update_id") if isinstance(body, dict) else None
        in_order = isinstance(given, int) and self._next_id <= given < 2**31
        update_id = given if isinstance(given, int) and in_order else self._next_id
        self._next_id = update_id + 1
        pending = Pending(update_id, ("raw", update_id), body, self._clock() + MESSAGE_SECONDS, loose=not in_order)
        self._put(pending)
        return pending

    def repeat(self, update_id: int) -> Pending:
        """Queue an update once more, whatever became of it."""
        first = next((pending for pending in self.sent if pending.update_id == update_id), None)
        if first is None:
            raise LookupError(f"no update {update_id} was ever sent")
        again = replace(first, loose=True, handed=False, expires_at=self._clock() + MESSAGE_SECONDS)
        self._enqueue(again)
        return again

    def _put(self, pending: Pending) -> None:
        self.sent.append(pending)
        self._enqueue(pending)

    def _enqueue(self, pending: Pending) -> None:
        self._soonest_expiry = min(self._soonest_expiry, pending.expires_at)
        self._queues.setdefault(pending.queue, deque()).append(pending)
        self._pulse.beat()

    def queues(self) -> list[Queue]:
        return list(self._queues)

    def head(self, queue: Queue) -> Pending | None:
        self.prune()
        return self._queues[queue][0] if queue in self._queues else None

    def waiting(self) -> list[Pending]:
        """All of them in the order of polling: the loose first, then by update_id."""
        self.prune()
        pending = [pending for queue in self._queues.values() for pending in queue]
        return sorted(pending, key=lambda one: (not one.loose, one.update_id))

    def done(self, pending: Pending) -> None:
        """Delivered, so forgotten; with `deliver_twice` it comes once more."""
        queue = self._queues.get(pending.queue)
        if queue is None or not any(one is pending for one in queue):
            return
        self._drop([pending])
        if self.deliver_twice and not pending.loose:
            again = replace(pending, loose=True, handed=False, fails=0, retry_delay=1)
            self._queues.setdefault(pending.queue, deque()).appendleft(again)
        self._pulse.beat()

    def prune(self) -> None:
        """Forget what is too old to be delivered."""
        now = self._clock()
        if now <= self._soonest_expiry:
            return
        everything = [one for queue in self._queues.values() for one in queue]
        self._drop([one for one in everything if one.expires_at < now])
        self._soonest_expiry = min((one.expires_at for one in everything if one.expires_at >= now), default=math.inf)

    def clear(self) -> None:
        self._queues.clear()
        self._pulse.beat()

    def _drop(self, gone: Iterable[Pending]) -> None:
        for pending in gone:
            queue = self._queues[pending.queue]
            at = next(i for i, one in enumerate(queue) if one is pending)
            del queue[at]
            if not queue:
                del self._queues[pending.queue]
            self._pulse.beat()

    def mix(self) -> None:
        """Out of order between queues: share out anew the ids of what nobody has seen yet."""
        if self.shuffle is None:
            return
        fresh = [one for one in self.waiting() if not (one.handed or one.loose or one.queue[0] == "raw")]
        ids = sorted(one.update_id for one in fresh)
        lanes: dict[Queue, deque[Pending]] = {}
        for one in fresh:
            lanes.setdefault(one.queue, deque()).append(one)
        for update_id in ids:
            lane = self.shuffle.choice([lane for lane in lanes.values() if lane])
            pending = lane.popleft()
            pending.update_id = pending.body["update_id"] = update_id
