"""Webhook delivery, queued and retried as the real server's WebhookActor does it."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout

from .backlog import Backlog, Pending, Queue
from .errors import ApiError
from .params import Params, parse_params
from .pulse import Pulse

RESEND_SECONDS = 60
RETRY_AFTER_AT_MOST = 3600
SHUFFLE_SECONDS = 0.02
NOT_AS_AN_ANSWER = re.compile(r"get|(deletewebhook|setwebhook|close|logout)$")


@dataclass(frozen=True)
class Hook:
    url: str = ""
    secret: str = ""
    max_connections: int = 40
    ip_address: str = "127.0.0.1"


@dataclass
class WebhookSender:
    """Keeps every queue moving; a failing head holds up its own queue only."""

    backlog: Backlog
    pulse: Pulse
    clock: Callable[[], float]
    execute: Callable[[Params], Awaitable[None]]
    delay_scale: float
    timeout_seconds: float
    hook: Hook = field(default_factory=Hook)
    last_error: tuple[int, str] | None = None
    _tasks: dict[Queue | None, asyncio.Task[None]] = field(default_factory=dict)

    async def set(self, hook: Hook) -> None:
        await self.stop()
        self.hook, self.last_error = hook, None
        if hook.url:
            self._tasks[None] = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        tasks, self._tasks = list(self._tasks.values()), {}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self) -> None:
        slots = asyncio.Semaphore(self.hook.max_connections)
        async with ClientSession(timeout=ClientTimeout(total=self.timeout_seconds)) as http:
            while True:
                for queue in await self.pulse.until(self._idle_queues, None):
                    self._tasks[queue] = asyncio.create_task(self._run(queue, slots, http))

    def _idle_queues(self) -> list[Queue]:
        return [queue for queue in self.backlog.queues() if queue not in self._tasks]

    async def _run(self, queue: Queue, slots: asyncio.Semaphore, http: ClientSession) -> None:
        while (head := self.backlog.head(queue)) is not None:
            if self.backlog.shuffle:
                await asyncio.sleep(self.backlog.shuffle.random() * SHUFFLE_SECONDS)
            async with slots:
                problem, retry_after = await self._post(head, http)
            if problem is None:
                self.backlog.done(head)
                continue
            self.last_error = int(self.clock()), problem
            delay = self._next_delay(head, retry_after)
            if self.clock() + delay > head.expires_at:
                self.backlog.done(head)
                continue
            await asyncio.sleep(delay * self.delay_scale)
        self._tasks.pop(queue, None)

    def _next_delay(self, head: Pending, retry_after: int) -> int:
        """Unscaled seconds: Retry-After if there is one, else at once, then 2, 4, 8 … up to 60-120."""
        delay = retry_after
        if not retry_after and head.fails:
            head.retry_delay = min(random.randint(RESEND_SECONDS, 2 * RESEND_SECONDS), head.retry_delay * 2)
            delay = head.retry_delay
        head.fails += 1
        return delay

    async def _post(self, pending: Pending, http: ClientSession) -> tuple[str | None, int]:
        headers = {"Content-Type": "application/json"}
        if self.hook.secret:
            headers["X-Telegram-Bot-Api-Secret-Token"] = self.hook.secret
        pending.handed = True
        try:
            async with http.post(
                self.hook.url, data=pending.encoded(), headers=headers, allow_redirects=False
            ) as answer:
                if not 200 <= answer.status <= 299:
                    retry_after = _retry_after(answer)
                    return f"Wrong response from the webhook: {answer.status} {answer.reason}", retry_after
                await self._obey(answer)
                return None, 0
        except TimeoutError:
            return "Read timeout expired", 0
        except (ClientError, OSError) as error:
            return f"Connection failed: {error}", 0

    async def _obey(self, answer: ClientResponse) -> None:
        """A method named in the answer is executed; nobody learns what became of it."""
        try:
            params = parse_params(answer.headers.get("Content-Type", ""), await answer.read())
        except ApiError:
            return
        method = params.text("method").lower()
        if method and not NOT_AS_AN_ANSWER.match(method):
            await self.execute(params)


def _retry_after(answer: ClientResponse) -> int:
    value = answer.headers.get("Retry-After", "")
    return min(int(value), RETRY_AFTER_AT_MOST) if value.isdecimal() else 0


def webhook_info(sender: WebhookSender, allowed: list[str]) -> dict[str, Any]:
    info: dict[str, Any] = {
        "url": sender.hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(sender.backlog),
    }
    if sender.hook.url:
        info |= {"max_connections": sender.hook.max_connections, "ip_address": sender.hook.ip_address}
    if sender.last_error:
        info["last_error_date"], info["last_error_message"] = sender.last_error
    return info | ({"allowed_updates": allowed} if allowed else {})
