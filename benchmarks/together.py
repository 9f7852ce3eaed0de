"""Turns a second of processes on one database: `python -m benchmarks.together <folder> <url> <first> <how many>`.

Such a process prints a line when it is ready, waits for a line, plays and prints [began, ended] (monotonic seconds).
The people are at different places of their complaints, so that every batch has some who submit.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.ours import intake, program
from benchmarks.turns import AT_ONCE, FIRST_CHAT, at_once
from benchmarks.updates import TURNS, complaint
from bot.tasks import settle_memory
from models.database import Database

ROOM = 1_000_000  # chats between those of two processes


def per_second(folder: Path, url: str, processes: int, contacts: int) -> float:
    """Turns a second of all processes together, `contacts` whole complaints each. Raises RuntimeError."""
    started: list[subprocess.Popen[str]] = []
    try:
        for n in range(processes):  # one after another: the first makes the tables
            started.append(_start(folder, url, FIRST_CHAT + n * ROOM, contacts))
            _line(started[-1])
        for one in started:
            print("go", file=one.stdin, flush=True)
        times = [json.loads(_line(one)) for one in started]
        for one in started:
            one.wait()
    finally:
        for one in started:
            one.kill()
            one.communicate()
    if (there := _reports(url)) != processes * contacts:
        raise RuntimeError(f"{there} reports were stored")
    turns = processes * sum(map(len, _talks(0, contacts)))
    return turns / (max(ended for _, ended in times) - min(began for began, _ in times))


def _start(folder: Path, url: str, first: int, contacts: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.together", str(folder), url, str(first), str(contacts)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, text=True, **pipes)


def _line(started: subprocess.Popen[str]) -> str:
    line = started.stdout.readline() if started.stdout else ""
    if not line:
        raise RuntimeError((started.communicate()[1].strip().splitlines() or ["ended without a word"])[-1])
    return line


def _reports(url: str) -> int:
    from sqlalchemy import func, select

    from models.tables import cases

    there = Database(url)
    try:
        return there.look(lambda tx: tx.execute(select(func.count()).select_from(cases)).scalar_one())
    finally:
        there.close()


def _talks(first: int, contacts: int) -> Sequence[list[bytes]]:
    """Some who break off at each place, and then whole complaints."""
    begun = [complaint(first + contacts + n)[: n % TURNS] for n in range(AT_ONCE)]
    return [*begun, *(complaint(chat) for chat in range(first, first + contacts))]


async def _play(folder: str, url: str, first: int, contacts: int) -> None:
    made, talks = program(Path(folder), url), _talks(first, contacts)
    take = intake(made).take
    settle_memory()  # as `mingcha serve` does
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    began = time.monotonic()
    await at_once(take, talks)
    print(json.dumps([began, time.monotonic()]), flush=True)
    made.close()


if __name__ == "__main__":
    asyncio.run(_play(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
