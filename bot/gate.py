"""How many connections the serving process holds, in all and of one address, and how long those that ask nothing."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections import Counter
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.proxies import Network, is_among
from services.foundation.addresses import HERE, party
from services.foundation.seldom import Seldom

IDLE_SECONDS = 75.0  # for all headers of a request, and between two: a little above what proxies keep a line open
MOST_OF_ADDRESS = 300  # behind one there may be a whole office, or a street on the telephone network
MOST = 60_000
SPARE = 200  # descriptors for files, the database and what cleans evidence


class Gate:
    """Lets connections in as long as there is room. What is beyond that is closed at once, unread and unanswered.

    Our own proxies are not counted by address: they bring everybody.
    """

    def __init__(self, server: web.Server, how: dict[str, Any], proxies: Sequence[Network], most: int) -> None:
        """`how`: the settings of a connection, as aiohttp knows them."""
        self._server, self._how, self._proxies, self._most = server, how, proxies, most
        self._open = Counter[str]()
        self._held = 0  # their sum: with many addresses, adding up at each connection would take long
        self._away = Seldom("connections_turned_away")
        self.garbled = Seldom("requests_garbled")

    async def open(self, door: socket.socket) -> asyncio.Server:
        """Accepts connections on a socket that listens."""
        loop = asyncio.get_running_loop()
        return await loop.create_server(lambda: _Connection(self, self._server, loop=loop, **self._how), sock=door)

    def enter(self, address: str) -> bool:
        """Counts a connection, or says that there is no room for it."""
        known = address in HERE or is_among(address, self._proxies)
        if self._held >= self._most or (not known and self._open[party(address)] >= self._most_of_address):
            self._away.tell(held=self._held)
            return False
        self._open[party(address)] += 1
        self._held += 1
        return True

    def leave(self, address: str) -> None:
        self._held -= 1
        self._open[party(address)] -= 1
        if not self._open[party(address)]:
            del self._open[party(address)]

    @property
    def _most_of_address(self) -> int:
        return max(1, min(MOST_OF_ADDRESS, self._most // 4))


class _Connection(web.RequestHandler):
    __slots__ = ("_address", "_gate")

    def __init__(self, gate: Gate, server: web.Server, **how: Any) -> None:
        super().__init__(server, **how)
        self._gate, self._address = gate, None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        address = str((transport.get_extra_info("peername") or [""])[0])
        if not self._gate.enter(address):
            self._force_close = True
            transport.close()
            return
        self._address = address
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._address is not None:
            self._gate.leave(self._address)
            self._address = None
        super().connection_lost(exc)

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """Answers what is no HTTP without a name of ours, where aiohttp would log what was sent and who sent it."""
        if not isinstance(exc, HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        self._gate.garbled.tell()
        answer = web.Response(status=status, headers={"Server": ""})
        answer.force_close()
        return answer


def room() -> int:
    """How many connections fit into the descriptors that this process may have, raised as far as it may itself."""
    most, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + SPARE if hard == resource.RLIM_INFINITY else min(hard, MOST + SPARE)
    if most != resource.RLIM_INFINITY and most < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        most = wanted
    return MOST if most == resource.RLIM_INFINITY else min(MOST, max(most - SPARE, most // 2))


def quiet_accepts(loop: asyncio.AbstractEventLoop) -> None:
    """Has a socket that cannot accept told once a minute: asyncio would write a hundred lines at each try."""
    trouble = Seldom("accept_failed")

    def handle(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if "socket" in context and isinstance(error, OSError):
            trouble.tell(error=type(error).__name__, errno=error.errno)
        else:
            loop.default_exception_handler(context)

    loop.set_exception_handler(handle)
