"""Copies a whole database into a file while it is in use, and puts such a copy into an empty place."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import takewhile
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

import psycopg
from sqlalchemy import Connection
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from models.database import LOCK_WAIT_SECONDS, Database, parse

UNFINISHED = ".part"


class CopyTrouble(Exception):
    """The database cannot be copied or put back. `code`: no_tool, tool_failed, not_empty, broken, nothing_there."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code, reason)
        self.code, self.reason = code, reason


def copy_out(url: str, file: Path) -> None:
    """Writes the database, as it is at one moment, into a new file. Raises CopyTrouble."""
    parsed = parse(url)
    if parsed.get_backend_name() == "sqlite":
        _copy_sqlite(Path(parsed.database or ""), file)
    else:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}", url=parsed)


@contextmanager
def copied_in(url: str, file: Path) -> Iterator[Connection]:
    """A copy, to be looked at before it is put into a place where nothing is yet. Raises CopyTrouble.

    It is there for others, as a whole, once the block has ended, and not at all where the block raises.
    """
    parsed = parse(url)
    try:
        if parsed.get_backend_name() != "sqlite":
            with _filled(Database(url), file) as tx:
                yield tx
            return
        target = Path(parsed.database or "")
        if target.exists():
            raise CopyTrouble("not_empty")
        with _opened(Database(f"sqlite:///{file}")) as tx:
            yield tx
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        half = target.with_name(target.name + UNFINISHED)  # the copy may come from another disk
        shutil.move(file, half)
        half.replace(target)
    except (DBAPIError, sqlite3.Error) as error:
        raise CopyTrouble("broken") from error


@contextmanager
def _opened(database: Database) -> Iterator[Connection]:
    try:
        with database.engine.connect().execution_options(mingcha_reads=True) as tx, tx.begin():
            yield tx
    finally:
        database.close()


@contextmanager
def _filled(database: Database, file: Path) -> Iterator[Connection]:
    """An empty PostgreSQL database with all that is in the dump, in one transaction that ends with the block."""
    try:
        with database.engine.begin() as tx:
            driver: Any = tx.connection.driver_connection
            with _dumped(file) as script, driver.cursor() as cursor:
                _run_script(cursor, script)
            yield tx
    except (DBAPIError, psycopg.Error) as error:
        reason = str(getattr(error, "orig", error)).strip().splitlines()
        raise CopyTrouble("tool_failed", reason[0] if reason else type(error).__name__) from error
    finally:
        database.close()


@contextmanager
def _dumped(file: Path) -> Iterator[IO[bytes]]:
    """A dump as the script that PostgreSQL's own tool makes of it."""
    command = [_tool("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(file)]
    with TemporaryFile() as errors:
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors) as tool:  # noqa: S603  # our own arguments, no shell
            assert tool.stdout is not None
            yield tool.stdout
        if tool.returncode:
            errors.seek(0)
            raise _failed("pg_restore", errors.read().decode(errors="replace"), tool.returncode)


def _run_script(cursor: psycopg.Cursor[Any], script: IO[bytes]) -> None:
    """Runs a dump's script: statements, and rows after each COPY. Settings that it makes last as long as itself."""
    said: list[bytes] = []
    for line in script:
        if line.startswith(b"\\"):  # a word to the tool that usually runs it
            continue
        said.append(line)
        if line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
            *before, copy = said
            said = []
            cursor.execute(b"".join(before))
            with cursor.copy(copy) as rows:
                for row in takewhile(lambda row: row != b"\\.\n", script):
                    rows.write(row)
    cursor.execute(b"".join(said))
    cursor.execute("reset all")


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's own online copy: one moment of the database, while others go on reading and writing."""
    if not source.is_file():
        raise CopyTrouble("nothing_there")
    try:
        with (
            closing(sqlite3.connect(source, timeout=LOCK_WAIT_SECONDS)) as here,
            closing(sqlite3.connect(target)) as there,
        ):
            here.backup(there)
            if there.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise CopyTrouble("broken")
    except sqlite3.Error as error:
        raise CopyTrouble("broken") from error


def _run(tool: str, *arguments: str, url: URL) -> None:
    """Runs one of PostgreSQL's own tools; the password goes by the environment, where no list of processes shows it."""
    found = _tool(tool)
    host = url.query.get("host", url.host)
    settings = {"PGHOST": host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    settings["PGDATABASE"] = url.database
    known = {name: str(value) for name, value in settings.items() if value}
    done = subprocess.run(  # noqa: S603  # our own arguments, no shell
        [found, "--no-password", *arguments], env={**os.environ, **known}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise _failed(tool, done.stderr, done.returncode)


def _tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise CopyTrouble("no_tool", name)
    return found


def _failed(tool: str, said: str, code: int) -> CopyTrouble:
    lines = said.strip().splitlines()
    return CopyTrouble("tool_failed", f"{tool}: {lines[-1] if lines else code}")
