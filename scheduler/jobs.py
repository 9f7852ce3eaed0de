"""The list of the jobs that run by themselves, and when (in the office's time zone)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import structlog

from scheduler.ticker import Job
from services import cases, deliveries, desk, evidence, notices, obligations, oversight
from services.evidence import Store
from services.foundation.act import Act, Acts
from services.people import CHAT, SMS

log = structlog.get_logger()
REMINDERS_AT_ONCE = 1_000  # rows: a transaction of some 30 ms, so that nobody's reply waits for long
LAPSES_AT_ONCE = 200
RATERS_AT_ONCE = 50
UNANSWERED_AT_ONCE = 50
NUDGES_AT_ONCE = 200
JUST_SENT = timedelta(hours=1)  # in which a page that has lost its line may still say what a file belongs to


def _remind_office(act: Act) -> None:
    desk.remind_clerks(act, REMINDERS_AT_ONCE)
    desk.tell_discipline(act)


def _tell_watchers(act: Act) -> None:
    oversight.tell_auditors(act)
    desk.tell_keepers(act)


def jobs(acts: Acts, store: Store, *, sms: bool = False, any_hour: bool = False) -> Sequence[Job]:
    """Every job with its time; each run calls services until nothing is left.

    `sms`: whether there is a carrier. `any_hour`: whether units are reminded at night too.
    """
    ways = (CHAT, SMS) if sms else (CHAT,)
    kept = oversight.keeping()

    async def remind_units() -> None:
        full = True
        while full:
            full = await acts.write(obligations.fire, REMINDERS_AT_ONCE, ways, any_hour=any_hour) == REMINDERS_AT_ONCE

    async def remind_clerks() -> None:
        await acts.write(_remind_office)

    def all_of(work: Callable[[Act, int], int], most: int) -> Callable[[], Awaitable[None]]:
        """What does a part of up to `most` at a time until nothing is left."""

        async def run() -> None:
            while await acts.write(work, most) == most:
                pass

        return run

    async def ask_raters() -> None:
        while await acts.write(cases.remind_raters, RATERS_AT_ONCE) == RATERS_AT_ONCE:
            pass
        while await acts.write(cases.lapse_ratings, RATERS_AT_ONCE) == RATERS_AT_ONCE:
            pass

    async def carry_notices() -> None:
        while await acts.write(deliveries.number_due):
            pass
        while await acts.write(notices.carry_on):
            pass
        acts.bells.ring([(channel, "") for channel in await acts.read(notices.starting)])

    async def remind_idle() -> None:
        await acts.write(oversight.remind_idle)

    async def forget_old() -> None:
        await acts.write(oversight.forget_old, kept)
        while gone := await acts.write(evidence.forget_unused, acts.clock() - kept.uploads_for, taken=True):
            await asyncio.to_thread(store.forget, gone)
        row = await acts.write(oversight.forget_screens, kept)
        while row is not None:
            row = await acts.write(oversight.forget_screens, kept, row)

    async def shuffle_reports() -> None:
        for table in oversight.UNORDERED:
            write = acts.database.write  # in two transactions: the second drops the rows that the first left behind
            if not (await write(oversight.blend, table.name) and await write(oversight.shuffle, table.name)):
                log.warning("reports_not_shuffled", table=table.name)

    async def tell_auditors() -> None:
        await acts.write(_tell_watchers)

    async def make_room() -> None:
        """Files that were sent and never used go after a day, and before a disk is short the oldest sooner."""
        limits = store.room.limits
        while gone := await acts.write(evidence.forget_unused, acts.clock() - limits.unused_for):
            await asyncio.to_thread(store.forget, gone)
        while store.room.is_scarce and (gone := await acts.write(evidence.forget_unused, acts.clock() - JUST_SENT)):
            await asyncio.to_thread(store.forget, gone)
        if store.room.is_short:
            log.error("disk_short", free=store.room.free())

    return (
        Job("remind_units", "* * * * *", remind_units),
        Job("remind_clerks", "* * * * *", remind_clerks),
        Job("note_overdue", "* * * * *", all_of(obligations.lapse, LAPSES_AT_ONCE)),
        Job("ask_raters", "*/20 9-17 * * *", ask_raters),
        Job("go_on_unanswered", "*/20 9-17 * * *", all_of(desk.go_on_unanswered, UNANSWERED_AT_ONCE)),
        *([Job("nudge", "*/20 9-17 * * *", all_of(cases.nudge, NUDGES_AT_ONCE))] if sms else []),
        Job("carry_notices", "* * * * *", carry_notices),
        Job("remind_idle", "*/5 * * * *", remind_idle),
        Job("shuffle_reports", "40 3 * * *", shuffle_reports),
        Job("forget_old", "20 3 * * *", forget_old),
        Job("tell_auditors", "0 9 * * *", tell_auditors),
        Job("make_room", "*/5 * * * *", make_room),
    )
