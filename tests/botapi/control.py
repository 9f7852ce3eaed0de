"""The user's side for another process: a few POSTs and GETs under /control."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

from aiohttp import web

from .backlog import Pending
from .calls import Call
from .chats import Screen
from .faults import Fault, Faults
from .people import User

PROFILE = ("first_name", "last_name", "username", "language_code")


class Api(Protocol):
    """What is controlled: `BotApi`."""

    faults: Faults

    @property
    def pending(self) -> int: ...
    @property
    def calls(self) -> list[Call]: ...
    @property
    def oddities(self) -> list[str]: ...
    def user(self, id: int, **profile: Any) -> User: ...
    def redeliver(self, update: int) -> Pending: ...


class Control:
    """The same calls from Python: `await api.control.say(chat=1, text="…")`."""

    def __init__(self, api: Api) -> None:
        self._api = api

    async def say(self, chat: int, text: str, **who: Any) -> dict[str, Any]:
        return {"update_id": (await self._user(chat, who).says(text)).update_id}

    async def tap(self, chat: int, data: str, message_id: int | None = None) -> dict[str, Any]:
        return {"update_id": (await self._user(chat, {}).taps(data, message_id)).update_id}

    async def photo(self, chat: int, path: str, caption: str = "") -> dict[str, Any]:
        data = await asyncio.to_thread(Path(path).read_bytes)
        return {"update_id": (await self._user(chat, {}).sends_photo(data, caption)).update_id}

    async def document(self, chat: int, path: str, mime: str = "application/octet-stream") -> dict[str, Any]:
        data = await asyncio.to_thread(Path(path).read_bytes)
        return {"update_id": (await self._user(chat, {}).sends_document(data, Path(path).name, mime)).update_id}

    async def location(self, chat: int, latitude: float, longitude: float) -> dict[str, Any]:
        return {"update_id": (await self._user(chat, {}).sends_location(latitude, longitude)).update_id}

    async def block(self, chat: int, blocked: bool = True) -> dict[str, Any]:
        user = self._user(chat, {})
        return {"update_id": (await (user.blocks_bot() if blocked else user.unblocks_bot())).update_id}

    async def redeliver(self, update_id: int) -> dict[str, Any]:
        return {"update_id": self._api.redeliver(update_id).update_id}

    async def plan_fault(self, method: str, **fault: Any) -> dict[str, Any]:
        self._api.faults.planned.append(Fault(method, **fault))
        return {"planned": method}

    async def messages(self, chat: int) -> list[dict[str, Any]]:
        """Both sides' messages, oldest first."""
        return [_shown(screen) for screen in self._user(chat, {}).history()]

    async def calls(self, method: str = "") -> list[dict[str, Any]]:
        made = [call for call in self._api.calls if method in {"", call.method}]
        return [
            {
                "method": call.method,
                "time": call.time,
                "status": call.status,
                "executed": call.executed,
                "params": {
                    key: value if isinstance(value, str | int | dict | list) else repr(value)[:80]
                    for key, value in call.params.items()
                },
            }
            for call in made
        ]

    async def state(self) -> dict[str, Any]:
        return {"pending": self._api.pending, "oddities": self._api.oddities, "calls": len(self._api.calls)}

    def routes(self) -> list[web.RouteDef]:
        posts: dict[str, Callable[..., Awaitable[Any]]] = {
            "say": self.say,
            "tap": self.tap,
            "photo": self.photo,
            "document": self.document,
            "location": self.location,
            "block": self.block,
            "redeliver": self.redeliver,
            "faults": self.plan_fault,
        }
        gets: dict[str, Callable[..., Awaitable[Any]]] = {
            "messages": self.messages,
            "calls": self.calls,
            "state": self.state,
        }
        return [
            *(web.post(f"/control/{name}", _handler(action)) for name, action in posts.items()),
            *(web.get(f"/control/{name}", _handler(action)) for name, action in gets.items()),
        ]

    def _user(self, chat: int, who: dict[str, Any]) -> User:
        return self._api.user(int(chat), **{key: value for key, value in who.items() if key in PROFILE})


def _handler(action: Callable[..., Awaitable[Any]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            given = await request.json() if request.method == "POST" else dict(request.query)
            return web.json_response(await action(**given))
        except (AssertionError, LookupError, OSError, TypeError, ValueError) as error:
            return web.json_response({"error": str(error)}, status=400)

    return handle


def _shown(screen: Screen) -> dict[str, Any]:
    return {
        "message_id": screen.message_id,
        "from_bot": screen.from_bot,
        "kind": screen.kind,
        "text": screen.text,
        "buttons": screen.buttons,
        "raw": screen.raw,
    }
