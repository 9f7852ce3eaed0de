"""Notices that a database server, or a pooler in front of it, has frozen: it takes every request and answers none.

Nothing in a driver ends such a wait: each thread would be held for ever, and whoever asks would hang.
"""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import suppress
from typing import Any
from weakref import WeakSet

from sqlalchemy import Engine, event

from models.server_clock import ASK, ServerClock

BEAT_SECONDS = 2.0  # between two questions
ANSWER_SECONDS = 3  # in which each must be answered; a driver's limit for connecting is whole seconds, at least 2
MISSED = 2  # so many unanswered, the second on a new connection: the server is away


class Pulse:
    """Asks a PostgreSQL server whether it is there, on a connection of its own.

    It answers with its clock. While it does not answer, `missing` is true, and every connection of the engine is broken
    off: whoever waits on one gets an error at once. As soon as it answers again, all goes on.
    """

    def __init__(self, engine: Engine, clock: ServerClock) -> None:
        self.missing, self._clock = False, clock
        self._address = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._open: WeakSet[Any] = WeakSet()
        event.listen(engine, "connect", lambda connection, _: self._open.add(connection))

    async def run(self) -> None:
        """Asks until cancelled."""
        import psycopg

        class Hasty(psycopg.AsyncConnection[Any]):
            async def wait(self, gen: Any, *_: Any, **__: Any) -> Any:
                return await super().wait(gen, timeout=ANSWER_SECONDS)

        missed = 0
        while True:
            connection = None
            try:
                connection = await Hasty.connect(self._address, autocommit=True, connect_timeout=ANSWER_SECONDS)
                while True:
                    asked = time.monotonic()
                    if answer := await (await connection.execute(ASK)).fetchone():
                        self._clock.told(answer[0], asked)
                    missed, self.missing = 0, False
                    await asyncio.sleep(BEAT_SECONDS)
            except psycopg.Error:
                missed += 1
                if missed >= MISSED:
                    self.missing = True
                    self._break_off()
                    await asyncio.sleep(BEAT_SECONDS / 2)
            finally:
                if connection is not None:
                    await connection.close()

    def _break_off(self) -> None:
        for connection in list(self._open):
            with suppress(Exception), _same_socket(connection.fileno()) as same:  # it may be closing at this moment
                same.shutdown(socket.SHUT_RDWR)


def _same_socket(descriptor: int) -> socket.socket:
    """Another handle, which can be closed without closing the driver's."""
    return socket.fromfd(descriptor, socket.AF_INET, socket.SOCK_STREAM)
