"""What works without being asked: senders, fetcher, scheduler. `serve` has it beside the web address, `work` alone."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.build import Program
from bot.tasks import Task, Tasks, settle_memory, stop_signal
from bot.texting import sms_of
from channels.sms import CHANNEL as SMS
from channels.sms import Sms
from channels.telegram import CHANNEL as TELEGRAM
from channels.telegram import Telegram
from channels.webchat.connection import CHANNEL as FETCHING
from models.database import DatabaseAway
from scheduler.jobs import jobs
from scheduler.ticker import Ticker
from services import deliveries
from services.fetching import Fetcher
from services.sending import Sender

SENT_ON = (TELEGRAM, SMS)  # channels that need a sender
UNITS_EVERY_SECONDS = 10
LOOK_EVERY_SECONDS = 0.3  # for what other processes have queued: nobody rings for that here


@dataclass(frozen=True)
class Ways:
    """The ways out that are set up."""

    telegram: Telegram | None
    sms: Sms | None

    @property
    def by_channel(self) -> dict[str, Telegram | Sms]:
        return {name: way for name, way in ((TELEGRAM, self.telegram), (SMS, self.sms)) if way is not None}


def ways_of(program: Program) -> Ways:
    return Ways(_telegram(program), sms_of(program))


def add_work(tasks: Tasks, program: Program, ways: Ways, place: str, *, alone: bool) -> None:
    """`place` is this process's own: whoever comes back to it is the same sender after a crash."""
    parts = (program.database, program.vault, program.bells, program.clock)
    for channel, way in ways.by_channel.items():
        tasks.named.append((f"{channel}_sender", Sender(*parts, channel, way.send, turn=way.turn, place=place).run))
    fetchers = {TELEGRAM: ways.telegram.fetch} if ways.telegram else {}
    fetcher = Fetcher(program.database, program.vault, program.store, program.bells, program.clock, fetchers)
    known = jobs(
        program.database, program.vault, program.store, program.bells, program.clock, program.settings.anchor_path,
        sms=ways.sms is not None,
    )  # fmt: skip
    ticker = Ticker(program.database, program.clock, program.settings.zone, known)
    tasks.named += [("fetcher", fetcher.run), ("ticker", ticker.run)]
    if ways.by_channel and (alone or not program.database.is_sqlite):
        tasks.named.append(("look_around", lambda: _look_around(program, ways.by_channel)))


def add_units(tasks: Tasks, program: Program) -> None:
    tasks.named.append(("units", lambda: _follow_units(program)))


async def work(program: Program, *, ready: Callable[[], None]) -> None:
    """Until SIGTERM or SIGINT, without listening anywhere."""
    tasks, ways = Tasks(), ways_of(program)
    stop = stop_signal()
    with own_place(program.settings.data_dir) as place:
        add_work(tasks, program, ways, place, alone=True)
        add_units(tasks, program)
        tasks.closers += closers(ways)
        async with tasks.running():
            settle_memory()
            ready()
            await stop.wait()


def names_of(ways: Ways) -> frozenset[str]:
    """The channels that something can leave by; the web chat always is one."""
    return frozenset({FETCHING, *ways.by_channel})


def closers(ways: Ways) -> list[Task]:
    return [way.close for way in ways.by_channel.values()]


def serving_place(program: Program) -> str:
    """Only one process can listen there."""
    return f"{socket.gethostname()} serve {program.settings.listen}"


@contextmanager
def own_place(folder: Path) -> Iterator[str]:
    """The first free of this machine's places for working processes: held by a lock that a crash gives back."""
    number = 1
    while True:
        path = folder / f"work.{socket.gethostname()}.{number}.lock"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            number += 1
            continue
        try:
            yield f"{socket.gethostname()} work {number}"
        finally:
            os.close(descriptor)
        return


async def _look_around(program: Program, channels: Collection[str]) -> None:
    """Rings the bells for what another process has queued."""
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        with contextlib.suppress(DatabaseAway):
            due = await program.database.read(deliveries.with_news, channels, program.clock())
            program.bells.ring([(channel, "") for channel in due])


async def _follow_units(program: Program) -> None:
    """The units change a few times a year, and another process may have changed them."""
    while True:
        await asyncio.sleep(UNITS_EVERY_SECONDS)
        with contextlib.suppress(DatabaseAway):
            await program.follow_units()


def _telegram(program: Program) -> Telegram | None:
    settings = program.settings
    if settings.telegram_token is None:
        return None
    return Telegram(
        settings.telegram_token, settings.telegram_api_url, mode=settings.telegram_mode,
        secret=settings.telegram_webhook_secret, public_url=settings.public_url, talk=program.talk,
        database=program.database, vault=program.vault, texts=program.texts, journeys=program.tools.journeys,
        clock=program.clock, language=settings.language, copies=program.store.copy_path,
    )  # fmt: skip
