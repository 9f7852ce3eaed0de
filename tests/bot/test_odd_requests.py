"""Requests that no browser sends: each is refused for what it is, none is an unexpected error; nothing is unpacked."""

from __future__ import annotations

import gzip
import io
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from yarl import URL

from bot.build import Program
from bot.serve import assemble, runner_of
from tests.drivers.browsing import FROM_OUR_PAGE

pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)]
FORM, FILES = "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"
FIELD = b'--x\r\nContent-Disposition: form-data; name="code"\r\n'


@pytest_asyncio.fixture
async def http(program) -> AsyncIterator[ClientSession]:
    async with served(program) as session:
        yield session


@asynccontextmanager
async def served(program: Program) -> AsyncIterator[ClientSession]:
    """To the program as `mingcha serve` runs it."""

    async def weighed(request: web.Request) -> web.Response:
        return web.Response(text=str(len(await request.read())))

    app = assemble(program, work=False).app
    app.router.add_post("/weighed", weighed)
    runner = runner_of(app, program.channel_kinds)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}", headers=FROM_OUR_PAGE) as session:
        yield session
    await runner.cleanup()


async def test_a_packed_body_is_refused_as_it_is(http: ClientSession) -> None:
    for how, body in (("gzip", gzip.compress(bytes(2**24))), ("gzip", b"no gzip"), ("deflate", b"x"), ("br", b"x")):
        for kind in (FORM, FILES):
            async with http.post("/in", data=body, headers={"Content-Type": kind, "Content-Encoding": how}) as answer:
                assert answer.status == 415, (how, kind)
    packed = gzip.compress(bytes(2**24))
    async with http.post("/weighed", data=packed, headers={"Content-Encoding": "gzip"}) as answer:
        assert int(await answer.text()) == len(packed)
    async with http.post("/chat/upload", data=gzip.compress(b"%PDF"), headers={"Content-Encoding": "gzip"}) as answer:
        assert answer.status == 403, "without a dialogue no byte of it is read"


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("multipart/form-data", b"x", 400),
        (FILES, b"no form", 400),
        (FILES, FIELD + b"\r\ncut", 400),
        (FILES, b"--x\r\n\r\nnameless\r\n--x--\r\n", 400),
        (FILES, FIELD + b"Content-Type: text/plain; charset=none\r\n\r\na\r\n--x--\r\n", 400),
        (FILES, FIELD + b"Content-Transfer-Encoding: none\r\n\r\na\r\n--x--\r\n", 400),
        (FILES, FIELD + b"\r\n\xff\xfe\r\n--x--\r\n", 400),
        (FILES, b"--x\r\n" + b"A" * 20_000 + b": 1\r\n\r\na\r\n--x--\r\n", 400),
        (FILES, b"--x\r\n" + b"A: 1\r\n" * 20_000 + b"\r\na\r\n--x--\r\n", 400),
        (f"{FORM}; charset=none", b"code=%ff", 400),
        ("text/plain", b"code=1", 400),
        (FORM, b"&".join([b"a=1"] * 5_000), 413),
        (FORM, b"code=%ed%a0%80%00", 403),
        (FORM, b"code=" + bytes(2**21), 413),
        (FILES, FIELD + b"\r\n" + bytes(2**21) + b"\r\n--x--\r\n", 413),
    ],
)
async def test_a_form_that_is_none_is_refused(http: ClientSession, kind: str, body: bytes, status: int) -> None:
    async with http.post("/in", data=io.BytesIO(body), headers={"Content-Type": kind}) as answer:
        assert answer.status == status


async def test_a_form_of_which_nobody_knows_how_long_it_will_be_is_refused(http: ClientSession) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield b"code=1"

    for kind in (FORM, FILES):
        async with http.post("/in", data=endless(), headers={"Content-Type": kind}) as answer:
            assert answer.status == 411


async def test_no_answer_tells_which_software_gives_it(http: ClientSession) -> None:
    for path in ("/chat", "/nowhere", "/healthz", "/static/none"):
        async with http.get(path) as answer:
            assert "Server" not in answer.headers, path


@pytest.mark.parametrize("site", ["https://office.example", "http://office.example"])
async def test_every_answer_says_the_least_that_a_browser_needs(
    make_program: Callable[..., Program], site: str
) -> None:
    """Also those that are no page: files, figures, refusals, redirects."""
    paths = "/", "/chat", "/in", "/me", "/nowhere", "/console/none", "/healthz", "/metrics", "/static/chat.js"
    async with served(make_program(public_url=site)) as http:
        for path in (*paths, "/static/none", "/chat/ws", f"/chat/piece/{'0' * 20}"):
            async with http.get(path, allow_redirects=False) as answer:
                said = answer.headers
                assert said["X-Content-Type-Options"] == "nosniff", path
                assert said["Referrer-Policy"] == "same-origin", path
                assert "default-src 'none'" in said["Content-Security-Policy"], path
                assert "frame-ancestors 'none'" in said["Content-Security-Policy"], path
                strict = said.get("Strict-Transport-Security", "")
                assert strict == ("max-age=31536000; includeSubDomains" if site.startswith("https") else ""), path
                if (body := await answer.read()) and answer.content_type.startswith(("text/", "application/json")):
                    assert answer.charset == "utf-8", (path, body)


async def test_a_trace_is_answered_with_nothing_of_it(http: ClientSession) -> None:
    async with http.request("TRACE", "/chat", headers={"Cookie": "mingcha_chat=secret"}) as answer:
        assert answer.status == 405
        assert "secret" not in await answer.text()


async def test_only_what_is_named_is_served(http: ClientSession) -> None:
    for path in ("/static/", "/static/../pyproject.toml", "/static/%2e%2e/pyproject.toml", "/.git/config", "/.env"):
        async with http.get(URL(path, encoded=True)) as answer:
            assert answer.status == 404, path


@pytest.mark.parametrize("path", ["/chat", "/in", "/console", "/me", "/no/such/page"])
async def test_every_page_stands_alone_whoever_draws_it(http: ClientSession, path: str) -> None:
    async with http.get(path, headers={"Accept": "text/html"}) as answer:
        assert answer.content_type == "text/html"
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
