"""The life of the serving process: one aiohttp application, the ways in and out beside it, a quiet end on SIGTERM."""

from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from aiohttp import web

from bot import gate
from bot.build import Program
from bot.channels import KINDS, open_channels
from bot.gate import Gate, quiet_accepts, room
from bot.health import Health
from bot.proxies import behind, networks
from bot.tasks import Tasks, settle_memory, stop_signal
from bot.work import add_audit, add_pulse, add_units, add_work, closers, serving_place
from channels.channel import Channel, ChannelKind
from services.people import SMS
from web.site import assets
from web.site.frame import LARGEST_FILES, ShownChannel
from web.site.security import protect_any
from web.site.site import Site

LONGEST_LINE = 8190  # bytes of a request's first line: aiohttp's own default


@dataclass
class Served:
    """The web application and the tasks that run as long as it does."""

    app: web.Application
    tasks: Tasks = field(default_factory=Tasks)


def assemble(program: Program, *, work: bool = True) -> Served:
    """Wires everything that `mingcha serve` runs, without starting it. Without `work`, another process sends."""
    channels = open_channels(program)
    site = _site(program, channels)
    visitors = behind(networks(program.settings.proxies))
    app = web.Application(client_max_size=LARGEST_FILES, middlewares=[visitors, *site.middlewares()])
    app.on_response_prepare.append(partial(_hardened, program.settings.site.startswith("https://")))
    ours = (assets.routes(), site.routes(), Health(program, channels).routes())
    for routes in (*ours, *(one.routes for one in channels)):
        app.router.add_routes(routes)
    served = Served(app)
    served.tasks.named += [(one.name, one.run) for one in channels if one.run]
    if work:
        add_work(served.tasks, program, channels, serving_place(program), alone=False)
    add_units(served.tasks, program)
    add_pulse(served.tasks, program)
    served.tasks.named.append(("search", program.search.run))
    served.tasks.closers += closers(channels)
    add_audit(served.tasks, program)
    app.cleanup_ctx.append(lambda _: _alongside(served))
    app.on_shutdown.append(lambda _: _hang_up(channels))
    return served


async def serve(
    program: Program, *, ready: Callable[[], None], work: bool = True, doors: Sequence[socket.socket] | None = None
) -> None:
    """Serves until SIGTERM or SIGINT. `ready` is called once the address answers. Raises Unheard where it cannot.

    `doors`: sockets that listen already (`listening`); without them the address of the settings is bound first.
    """
    doors = doors or listening(*program.settings.address)
    runner = runner_of(assemble(program, work=work).app, program.channel_kinds)
    await runner.setup()
    stop, opened = stop_signal(), list[asyncio.Server]()
    quiet_accepts(asyncio.get_running_loop())
    try:
        before = gate_of(runner, program)
        opened += [await before.open(door) for door in doors]
        settle_memory()
        ready()
        await stop.wait()
    finally:
        for one in opened:
            one.close()
        await runner.cleanup()


class Unheard(Exception):
    """The address cannot be listened on. `code` says why: taken, elsewhere, denied, nameless."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


_WHY_UNHEARD = {
    errno.EADDRINUSE: "taken",
    errno.EADDRNOTAVAIL: "elsewhere",  # an address of another machine
    errno.EAFNOSUPPORT: "elsewhere",
    errno.EACCES: "denied",  # a port below 1024
    errno.EPERM: "denied",
}


def listening(host: str, port: int) -> list[socket.socket]:
    """Listening sockets, one for each address that the host name resolves to. Raises Unheard."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        raise Unheard("nameless") from error
    try:
        return [socket.create_server(where[:2], family=family) for family, *_, where in found]
    except OSError as error:
        if error.errno not in _WHY_UNHEARD:
            raise
        raise Unheard(_WHY_UNHEARD[error.errno]) from error


def runner_of(app: web.Application, kinds: Collection[ChannelKind] = KINDS) -> web.AppRunner:
    return web.AppRunner(app, shutdown_timeout=3, **_how(kinds))


def gate_of(runner: web.AppRunner, program: Program, most: int | None = None) -> Gate:
    """The gate before a runner that is set up; `most`: connections, else as many as the process may hold."""
    if runner.server is None:
        raise RuntimeError("not set up")
    return Gate(runner.server, _how(program.channel_kinds), networks(program.settings.proxies), most or room())


def _how(kinds: Collection[ChannelKind]) -> dict[str, Any]:
    """How a connection is treated, in aiohttp's words.

    Nothing is unpacked before it is known whose it is and what for: no page of ours sends anything packed.
    """
    longest = max((LONGEST_LINE, *(kind.longest_line for kind in kinds)))
    idle = gate.IDLE_SECONDS
    return {"access_log": None, "max_line_size": longest, "auto_decompress": False, "keepalive_timeout": idle}


async def _hardened(secure: bool, request: web.Request, response: web.StreamResponse) -> None:
    """Every answer says the least that browsers need to know; and nobody need know which software gives it."""
    response.headers.popall("Server", None)
    protect_any(response, secure=secure)


def shown_channels(program: Program) -> list[ShownChannel]:
    """Every channel that the program knows, as the office's pages show it; set up or not."""
    return [
        ShownChannel(kind.name, partial(kind.draw, program.settings), kind.without_media, kind.to_phones)
        for kind in program.channel_kinds
    ]


def _site(program: Program, channels: Sequence[Channel]) -> Site:
    return Site(
        site_url=program.settings.site,
        acts=program.acts,
        texts=program.texts,
        store=program.store,
        directory=lambda: program.units,
        assets_version=program.assets_version,
        channels=shown_channels(program),
        links={one.name: one.link for one in channels if one.link},
        ways=frozenset(one.name for one in channels if one.carries_links),
        sms=any(one.name == SMS for one in channels),
        kinds=program.tools.kinds,
        search=program.search,
        language=program.language,
        second_clerk_above=program.tools.limits.second_clerk_above,
        session_days=program.settings.session_days,
        office=program.tools.office,
    )


async def _hang_up(channels: Sequence[Channel]) -> None:
    for one in channels:
        if one.hang_up:
            await one.hang_up()


async def _alongside(served: Served) -> AsyncIterator[None]:
    async with served.tasks.running():
        yield
