"""A phone with Debian's chromium on a served program. Skipped, with the reason, where there is no chromium."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.build import Program
from tests.conftest import Clock, copied
from tests.drivers.waiting import PATIENCE_SECONDS
from tests.drivers.webchat_browser import web_chat
from web.site import assets

CHROMIUM = shutil.which("chromium")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
SHOTS = Path("var/shots")
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
LIMIT = 1_000 * PATIENCE_SECONDS  # milliseconds after which something that should show has failed


@pytest.fixture(params=["sqlite"])
def database_url(_sqlite_city: Path, tmp_path: Path) -> str:
    """What a browser sees does not depend on the database."""
    return copied(_sqlite_city, tmp_path)


@pytest_asyncio.fixture(loop_scope="session")
async def site(program: Program) -> AsyncIterator[str]:
    """The address of the web chat and its static files."""
    app = web.Application()
    chat = web_chat(program, version=assets.version())
    app.add_routes([*chat.routes(), *assets.routes()])
    app.on_shutdown.append(lambda _: chat.close())
    server = TestServer(app)
    await server.start_server()
    yield str(server.make_url("")).rstrip("/")
    await server.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def _chromium() -> AsyncIterator[Browser]:
    """One for all tests of a worker: its start costs more than most of them. They share its event loop therefore."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed: apt-get install chromium fonts-noto-cjk")
    expect.set_options(timeout=LIMIT)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def chromium(_chromium: Browser) -> AsyncIterator[Browser]:
    """Without anything of the test before: a context is a browser's profile of its own."""
    yield _chromium
    for context in _chromium.contexts:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def phone(chromium: Browser, site: str, clock: Clock) -> AsyncIterator[Callable[..., Awaitable[Page]]]:
    """`phone("/chat", locale="en")` opens a page on a device of its own.

    A script error, a breach of the page's own policy, or a request to anywhere else fails the test.
    """
    errors: list[str] = []
    async with AsyncExitStack() as devices:

        async def opened(path: str = "/chat", **device: Any) -> Page:
            context = await chromium.new_context(**{**PHONE, "locale": "zh-CN", **device})
            devices.push_async_callback(context.close)
            context.set_default_timeout(LIMIT)
            await context.clock.install(time=clock())
            page = await context.new_page()
            page.on(
                "request", lambda asked: None if asked.url.startswith((site, "blob:")) else errors.append(asked.url)
            )
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)
            await page.goto(site + path)
            return page

        yield opened
    assert not errors


@pytest.fixture(scope="session")
def shot() -> Callable[[Page, str], Awaitable[None]]:
    """Keeps a picture of the page for people to look at."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    async def taken(page: Page, name: str) -> None:
        await page.screenshot(path=SHOTS / f"{name}.png", animations="disabled")

    return taken
