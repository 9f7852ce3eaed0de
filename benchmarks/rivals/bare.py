"""For scale: an aiohttp route that stores one row a request and knows nothing else."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from aiohttp import web


class Bare:
    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("create table if not exists updates (id integer primary key, body blob)")

    def application(self, path: str) -> web.Application:
        made = web.Application()
        made.router.add_post(path, self._take)
        return made

    async def _take(self, request: web.Request) -> web.Response:
        self._database.execute("insert into updates (body) values (?)", (await request.read(),))
        return web.Response()


def count(file: Path) -> int:
    database = sqlite3.connect(file)
    try:
        return database.execute("select count(*) from updates").fetchone()[0]
    finally:
        database.close()
