"""The office's site on a real server of this test, and a clerk's browser without pictures."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer

from bot.build import Program
from services import people
from services.people import Grant, Role
from tests.drivers.browsing import browsing, site_of

CSRF = re.compile(r'name="csrf" value="([0-9a-f]{64})"')
SEEN = re.compile(r'name="seen" value="([a-z_]+(?:\.\d+)+)"')
NUMBER = re.compile(r'name="number" value="([0-9a-f]{20})"')

MANAGING = (Role.CLERK, Role.OFFICE_HEAD)  # the roles of those of the demo city who manage people


class Browser:
    """Follows links and sends forms of the page that it sees."""

    def __init__(self, client: TestClient) -> None:
        self.client, self.page, self.status = client, "", 0
        self.answer: ClientResponse | None = None

    async def opens(self, path: str, **how: object) -> str:
        return await self._take(await self.client.get(path, **how))  # pyright: ignore[reportArgumentType]

    async def sends(self, path: str, **fields: str) -> str:
        """A form of the page at hand: with its hidden fields."""
        hidden = {
            name: found.group(1)
            for name, known in (("csrf", CSRF), ("seen", SEEN), ("number", NUMBER))
            if (found := known.search(self.page))
        }
        return await self._take(await self.client.post(path, data=hidden | fields))

    async def _take(self, answer: ClientResponse) -> str:
        self.answer, self.status = answer, answer.status
        self.page = await answer.text(errors="replace")
        return self.page

    @property
    def path(self) -> str:
        assert self.answer is not None
        return self.answer.url.path_qs


def application(program: Program, **how: Any) -> web.Application:
    site = site_of(program, **how)
    app = web.Application(middlewares=site.middlewares())
    app.add_routes(site.routes())
    return app


@pytest.fixture
async def browser(program: Program) -> AsyncIterator[Callable[[], Awaitable[Browser]]]:
    """`await browser()` is somebody's browser with cookies of its own, all on one server."""
    server = TestServer(application(program))
    await server.start_server()
    opened: list[TestClient] = []

    async def open_one() -> Browser:
        client = browsing(server)
        opened.append(client)
        return Browser(client)

    yield open_one
    for client in opened:
        await client.session.close()
    await server.close()


def member(program: Program, name: str, *granted: Grant) -> str:
    return program.acts.transact(people.add_person, name, granted)


def link(program: Program, person_id: str, **valid_for: float) -> str:
    return program.acts.transact(people.issue_link, person_id, timedelta(**(valid_for or {"days": 1})))


@pytest.fixture
def clerk_id(program: Program) -> str:
    return member(program, "钱一", Grant(Role.CLERK, None))


@pytest.fixture
async def clerk(program: Program, browser: Callable[[], Awaitable[Browser]], clerk_id: str) -> Browser:
    """Signed in, looking at the list."""
    mine = await browser()
    await mine.sends("/in", code=link(program, clerk_id))
    assert mine.path == "/console/today"
    await mine.opens("/console")
    return mine
