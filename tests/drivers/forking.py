"""Processes that start at once: one parent for all tests of a run imports everything, and each life is a fork of it.

`python -m tests.drivers.forking` reads orders, a line of JSON each, and answers each when it is done.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from itertools import count
from pathlib import Path
from threading import Lock
from typing import Any

import templates
from bot import logs
from bot.build import Program, build, utc_now
from bot.serve import serve
from bot.settings import Settings
from bot.tasks import settle_memory
from bot.work import work
from templates import load_texts
from tests.botapi import BotApi
from tests.drivers.compiled import environment
from tests.drivers.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
AHEAD = "CLOCK_AHEAD_SECONDS"  # of this life's machine, in its environment
RUNS = {"serve": serve, "work": work}
SIGNALS = {"kill": signal.SIGKILL, "stop": signal.SIGTERM}
_numbers = count(1)
_one_at_a_time = Lock()  # an order and its answer belong together


class Lives:
    """`mingcha serve` or `mingcha work`, killed and started again by whoever holds this."""

    def __init__(self, command: str, environment: Mapping[str, str], folder: Path) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("MINGCHA_")}
        how = {"command": command, "environment": {**kept, **environment}, "folder": str(folder)}
        self._order = {"of": next(_numbers), **how}

    async def __aenter__(self) -> Lives:
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self.tell("kill")  # where it has not ended

    async def tell(self, what: str) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await asyncio.to_thread(_told, {"what": what, **self._order}) == b"done\n"


@cache
def _parent() -> subprocess.Popen[bytes]:
    """Ends with the run: nobody writes to it any more."""
    command = [sys.executable, "-m", "tests.drivers.forking"]
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _told(order: Mapping[str, object]) -> bytes:
    parent = _parent()
    assert parent.stdin is not None
    assert parent.stdout is not None
    with _one_at_a_time:
        parent.stdin.write(json.dumps(order).encode() + b"\n")
        parent.stdin.flush()
        return parent.stdout.readline()


def working(program: Program, api: BotApi) -> Mapping[str, str]:
    """The environment of a `mingcha work` beside this program, sending to this Bot API server."""
    return {
        "MINGCHA_DATA_DIR": str(program.settings.data_dir),
        "MINGCHA_DATABASE_URL": program.settings.database,
        "MINGCHA_TELEGRAM_TOKEN": api.token,
        "MINGCHA_TELEGRAM_API_URL": api.url,
    }


def life(order: Mapping[str, Any]) -> None:
    folder = Path(order["folder"])
    log = os.open(folder / f"{order['command']}.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.dup2(log, 1)  # the parent's answers are not to be mixed up
    os.dup2(log, 2)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(order["environment"])
    settings = Settings()
    logs.configure(settings.log_level)
    ahead = timedelta(seconds=float(os.environ.get(AHEAD, "0")))
    program = build(settings, machine=lambda: utc_now() + ahead)
    program.load_units()
    asyncio.run(RUNS[order["command"]](program, ready=lambda: None))
    program.close()


def main() -> None:
    templates.Environment = environment
    for texts in load_texts(utc_now).values():
        for file in texts.files():
            texts.blocks(file)  # compiled here, for all lives
    settle_memory()  # and looked through here
    children: dict[int, int] = {}
    for line in sys.stdin:
        order = json.loads(line)
        if order["what"] == "start":
            child = os.fork()
            if child == 0:
                life(order)
                os._exit(0)
            children[order["of"]] = child
        elif child := children.pop(order["of"], 0):
            os.kill(child, SIGNALS[order["what"]])
            os.waitpid(child, 0)
        print("done", flush=True)
    for child in children.values():
        os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main()
