"""Whoever holds connections open, or opens thousands, keeps nobody else out and fills no log."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot import gate
from bot.build import Program
from bot.serve import assemble, gate_of, listening, runner_of
from services.foundation.addresses import party
from tests.conftest import put_key
from tests.drivers.ports import held_port, number
from tests.drivers.waiting import PATIENCE_SECONDS

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
Line = tuple[asyncio.StreamReader, asyncio.StreamWriter]
ASKED = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


@asynccontextmanager
async def served(program: Program, most: int = 40) -> AsyncIterator[int]:
    """The port of the program behind its gate."""
    runner = runner_of(assemble(program, work=False).app)
    await runner.setup()
    [door] = listening("127.0.0.1", 0)
    opened = await gate_of(runner, program, most).open(door)
    try:
        yield door.getsockname()[1]
    finally:
        opened.close()
        await runner.cleanup()


async def line(port: int, address: str, sent: bytes = b"GET / HTTP/1.1\r\n") -> Line:
    """A connection from this address on which so much has been said."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    writer.write(sent)
    return reader, writer


async def answers(port: int, address: str) -> bool:
    """Whether a request from this address is answered."""
    reader, writer = await line(port, address, ASKED)
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return b" 200 " in await reader.readline()
    except ConnectionError:
        return False
    finally:
        writer.close()


@ON_SQLITE
async def test_headers_that_never_end_are_waited_for_a_while_only(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "IDLE_SECONDS", 0.3)
    async with served(program) as port, asyncio.timeout(PATIENCE_SECONDS):
        reader, writer = await line(port, "127.0.0.1")
        ended = asyncio.create_task(reader.read())
        while not ended.done():  # a header every now and then does not help
            writer.write(b"X: 1\r\n")
            await asyncio.wait((ended,), timeout=0.05)
        writer.close()
        reader, writer = await line(port, "127.0.0.1", ASKED)
        assert b"200" in await reader.readline()
        writer.write(b"GET / HTTP/1.1\r\n")  # nor do headers of a second request
        await reader.read()
        writer.close()


@ON_SQLITE
async def test_one_address_cannot_take_all_connections(program: Program) -> None:
    async with served(program, most=40) as port:
        with capture_logs() as told:
            held = [await line(port, "127.0.0.2") for _ in range(30)]
            assert not await answers(port, "127.0.0.2")
            assert await answers(port, "127.0.0.3")
            assert await answers(port, "127.0.0.1")
        assert [one["event"] for one in told] == ["connections_turned_away"], "one line, however many"
        for _, writer in held:
            writer.close()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await answers(port, "127.0.0.2"):
                pass


async def test_one_ipv6_line_cannot_take_all_connections_with_its_many_addresses() -> None:
    door = gate.Gate(web.Server(lambda request: web.Response()), {}, [], 40)  # pyright: ignore[reportArgumentType]
    line = [f"2001:db8:1:2:{n:x}::1" for n in range(20)]
    assert [door.enter(one) for one in line] == [True] * 10 + [False] * 10
    assert door.enter("2001:db8:1:3::1"), "the next line"
    door.leave(line[0])
    assert door.enter(line[15])


@ON_SQLITE
async def test_a_proxy_of_ours_brings_as_many_as_there_is_room_for(make_program: Callable[..., Program]) -> None:
    async with served(make_program(proxies="127.0.0.2"), most=40) as port:
        held = [await line(port, "127.0.0.2") for _ in range(30)]
        assert await answers(port, "127.0.0.2")
        held += [await line(port, "127.0.0.2") for _ in range(20)]
        assert not await answers(port, "127.0.0.2")
        for _, writer in held:
            writer.close()


@ON_SQLITE
async def test_a_flood_leaves_room_for_others_and_a_few_lines_in_the_log(database_url: str, tmp_path: Path) -> None:
    """With 256 descriptors, against 600 connections whose headers never end."""
    put_key(tmp_path)
    log, held = tmp_path / "log", held_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("MINGCHA_")},
        "MINGCHA_DATA_DIR": str(tmp_path),
        "MINGCHA_DATABASE_URL": database_url,
        "MINGCHA_LISTEN": f"127.0.0.1:{number(held)}",
    }
    command = ["sh", "-c", f"ulimit -n 256; exec {sys.executable} -m bot serve"]
    with log.open("wb") as err:
        serving = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=err)
    assert serving.stdout is not None
    try:
        await asyncio.to_thread(serving.stdout.readline)  # it is ready
        lines = [await line(number(held), f"127.0.0.{n % 3 + 2}") for n in range(600)]
        assert await answers(number(held), "127.0.0.1")
        for _, writer in lines:
            writer.close()
    finally:
        serving.terminate()
        serving.communicate()
        held.close()
    assert len(log.read_text().splitlines()) < 10


@ON_SQLITE
async def test_what_is_no_http_is_refused_without_a_name_and_leaves_one_line(
    program: Program, caplog: pytest.LogCaptureFixture
) -> None:
    garbage = (
        b"GARBAGE\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n" + b"A: 1\r\n" * 1_000 + b"\r\n",
        b"POST /in HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n",
        b"CONNECT x:1 HTTP/1.1\r\n\r\n",
    )
    async with served(program) as port, asyncio.timeout(PATIENCE_SECONDS):
        with capture_logs() as told:
            for sent in garbage:
                reader, writer = await line(port, "127.0.0.1", sent)
                answer = await reader.read()
                assert answer.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 ")), sent
                assert b"aiohttp" not in answer, sent
                writer.close()
    assert [one["event"] for one in told] == ["requests_garbled"]
    assert [record for record in caplog.records if record.name.startswith("aiohttp")] == []


async def test_a_socket_that_cannot_accept_is_told_once_a_minute() -> None:
    loop = asyncio.get_running_loop()
    gate.quiet_accepts(loop)
    with capture_logs() as told:
        for _ in range(1_000):
            error = OSError(24, "Too many open files")
            loop.call_exception_handler({"message": "socket.accept()", "exception": error, "socket": None})
    assert [(one["event"], one["errno"]) for one in told] == [("accept_failed", 24)]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::1", "::1"),
        ("", ""),
    ],
)
def test_a_line_counts_as_one_however_many_addresses_it_has(address: str, counted: str) -> None:
    assert party(address) == counted
