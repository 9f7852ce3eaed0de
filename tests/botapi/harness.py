"""What the fake's own tests share: a clock that stands still, and a plain client."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession

from . import BotApi

Ask = Callable[..., Any]


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@asynccontextmanager
async def talking(**options: Any) -> AsyncIterator[tuple[BotApi, Ask]]:
    """A server with person 1 started, and `ask(method, **params)` for the answer's JSON."""
    async with BotApi(**options) as api, ClientSession(f"{api.url}/bot42:TEST/") as http:
        api.user(1, started=True)

        async def ask(method: str, **params: Any) -> Any:
            async with http.post(method, json=params) as answer:
                return await answer.json()

        yield api, ask


def keyboard(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [[button] for button in buttons]}
