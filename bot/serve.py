"""The life of the serving process: one aiohttp application, the ways in and out beside it, a quiet end on SIGTERM."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiohttp import web

from bot.build import Program
from bot.health import Health
from channels.telegram import Telegram
from channels.webchat import WebChat
from models.database import DatabaseAway
from scheduler.jobs import jobs
from scheduler.ticker import Ticker
from services.fetching import Fetcher
from services.sending import Sender
from web import assets
from web.site import Site

UNITS_EVERY_SECONDS = 10
LARGEST_REQUEST = 25 * 1024 * 1024  # bytes: an upload of 20 MiB with its frame
log = structlog.get_logger()
Task = Callable[[], Coroutine[Any, Any, None]]


@dataclass
class Served:
    """The application and the tasks that run as long as it does."""

    app: web.Application
    tasks: list[tuple[str, Task]] = field(default_factory=list)
    closers: list[Task] = field(default_factory=list)  # after the tasks have ended


def assemble(program: Program) -> Served:
    """Everything that `mingcha serve` runs, wired and not started."""
    telegram = _telegram(program)
    version = assets.version()
    site = _site(program, version)
    chat = WebChat(
        site=program.settings.site, talk=program.talk, database=program.database, vault=program.vault,
        texts=program.texts, bells=program.bells, store=program.store, clock=program.clock,
        version=version, language=program.settings.language,
    )  # fmt: skip
    health = Health(program, telegram.ready if telegram else None)
    app = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[*site.middlewares()])
    app.router.add_get("/", _to_chat)
    for routes in (assets.routes(), chat.routes(), site.routes(), health.routes()):
        app.router.add_routes(routes)
    served = Served(app)
    fetchers = {}
    if telegram is not None:
        app.router.add_routes(telegram.routes())
        fetchers["telegram"] = telegram.fetch
        sender = Sender(
            program.database,
            program.vault,
            program.bells,
            program.clock,
            "telegram",
            telegram.send,
            place=_place(program),
        )
        served.tasks += [("telegram", telegram.run), ("sender", sender.run)]
        served.closers.append(telegram.close)
    fetcher = Fetcher(program.database, program.vault, program.store, program.bells, program.clock, fetchers)
    known = jobs(
        program.database, program.vault, program.store, program.bells, program.clock, program.settings.anchor_path
    )
    ticker = Ticker(program.database, program.clock, program.settings.zone, known)
    served.tasks += [("fetcher", fetcher.run), ("ticker", ticker.run), ("units", lambda: _follow_units(program))]
    app.cleanup_ctx.append(lambda _: _alongside(served))
    app.on_shutdown.append(lambda _: chat.close())
    return served


def settle_memory() -> None:
    """What is loaded by now stays for good: the collector need not look at it again and again (a tenth of a turn)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


async def serve(program: Program, *, ready: Callable[[], None]) -> None:
    """Until SIGTERM or SIGINT. `ready` is called once the address answers. Raises OSError when it is taken."""
    served = assemble(program)
    runner = web.AppRunner(served.app, access_log=None, shutdown_timeout=3)
    await runner.setup()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await web.TCPSite(runner, *program.settings.address).start()
        settle_memory()
        ready()
        await stop.wait()
    finally:
        await runner.cleanup()


def _telegram(program: Program) -> Telegram | None:
    settings = program.settings
    if settings.telegram_token is None:
        return None
    return Telegram(
        settings.telegram_token, settings.telegram_api_url, mode=settings.telegram_mode,
        secret=settings.telegram_webhook_secret, public_url=settings.public_url, talk=program.talk,
        database=program.database, vault=program.vault, texts=program.texts, journeys=program.tools.journeys,
        clock=program.clock, language=settings.language,
    )  # fmt: skip


async def _to_chat(request: web.Request) -> web.Response:
    raise web.HTTPFound("/chat")


def _place(program: Program) -> str:
    """Only one process can listen there: whoever comes back to it is the same sender after a crash."""
    return f"{socket.gethostname()} {program.settings.listen}"


def _site(program: Program, version: str) -> Site:
    return Site(
        site_url=program.settings.site, database=program.database, vault=program.vault, texts=program.texts,
        bells=program.bells, store=program.store, clock=program.clock, directory=lambda: program.units,
        assets_version=version,
    )  # fmt: skip


async def _follow_units(program: Program) -> None:
    """The units change a few times a year, and another process may have changed them."""
    while True:
        await asyncio.sleep(UNITS_EVERY_SECONDS)
        with contextlib.suppress(DatabaseAway):
            await program.follow_units()


async def _alongside(served: Served) -> AsyncIterator[None]:
    running = [asyncio.create_task(_kept_alive(name, run), name=name) for name, run in served.tasks]
    yield
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)
    for close in served.closers:
        await close()


async def _kept_alive(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """A task that fails is told in the log and started again: one broken way out must not end the others."""
    while True:
        try:
            await run()
        except Exception:
            log.exception("task_failed", task=name)
        await asyncio.sleep(5)
