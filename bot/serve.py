"""The life of the serving process: one aiohttp application, the ways in and out beside it, a quiet end on SIGTERM."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial

from aiohttp import web

from bot.build import Program
from bot.health import Health
from bot.preview import shot
from bot.tasks import Tasks, settle_memory, stop_signal
from bot.work import Ways, add_units, add_work, closers, names_of, serving_place, ways_of
from channels.sms import LONGEST_LINE
from channels.webchat import WebChat
from web import assets
from web.site import Site

LARGEST_REQUEST = 25 * 1024 * 1024  # bytes: an upload of 20 MiB with its frame


@dataclass
class Served:
    """The application and the tasks that run as long as it does."""

    app: web.Application
    tasks: Tasks = field(default_factory=Tasks)


def assemble(program: Program, *, work: bool = True) -> Served:
    """Everything that `mingcha serve` runs, wired and not started. Without `work`, another process sends."""
    ways = ways_of(program)
    version = assets.version()
    site = _site(program, version, ways)
    chat = WebChat(
        site=program.settings.site, talk=program.talk, database=program.database, vault=program.vault,
        texts=program.texts, bells=program.bells, store=program.store, clock=program.clock,
        version=version, language=program.settings.language,
    )  # fmt: skip
    health = Health(program, ways.telegram.ready if ways.telegram else None)
    app = web.Application(client_max_size=LARGEST_REQUEST, middlewares=[*site.middlewares()])
    app.router.add_get("/", _to_chat)
    for routes in (assets.routes(), chat.routes(), site.routes(), health.routes()):
        app.router.add_routes(routes)
    served = Served(app)
    if ways.telegram is not None:
        app.router.add_routes(ways.telegram.routes())
        served.tasks.named.append(("telegram", ways.telegram.run))
    if ways.sms is not None:
        app.router.add_routes(ways.sms.routes())
    if work:
        add_work(served.tasks, program, ways, serving_place(program), alone=False)
    add_units(served.tasks, program)
    served.tasks.closers += closers(ways)
    app.cleanup_ctx.append(lambda _: _alongside(served))
    app.on_shutdown.append(lambda _: chat.close())
    return served


async def serve(program: Program, *, ready: Callable[[], None], work: bool = True) -> None:
    """Until SIGTERM or SIGINT. `ready` is called once the address answers. Raises OSError when it is taken."""
    doors = _listening(*program.settings.address)  # first: where the address is taken, nothing has begun
    runner = runner_of(assemble(program, work=work).app)
    await runner.setup()
    stop = stop_signal()
    try:
        for door in doors:
            await web.SockSite(runner, door).start()
        settle_memory()
        ready()
        await stop.wait()
    finally:
        await runner.cleanup()


def _listening(host: str, port: int) -> list[socket.socket]:
    """One for each address that the name stands for."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [socket.create_server(where[:2], family=family) for family, *_, where in found]


def runner_of(app: web.Application) -> web.AppRunner:
    return web.AppRunner(app, access_log=None, shutdown_timeout=3, max_line_size=LONGEST_LINE)


async def _to_chat(request: web.Request) -> web.Response:
    raise web.HTTPFound("/chat")


def _site(program: Program, version: str, ways: Ways) -> Site:
    return Site(
        site_url=program.settings.site, database=program.database, vault=program.vault, texts=program.texts,
        bells=program.bells, store=program.store, clock=program.clock, directory=lambda: program.units,
        assets_version=version, shots=partial(shot, most_parts=program.settings.sms_parts), ways=names_of(ways),
        kinds=program.tools.kinds, second_clerk_above=program.tools.limits.second_clerk_above,
    )  # fmt: skip


async def _alongside(served: Served) -> AsyncIterator[None]:
    async with served.tasks.running():
        yield
