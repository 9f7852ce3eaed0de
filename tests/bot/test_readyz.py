"""/readyz asks every channel that is set up: whoever looks there learns that nothing can be sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.build import Program
from bot.serve import assemble
from channels.sms import channel as sms
from tests.drivers.browsing import browsing

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Gateway:
    """A Kannel that knows its user, or does not."""

    def __init__(self) -> None:
        self.answer, self.asked = "Missing receiver", 0

    async def sendsms(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(text=self.answer, status=400)


@pytest.fixture
async def gateway() -> AsyncIterator[tuple[Gateway, TestServer]]:
    kannel = Gateway()
    app = web.Application()
    app.router.add_get("/sendsms", kannel.sendsms)
    async with TestServer(app) as server:
        yield kannel, server


async def state(program: Program) -> tuple[int, dict[str, object]]:
    async with browsing(TestServer(assemble(program, work=False).app)) as client:
        answer = await client.get("/readyz")
        return answer.status, await answer.json()


@ON_SQLITE
async def test_the_carrier_of_text_messages_is_asked(
    make_program: Callable[..., Program], gateway: tuple[Gateway, TestServer]
) -> None:
    kannel, server = gateway
    settings = {"sms_url": str(server.make_url("/sendsms")), "sms_username": "u", "sms_password": "p"}
    program = make_program(**settings, sms_callback_secret="s")
    assert await state(program) == (200, {"database": True, "web": True, "sms": True, "unsent": []})
    kannel.answer = "Authorization failed for sendsms"
    assert await state(program) == (503, {"database": True, "web": True, "sms": False, "unsent": []})
    await server.close()
    assert (await state(program))[1]["sms"] is False


@ON_SQLITE
async def test_who_looks_often_is_told_the_last_answer(
    make_program: Callable[..., Program], gateway: tuple[Gateway, TestServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    kannel, server = gateway
    settings = {"sms_url": str(server.make_url("/sendsms")), "sms_username": "u", "sms_password": "p"}
    program = make_program(**settings, sms_callback_secret="s")
    monkeypatch.setattr(sms, "ASKED_EVERY", 3600)
    async with browsing(TestServer(assemble(program, work=False).app)) as client:
        for _ in range(5):
            assert (await client.get("/readyz")).status == 200
    assert kannel.asked == 1
