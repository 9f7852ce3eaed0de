"""Processes that start at once: everything is imported here, and each life is a fork of it.

`python -m tests.drivers.forking serve|work` reads `start`, `kill` and `stop`, one a line, and answers each when done.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

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
RUNS = {"serve": serve, "work": work}


class Lives:
    """`mingcha serve` or `mingcha work`, killed and started again by whoever holds this."""

    def __init__(self, command: str, environment: Mapping[str, str], folder: Path) -> None:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("MINGCHA_")}
        self._environment = {**kept, "PYTHONPATH": str(ROOT), **environment}
        self._command = command
        self._folder = folder
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Lives:
        with (self._folder / f"{self._command}.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.drivers.forking",
                self._command,
                cwd=self._folder,
                env=self._environment,
                stderr=log,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        return self

    async def __aexit__(self, *_error: object) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()

    async def tell(self, what: str) -> None:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(f"{what}\n".encode())
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await process.stdout.readline() == b"done\n"


def working(program: Program, api: BotApi) -> Mapping[str, str]:
    """The environment of a `mingcha work` beside this program, sending to this Bot API server."""
    return {
        "MINGCHA_DATA_DIR": str(program.settings.data_dir),
        "MINGCHA_DATABASE_URL": program.settings.database,
        "MINGCHA_TELEGRAM_TOKEN": api.token,
        "MINGCHA_TELEGRAM_API_URL": api.url,
    }


def life(command: str) -> None:
    os.dup2(2, 1)  # the parent's answers are not to be mixed up
    settings = Settings()
    logs.configure(settings.log_level)
    program = build(settings)
    program.load_units()
    asyncio.run(RUNS[command](program, ready=lambda: None))
    program.close()


def main(of: str) -> None:
    templates.Environment = environment
    for texts in load_texts(utc_now).values():
        for file in texts.files():
            texts.blocks(file)  # compiled here, for all lives
    settle_memory()  # and looked through here
    child = 0
    signals = {"kill": signal.SIGKILL, "stop": signal.SIGTERM}
    for line in sys.stdin:
        command = line.strip()
        if command == "start":
            child = os.fork()
            if child == 0:
                life(of)
                os._exit(0)
        elif child:
            os.kill(child, signals[command])
            os.waitpid(child, 0)
            child = 0
        print("done", flush=True)
    if child:
        os.kill(child, signal.SIGKILL)


if __name__ == "__main__":
    main(sys.argv[1])
