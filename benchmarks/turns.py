"""One timed run in one process, without HTTP: `python -m benchmarks.turns <who> <folder> <url> <contacts>`.

Prints {"turns_per_second": …, "cpu": µs of processor time a turn}. A run whose reports are not all in the database
afterwards is an error.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

from benchmarks.updates import TURNS, complaint, interleaved

AT_ONCE = 100
FIRST_CHAT = 700_000_000
Feed = Callable[[bytes], Awaitable[object]]


class Watch:
    """Seconds on the wall and on the processor, all threads of this process together."""

    def __enter__(self) -> Watch:
        self._began = time.perf_counter(), time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self._began[0], time.process_time() - self._began[1]


async def ours(folder: Path, url: str, warm: Sequence[int], timed: Sequence[int]) -> Watch:
    from benchmarks.ours import intake, program, stored
    from bot.tasks import settle_memory

    made = program(folder, url)
    take = intake(made).take
    await at_once(take, [complaint(chat) for chat in warm])
    settle_memory()  # as `mingcha serve` does
    talks = [complaint(chat) for chat in timed]
    with Watch() as watch:
        await at_once(take, talks)
    there, contacts = stored(made), len(warm) + len(timed)
    made.close()
    if (there.reports, there.turns, there.replies, there.quarantined) != (
        contacts,
        contacts * TURNS,
        contacts * TURNS,
        0,
    ):
        raise RuntimeError(f"not everything was stored: {there}")
    return watch


async def at_once(take: Feed, talks: Iterable[list[bytes]]) -> None:
    """Contacts who write at the same time, each waiting for its turn to be durable before the next."""

    async def one(waiting: Iterable[list[bytes]]) -> None:
        for talk in waiting:
            for raw in talk:
                await take(raw)

    shared = iter(talks)
    await asyncio.gather(*(one(shared) for _ in range(AT_ONCE)))


async def ptb(folder: Path, url: str, warm: Sequence[int], timed: Sequence[int], *, answers: bool = False) -> Watch:
    from benchmarks.rivals.ptb import Bot, feed
    from benchmarks.rivals.reports import Reports

    reports = Reports(url)
    application = Bot(reports, answers=answers).application()
    await application.initialize()
    return await _one_by_one(lambda raw: feed(application, raw), reports, warm, timed)


async def ptb_answering(folder: Path, url: str, warm: Sequence[int], timed: Sequence[int]) -> Watch:
    return await ptb(folder, url, warm, timed, answers=True)


async def aiogram(folder: Path, url: str, warm: Sequence[int], timed: Sequence[int]) -> Watch:
    from benchmarks.rivals.aiogram3 import bot, dispatcher, feed
    from benchmarks.rivals.reports import Reports

    reports = Reports(url)
    made, by = dispatcher(reports), bot()
    return await _one_by_one(lambda raw: feed(made, by, raw), reports, warm, timed)


async def _one_by_one(feed: Feed, reports, warm: Sequence[int], timed: Sequence[int]) -> Watch:
    """Neither of them may handle two updates of a conversation at once; in turn is also their fastest way."""
    before = reports.count()
    for raw in interleaved(warm, AT_ONCE):
        await feed(raw)
    waiting = list(interleaved(timed, AT_ONCE))
    with Watch() as watch:
        for raw in waiting:
            await feed(raw)
    there = reports.count() - before
    reports.close()
    if there != len(warm) + len(timed):
        raise RuntimeError(f"{there} reports were stored")
    return watch


WHO = {"ours": ours, "ptb": ptb, "ptb_answering": ptb_answering, "aiogram": aiogram}


def main(who: str, folder: str, url: str, contacts: str) -> None:
    timed = range(FIRST_CHAT, FIRST_CHAT + int(contacts))
    warm = range(timed.stop, timed.stop + max(1, int(contacts) // 10))
    watch = asyncio.run(WHO[who](Path(folder), url, warm, timed))
    turns = len(timed) * TURNS
    print(json.dumps({"turns_per_second": turns / watch.wall, "cpu": watch.cpu / turns * 1e6}))


if __name__ == "__main__":
    main(*sys.argv[1:])
