"""/readyz asks every channel that is set up: whoever looks there learns that nothing can be sent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import event
from structlog.testing import capture_logs

from bot import health
from bot.build import Program
from bot.serve import assemble
from channels.sms import channel as sms
from channels.telegram.channel import Telegram
from services import oversight
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


TOKEN = "123456789:AAsecret-of-the-bot"
SECRETS = (TOKEN, "secret-of-the-carrier", "secret-of-the-hook")


async def state(program: Program) -> tuple[int, dict[str, object]]:
    async with browsing(TestServer(assemble(program, work=False).app)) as client:
        answer = await client.get("/readyz")
        told = await answer.text() + repr(answer.headers)
        assert not [secret for secret in SECRETS if secret in told]
        return answer.status, await answer.json()


def reached(server: TestServer) -> dict[str, str]:
    return {
        "sms_url": str(server.make_url("/sendsms")),
        "sms_username": "u",
        "sms_password": "secret-of-the-carrier",
        "sms_callback_secret": "secret-of-the-hook",
    }


@contextmanager
def read_only(program: Program) -> Iterator[None]:
    """Nothing can be written, everything can be read: a full disk, a file of somebody else."""
    only = [1]
    event.listen(program.database.engine, "checkout", lambda lent, *_: lent.execute(f"pragma query_only = {only[0]}"))
    yield
    only[0] = 0


@ON_SQLITE
async def test_a_disk_short_of_space_is_told_and_the_process_still_serves(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words are still taken: whoever sends nobody here any more would take them away too."""
    assert (await state(program))[1]["disk"] is True
    monkeypatch.setattr(program.store.room, "free", lambda: 1)
    status, told = await state(program)
    assert (status, told["database"], told["disk"]) == (200, True, False)


@ON_SQLITE
async def test_a_database_that_takes_nothing_is_not_ready_however_much_can_be_read(program: Program) -> None:
    well = {"database": True, "web": True, "disk": True, "unsent": []}
    assert await state(program) == (200, well)
    with capture_logs() as lines:
        with read_only(program):
            assert await state(program) == (503, well | {"database": False})
            assert await program.database.read(oversight.count_figures)
            assert await state(program) == (503, well | {"database": False})
            assert [line["event"] for line in lines] == ["database_away"]
        assert await state(program) == (200, well)
    assert [line["event"] for line in lines] == ["database_away", "database_back"]


@ON_SQLITE
async def test_a_database_that_somebody_holds_is_not_waited_for(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "ASKED_SECONDS", 0.1)
    with program.database.engine.begin():
        assert (await state(program))[1]["database"] is False
    monkeypatch.undo()
    assert (await state(program))[1]["database"] is True


@ON_SQLITE
async def test_the_carrier_of_text_messages_is_asked(
    make_program: Callable[..., Program], gateway: tuple[Gateway, TestServer]
) -> None:
    kannel, server = gateway
    program = make_program(**reached(server))
    assert await state(program) == (200, {"database": True, "web": True, "sms": True, "disk": True, "unsent": []})
    kannel.answer = "Authorization failed for sendsms"
    assert await state(program) == (503, {"database": True, "web": True, "sms": False, "disk": True, "unsent": []})
    await server.close()
    assert (await state(program))[1]["sms"] is False


@ON_SQLITE
@pytest.mark.parametrize("fault", ["silent", "broken"])
async def test_one_channel_that_is_down_is_named_beside_those_that_are_not(
    make_program: Callable[..., Program],
    gateway: tuple[Gateway, TestServer],
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, server = gateway
    unheard = TestServer(web.Application())
    await unheard.start_server()
    address = str(unheard.make_url("")).rstrip("/")
    await unheard.close()
    if fault == "broken":
        monkeypatch.setattr(Telegram, "answers", broken)
    program = make_program(
        **reached(server),
        telegram_token=TOKEN,
        telegram_api_url=address,
        telegram_mode="webhook",
        telegram_webhook_secret="secret-of-the-hook",
        public_url="https://office.example",
    )
    told = {"database": True, "web": True, "telegram": False, "sms": True, "disk": True, "unsent": []}
    assert await state(program) == (503, told)


async def broken(self: Telegram) -> bool:
    raise RuntimeError(TOKEN)


@ON_SQLITE
async def test_who_looks_often_is_told_the_last_answer(
    make_program: Callable[..., Program], gateway: tuple[Gateway, TestServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    kannel, server = gateway
    program = make_program(**reached(server))
    monkeypatch.setattr(sms, "ASKED_EVERY", 3600)
    async with browsing(TestServer(assemble(program, work=False).app)) as client:
        for _ in range(5):
            assert (await client.get("/readyz")).status == 200
    assert kannel.asked == 1
