"""Copies a whole database into a file while it is in use, and puts such a copy into an empty place."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL

from models.database import LOCK_WAIT_SECONDS, parse


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


def copy_in(url: str, file: Path) -> None:
    """Puts a copy into a place where nothing is yet. Raises CopyTrouble."""
    parsed = parse(url)
    if parsed.get_backend_name() != "sqlite":
        asked = ("--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error")
        _run("pg_restore", *asked, f"--dbname={parsed.database}", str(file), url=parsed)
        return
    target = Path(parsed.database or "")
    if target.exists():
        raise CopyTrouble("not_empty")
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    shutil.move(file, target)


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
    found = shutil.which(tool)
    if found is None:
        raise CopyTrouble("no_tool", tool)
    host = url.query.get("host", url.host)
    settings = {"PGHOST": host, "PGPORT": url.port, "PGUSER": url.username, "PGPASSWORD": url.password}
    settings["PGDATABASE"] = url.database
    known = {name: str(value) for name, value in settings.items() if value}
    done = subprocess.run(  # noqa: S603  # our own arguments, no shell
        [found, "--no-password", *arguments], env={**os.environ, **known}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise CopyTrouble("tool_failed", f"{tool}: {lines[-1] if lines else done.returncode}")
