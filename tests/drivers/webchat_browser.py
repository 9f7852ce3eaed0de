"""A browser as far as the wire goes: a cookie, a WebSocket, letters as they come."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from aiohttp import ClientWebSocketResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.build import Program
from channels.webchat.chat import WebChat
from tests.drivers.waiting import PATIENCE_SECONDS

SOON = PATIENCE_SECONDS  # after which something that should come has failed
_ids = count(1)


def fresh_id() -> str:
    return f"browser-{next(_ids):08}"


def web_chat(program: Program, **how: Any) -> WebChat:
    return WebChat(
        site=program.settings.site,
        door=program.talk,
        acts=program.acts,
        texts=program.texts,
        store=program.store,
        **{"look_every_seconds": 30, "version": "v1", **how},
    )


@asynccontextmanager
async def served(program: Program, **how: Any) -> AsyncIterator[TestServer]:
    app = web.Application()
    chat = web_chat(program, **how)
    app.add_routes(chat.routes())
    app.on_shutdown.append(lambda _: chat.close())
    server = TestServer(app)
    await server.start_server()
    looks = asyncio.create_task(chat.run())
    try:
        yield server
    finally:
        looks.cancel()
        await server.close()


class Browser:
    """One browser with its cookie; `tab()` opens a page of it, also at another server."""

    def __init__(self, server: TestServer, language: str = "zh") -> None:
        self.client = TestClient(server)
        self.server, self.language = server, language

    @property
    def origin(self) -> str:
        return str(self.server.make_url("")).rstrip("/")

    async def page(self, path: str = "/chat") -> str:
        async with self.client.get(path, headers={"Accept-Language": self.language}) as response:
            assert response.status == 200
            return await response.text()

    @property
    def token(self) -> str:
        return next(c.value for c in self.client.session.cookie_jar if c.key == "mingcha_chat")

    @asynccontextmanager
    async def tab(
        self,
        last: int = 0,
        start: str | None = None,
        at: TestServer | None = None,
        mark: str | None = None,
        heard: list[Any] | None = None,
        **hello: Any,
    ) -> AsyncIterator[Tab]:
        server = at or self.server
        origin = str(server.make_url("")).rstrip("/")
        headers = {"Origin": origin, "Cookie": f"mingcha_chat={self.token}"}
        async with self.client.session.ws_connect(server.make_url("/chat/ws"), headers=headers) as socket:
            tab = Tab(socket, [] if heard is None else heard)
            await tab.tells(hello=last, start=start, language=self.language, browser=mark, **hello)
            await tab.until(lambda said: said.get("ready"))
            yield tab

    async def upload(self, data: bytes, **headers: str) -> tuple[int, dict[str, str]]:
        async with self.client.post(
            "/chat/upload", data=io.BytesIO(data), headers={"Origin": self.origin, **headers}
        ) as response:
            return response.status, await response.json()


class Tab:
    def __init__(self, socket: ClientWebSocketResponse, heard: list[Any]) -> None:
        self.socket, self.heard = socket, heard
        self.letters: list[dict[str, Any]] = []
        self.turn: int | None = None

    async def tells(self, **frame: Any) -> str:
        frame.setdefault("id", fresh_id())
        await self.socket.send_json(frame)
        return frame["id"]

    async def hears(self) -> dict[str, Any]:
        said = await asyncio.wait_for(self.socket.receive_json(), SOON)
        self.heard.append(said)
        if "letter" in said:
            self.letters.append(said["letter"])
        if "turn" in said:
            self.turn = said["turn"]
        return said

    async def until(self, wanted: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        while True:
            said = await self.hears()
            if wanted(said):
                return said

    async def answer(self) -> list[dict[str, Any]]:
        """The letters of the next batch."""
        before = len(self.letters)
        await self.until(lambda said: "turn" in said)
        return self.letters[before:]

    async def says(self, text: str) -> list[dict[str, Any]]:
        await self.tells(say=text)
        return await self.answer()

    def key(self, label: str) -> dict[str, Any]:
        """A button of the newest letters, by its label."""
        for letter in reversed(self.letters):
            for key in (key for row in letter["rows"] for key in row):
                if key["label"] == label:
                    return {"tap": key["press"], "turn": key["turn"], "message": letter["id"]}
        raise AssertionError(f"no button {label!r}")

    async def taps(self, label: str) -> list[dict[str, Any]]:
        await self.tells(**self.key(label))
        return await self.answer()


@asynccontextmanager
async def browsing(program: Program, language: str = "zh", **how: Any) -> AsyncIterator[Browser]:
    """A served program and a browser that has opened the page."""
    async with served(program, **how) as server, opened(server, language) as browser:
        yield browser


@asynccontextmanager
async def opened(server: TestServer, language: str = "zh") -> AsyncIterator[Browser]:
    browser = Browser(server, language)
    try:
        await browser.page()
        yield browser
    finally:
        await browser.client.session.close()
