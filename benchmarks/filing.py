"""Complaints a second over HTTP, counted once they are in the database: ours beside django-helpdesk.

Both on SQLite, each in one process. Ours is the whole conversation, ten updates through the webhook; theirs one form
that is posted, by as many connections.
"""

from __future__ import annotations

import asyncio
import os
import re
import sqlite3
import subprocess
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import child, http
from benchmarks.load import CONNECTIONS, answered
from benchmarks.updates import TURNS

HELPDESK = Path(__file__).parent / "rivals" / "helpdesk"
FORM = "/tickets/submit/"
SERVED = ("-w", "1", "-k", "gthread", "--threads", "8", "--keep-alive", "60", "--no-control-socket")


def ours(folder: Path, complaints: int) -> float:
    """Complaints a second, `complaints` for each connection."""
    return http.run("ours", folder, complaints).turns_per_second / TURNS


def environment(folder: Path) -> Path:
    """The Python that has django-helpdesk, installed with its hashes where it is not there yet."""
    folder = folder.absolute()  # it is run from a folder of its own
    python, done = folder / "bin" / "python", folder / "installed"
    if not done.exists():
        venv.create(folder, with_pip=True, clear=True)
        wanted = ("-r", str(HELPDESK / "requirements.txt"))
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--require-hashes", *wanted], check=True)
        done.touch()
    return python


def helpdesk(python: Path, folder: Path, tickets: int) -> float:
    """Tickets a second, `tickets` for each connection."""
    with tempfile.TemporaryDirectory(dir=folder) as place, _serving(python, Path(place) / "tickets.db") as port:
        asyncio.run(_post(port, 1))
        began = time.monotonic()
        asyncio.run(_post(port, tickets))
        spent = time.monotonic() - began
        with sqlite3.connect(Path(place) / "tickets.db") as there:
            [found] = there.execute("select count(*) from helpdesk_ticket").fetchone()
    if found != CONNECTIONS * (tickets + 1):
        raise RuntimeError(f"{found} of {CONNECTIONS * (tickets + 1)} were stored")
    return CONNECTIONS * tickets / spent


@contextmanager
def _serving(python: Path, database: Path) -> Iterator[int]:
    port = child.free_port()
    environ = {"PATH": os.environ["PATH"], "TICKETS": str(database)}
    subprocess.run([python, "tickets.py"], cwd=HELPDESK, env=environ, check=True)
    command = [python, "-m", "gunicorn", "tickets:application", "-b", f"127.0.0.1:{port}", *SERVED]
    with subprocess.Popen(command, cwd=HELPDESK, env=environ, stderr=subprocess.PIPE, text=True) as server:
        try:
            child.answering(server, port, FORM, b"HTTP/1.1 200")
            yield port
        finally:
            server.terminate()
            server.communicate(timeout=15)


async def _post(port: int, many: int) -> None:
    await asyncio.gather(*(_one(port, many) for _ in range(CONNECTIONS)))


async def _one(port: int, many: int) -> None:
    """One connection that opens the form once and posts it again and again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {FORM} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    head, page = await answered(reader, b"200")
    [token] = re.findall(rb'csrfmiddlewaretoken" value="(\w+)"', page)
    [cookie] = re.findall(rb"csrftoken=(\w+)", head)
    told = {"queue": 1, "title": "办事拖拉", "body": "窗口等了两个小时没有人理", "priority": 3}
    body = urlencode(told | {"submitter_email": "a@example.com", "csrfmiddlewaretoken": token.decode()}).encode()
    request = (
        f"POST {FORM} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: csrftoken={cookie.decode()}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    for _ in range(many):
        writer.write(request.encode() + body)
        await answered(reader, b"302")
    writer.close()
