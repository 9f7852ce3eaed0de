"""getUpdates: long polling, by one poller at a time."""

from __future__ import annotations

from .backlog import Backlog, Pending
from .errors import ApiError
from .params import Params
from .pulse import Pulse

CONFLICT = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_ACTIVE = (
    "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
)
TERMINATED_BY_WEBHOOK = "Conflict: terminated by setWebhook request"


class Poller:
    def __init__(self, backlog: Backlog, pulse: Pulse) -> None:
        self._backlog = backlog
        self._pulse = pulse
        self._turn = 0
        self._end: ApiError | None = None

    async def get_updates(self, params: Params) -> bytes:
        """The result as JSON text, because raw updates need not be JSON that Python would write."""
        offset, timeout = params.number("offset"), min(max(params.number("timeout"), 0), 50)
        limit = params.number("limit", 100)
        limit = limit if 1 <= limit <= 100 else 100
        allowed = params.tree("allowed_updates")
        if isinstance(allowed, list):
            self._backlog.allowed = [str(kind) for kind in allowed]
        self.stop(ApiError(409, CONFLICT))
        mine = self._turn
        self._confirm(offset)
        batch = await self._pulse.until(lambda: self._turn != mine or self._ready(offset), timeout)
        if self._turn != mine:
            raise self._end or ApiError(409, CONFLICT)
        assert isinstance(batch, list)
        for pending in batch[:limit]:
            pending.handed = True
        return b"[" + b",".join(pending.encoded() for pending in batch[:limit]) + b"]"

    def stop(self, reason: ApiError) -> None:
        """Whoever polls now is sent away."""
        self._turn += 1
        self._end = reason
        self._pulse.beat()

    def _ready(self, offset: int) -> list[Pending]:
        self._backlog.mix()
        return [one for one in self._backlog.waiting() if one.loose or offset <= 0 or one.update_id >= offset]

    def _confirm(self, offset: int) -> None:
        waiting = self._backlog.waiting()
        if offset < 0:
            firm = [one for one in waiting if not one.loose]
            confirmed = firm[:offset]
        else:
            confirmed = [one for one in waiting if not one.loose and one.update_id < offset]
        for pending in [*confirmed, *(one for one in waiting if one.loose and one.handed)]:
            self._backlog.done(pending)
