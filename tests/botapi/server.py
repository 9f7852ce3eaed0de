"""A strict fake of the Telegram Bot API server, for tests: see `BotApi`."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, Literal

from aiohttp import web

from .backlog import Pending
from .calls import Call, Calls
from .chats import Chat
from .control import Control
from .faults import Fault, Faults
from .front import build_app
from .looking import PATIENCE_SECONDS
from .methods_updates import UpdateMethods
from .pace import Pace
from .people import User
from .polling import Poller
from .webhook import Hook, WebhookSender
from .world import World


class BotApi:
    """One bot's Telegram: `await start()`, point the client at `.url`, and talk through `user()`.

    `secret`: what `set_webhook()` uses when called from Python (a client names its own in setWebhook).
    `clock`: Unix seconds; dates, lifetimes of updates and links, and the pace follow it.
    `delay_scale`: what a second of webhook retry (also Retry-After) really lasts.
    `deliver_twice`, `shuffle`, `pace`, `control`: see the package's docstring.
    """

    def __init__(
        self,
        token: str = "42:TEST",
        secret: str | None = None,
        *,
        clock: Callable[[], float] = time.time,
        delay_scale: float = 0.02,
        webhook_timeout: float = 60,
        deliver_twice: bool = False,
        shuffle: random.Random | None = None,
        pace: bool = False,
        control: bool = False,
    ) -> None:
        self.token = token
        self.secret = secret
        self.url = ""
        self.world = World(int(token.partition(":")[0]), clock, deliver_twice, shuffle)
        self.faults = Faults()
        backlog, pulse = self.world.backlog, self.world.pulse
        self._calls = Calls(self.world, Pace(clock) if pace else None)
        self.webhook = WebhookSender(backlog, pulse, clock, self._calls.as_answer, delay_scale, webhook_timeout)
        self._calls.update_methods = UpdateMethods(backlog, Poller(backlog, pulse), self.webhook).table()
        self.control = Control(self)
        self._with_control = control
        self._users: dict[int, User] = {}
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Listen on 127.0.0.1; port 0 takes any free one."""
        more = self.control.routes() if self._with_control else []
        app = build_app(self.token, self.world, self._calls, self.faults, more)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.05, handler_cancellation=True)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        await self.webhook.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> BotApi:
        await self.start()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.close()

    # People

    def user(
        self, id: int, first_name: str = "Lin", language_code: str = "zh", started: bool = False, **more: Any
    ) -> User:
        """The person with this id, always the same object; `started`: has already written to the bot."""
        if id not in self._users:
            profile = {"id": id, "is_bot": False, "first_name": first_name, "language_code": language_code} | more
            names = {key: profile[key] for key in ("first_name", "last_name", "username") if key in profile}
            chat = self.world.chats.setdefault(id, Chat({"id": id, "type": "private"} | names))
            self._users[id] = User(self.world, profile, chat)
        user = self._users[id]
        user.chat.started = user.chat.started or started
        return user

    def group(self, id: int, title: str = "Group", kind: str = "supergroup", **more: Any) -> Chat:
        """A group that has the bot in it; a person talks there through `user.at(group)`."""
        return self.world.chats.setdefault(id, Chat({"id": id, "type": kind, "title": title} | more, started=True))

    # Updates

    async def drained(self, timeout: float = PATIENCE_SECONDS) -> None:
        """Wait until every update is confirmed or delivered; TimeoutError says what is left."""
        await self.world.pulse.until(lambda: len(self.world.backlog) == 0, timeout)
        if left := self.world.backlog.waiting():
            raise TimeoutError(f"{len(left)} updates not taken in {timeout} s, first: {left[0].body!r:.300}")

    def deliver_raw(self, raw: Any) -> Pending:
        """Deliver anything as an update: bytes as they are, an object as JSON."""
        return self.world.backlog.add_raw(raw)

    def redeliver(self, update: int | Pending) -> Pending:
        """Deliver an old update once more; in polling whatever the offset."""
        return self.world.backlog.repeat(update.update_id if isinstance(update, Pending) else update)

    @property
    def pending(self) -> int:
        return len(self.world.backlog)

    async def set_webhook(self, url: str, secret: str | None = None, max_connections: int = 40) -> None:
        """As setWebhook, without a call of the bot; '' deletes it."""
        await self.webhook.set(Hook(url, secret or self.secret or "", max_connections))

    # Calls

    @property
    def calls(self) -> list[Call]:
        return self._calls.made

    def called(self, method: str, chat: int | None = None) -> list[Call]:
        return [call for call in self.calls if call.method == method and chat in {None, call.chat_id}]

    @property
    def oddities(self) -> list[str]:
        """What the real server would have let pass, but no correct client sends."""
        return self.world.oddities

    def fault(
        self,
        method: str,
        *,
        status: int | None = None,
        description: str | None = None,
        retry_after: int | None = None,
        times: int = 1,
        chat: int | str | None = None,
        hang: float = 0,
        drop: Literal["before", "after"] | None = None,
        malformed: bool = False,
        executed: bool = False,
        gateway: bool = False,
    ) -> Fault:
        """Plan trouble for the next `times` calls; the fields of `Fault` say which."""
        fault = Fault(method, status, description, retry_after, times, chat, hang, drop, malformed, executed, gateway)
        self.faults.planned.append(fault)
        return fault
