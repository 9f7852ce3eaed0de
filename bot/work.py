"""The work done without being asked: senders, fetcher, scheduler. `serve` runs it beside the web site, `work` alone."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import socket
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.build import Program
from bot.channels import open_channels
from bot.tasks import Tasks, settle_memory, stop_signal
from channels.channel import Channel, Work
from models.database import DatabaseAway
from scheduler.jobs import jobs
from scheduler.ticker import Ticker
from services import deliveries
from services.deliveries import Sender
from services.evidence import Fetcher
from services.foundation.numbering import Sequencer
from services.people import SMS

UNITS_EVERY_SECONDS = 10
LOOK_EVERY_SECONDS = 0.3  # seconds between two looks for what other processes have queued: their bells do not ring here


def add_work(tasks: Tasks, program: Program, channels: Sequence[Channel], place: str, *, alone: bool) -> None:
    """Adds senders, fetcher and scheduler to the tasks. `place` tells that this is the same sender after a crash."""
    senders = {
        one.name: Sender(program.acts, one.name, one.send, clear=one.clear, place=place) for one in channels if one.send
    }
    tasks.named += [(f"{name}_sender", sender.run) for name, sender in senders.items()]
    fetchers = {one.name: one.fetch for one in channels if one.fetch}
    fetcher = Fetcher(program.acts, program.store, fetchers)
    at_night = program.is_demo  # whose visitor waits for a reminder, whatever the hour
    known = jobs(program.acts, program.store, sms=SMS in senders, any_hour=at_night)
    ticker = Ticker(program.database, program.clock, program.settings.zone, known)
    tasks.named += [("fetcher", fetcher.run), ("ticker", ticker.run)]
    if senders and (alone or not program.database.is_sqlite):
        tasks.named.append(("look_around", lambda: _look_around(program, senders)))


def add_units(tasks: Tasks, program: Program) -> None:
    tasks.named.append(("units", lambda: _follow_units(program)))


def add_pulse(tasks: Tasks, program: Program) -> None:
    if program.database.pulse:
        tasks.named.append(("pulse", program.database.pulse.run))


def add_audit(tasks: Tasks, program: Program) -> None:
    """Adds what numbers events, and what anchors them: at the start, every hour, and once everything else has ended."""
    if not program.database.is_sqlite:
        tasks.named.append(("sequencer", Sequencer(program.acts).run))
    tasks.named.append(("anchoring", program.anchoring.run))
    tasks.closers.append(program.anchoring.close)


async def work(program: Program, *, ready: Callable[[], None]) -> None:
    """Sends and runs the jobs until SIGTERM or SIGINT, without listening on any address."""
    tasks, channels = Tasks(), open_channels(program)
    stop = stop_signal()
    with own_place(program.settings.data_dir) as place:
        add_work(tasks, program, channels, place, alone=True)
        add_units(tasks, program)
        add_pulse(tasks, program)
        tasks.closers += closers(channels)
        add_audit(tasks, program)
        async with tasks.running():
            settle_memory()
            ready()
            await stop.wait()


def closers(channels: Sequence[Channel]) -> list[Work]:
    return [one.close for one in channels if one.close]


def serving_place(program: Program) -> str:
    """The place of a serving process: its address, on which only one process can listen."""
    return f"{socket.gethostname()} serve {program.settings.listen}"


@contextmanager
def own_place(folder: Path) -> Iterator[str]:
    """Holds the first free place of this machine for a working process, by a file lock that a crash releases."""
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
            due = await program.acts.read(deliveries.with_news, channels)
            program.bells.ring([(channel, "") for channel in due])


async def _follow_units(program: Program) -> None:
    """Reads the units again now and then: they change a few times a year, and another process may have changed them."""
    while True:
        await asyncio.sleep(UNITS_EVERY_SECONDS)
        with contextlib.suppress(DatabaseAway):
            await program.follow_units()
