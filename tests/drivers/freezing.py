"""A way to a PostgreSQL server that can freeze: it takes connections and bytes, and carries none on."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from sqlalchemy import make_url


class Pipe:
    """`url` leads to the database of another address. It has threads of its own: who waits on it may hold the loop."""

    def __init__(self, url: str) -> None:
        self._there = make_url(url)
        self._flows = Event()
        self._flows.set()
        self._server = socket.create_server(("127.0.0.1", 0))
        query = {name: value for name, value in self._there.query.items() if name != "host"}
        here = self._there.set(host="127.0.0.1", port=self._server.getsockname()[1], query=query)
        self.url = here.render_as_string(hide_password=False)

    def freeze(self) -> None:
        self._flows.clear()

    def thaw(self) -> None:
        self._flows.set()

    def run(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self._server.accept()
                there = self._connected()
                for source, to in ((here, there), (there, here)):
                    Thread(target=self._pump, args=(source, to), daemon=True).start()

    def close(self) -> None:
        self.thaw()
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()

    def _connected(self) -> socket.socket:
        folder, port = self._there.query.get("host"), self._there.port or 5432
        if not folder:
            return socket.create_connection((self._there.host or "127.0.0.1", port))
        there = socket.socket(socket.AF_UNIX)
        there.connect(f"{folder}/.s.PGSQL.{port}")
        return there

    def _pump(self, source: socket.socket, to: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self._flows.wait()
                to.sendall(data)
        for one in (source, to):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@contextmanager
def pipe_to(url: str) -> Iterator[Pipe]:
    pipe = Pipe(url)
    running = Thread(target=pipe.run, daemon=True)
    running.start()
    try:
        yield pipe
    finally:
        pipe.close()
        running.join()
