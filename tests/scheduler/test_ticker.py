"""The real scheduler under a clock that a test moves: each minute has its tick once, whatever the clock has done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from structlog.testing import capture_logs

from bot.build import Program
from models.tables import ticks
from scheduler.ticker import Job, Ticker
from services import oversight
from tests.conftest import Clock
from tests.drivers.waiting import until

LOOK_EVERY_SECONDS = 0.02
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
BEFORE = timedelta(seconds=30)  # of a minute's beginning, at which its job is planned


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of APScheduler too, which otherwise asks the machine's."""
    moved = Clock()
    moved.now = START - BEFORE

    class Moved(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Any:
            return moved.now.astimezone(tz)

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Moved)
    return moved


class Watched(Ticker):
    """`last`: the moment at whose tick it was last done, whoever had the claim; `under_way`: ticks not yet done;
    `looks`: how often it has looked at the clock; `still`: it does not tick, as the clock is about to move."""

    last: datetime | None = None
    under_way = looks = 0
    still = False

    async def tick(self, job: Job) -> bool:
        if self.still:
            return False
        at = self._clock()
        self.under_way += 1
        try:
            ran = await super().tick(job)
        finally:
            self.under_way -= 1
        self.last = at
        return ran

    def _look(self, scheduler: AsyncIOScheduler) -> None:
        super()._look(scheduler)
        self.looks += 1


async def looked(tickers: Sequence[Watched], times: int) -> None:
    """Each has looked at the clock so often since; a look lets it tick again where it would."""
    wanted = [one.looks + times for one in tickers]
    await until(lambda: all(one.looks >= many for one, many in zip(tickers, wanted, strict=True)))


@asynccontextmanager
async def ticking(programs: Sequence[Program], *jobs: Job) -> AsyncIterator[Sequence[Watched]]:
    """One scheduler a program, as in processes of their own."""
    tickers = [
        Watched(one.database, one.clock, one.settings.zone, jobs, look_every_seconds=LOOK_EVERY_SECONDS)
        for one in programs
    ]
    tasks = [asyncio.create_task(ticker.run()) for ticker in tickers]
    try:
        await looked(tickers, 1)  # they have planned by the clock as it is now
        yield tickers
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Minutes:
    """A job that notes for which minute it ran."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.ran: list[datetime] = []
        self.job = Job("remind_units", "* * * * *", self._run)

    async def _run(self) -> None:
        self.ran.append(self._clock.now)

    async def comes(self, moment: datetime, tickers: Sequence[Watched], minutes: int = 3) -> None:
        """The clock stands at this moment, then a minute later, …; each time every scheduler's tick is waited for.

        It moves between ticks: one that claims its minute while the clock is put right may run beside the right one's.
        """
        for n in range(minutes):
            for one in tickers:
                one.still = True
            await looked(tickers, 1)
            await until(lambda: not any(one.under_way for one in tickers))
            self._clock.now = moment + n * MINUTE
            for one in tickers:
                one.still = False
            await until(lambda: {one.last for one in tickers} == {self._clock.now})
            await looked(tickers, 3)  # for whoever would run it again


def minutes_from(moment: datetime, many: int = 3) -> list[datetime]:
    return [moment + n * MINUTE for n in range(many)]


@pytest.mark.parametrize("ahead", [DAY, timedelta(hours=8)])
async def test_a_clock_that_was_ahead_and_is_put_right_costs_no_minute(
    make_program: Callable[..., Program], clock: Clock, ahead: timedelta
) -> None:
    both, seen = [make_program(), make_program()], Minutes(clock)
    async with ticking(both, seen.job) as tickers:
        await seen.comes(START + MINUTE, tickers)
        await seen.comes(START + ahead, tickers)  # the clock jumps
        await seen.comes(START + 4 * MINUTE, tickers)  # and is put right
        await seen.comes(START + ahead, tickers)  # and then the same minutes really come
    assert seen.ran == [
        *minutes_from(START + MINUTE),
        *minutes_from(START + ahead),
        *minutes_from(START + 4 * MINUTE),
        *minutes_from(START + ahead),
    ]


@pytest.mark.parametrize("behind", [DAY, timedelta(hours=8)])
async def test_a_clock_that_was_behind_and_is_put_right_costs_no_minute(
    make_program: Callable[..., Program], clock: Clock, behind: timedelta
) -> None:
    both, seen = [make_program(), make_program()], Minutes(clock)
    async with ticking(both, seen.job) as tickers:
        await seen.comes(START + MINUTE, tickers)
        await seen.comes(START - behind, tickers)
        await seen.comes(START + 4 * MINUTE, tickers)
    assert seen.ran == [*minutes_from(START + MINUTE), *minutes_from(START - behind), *minutes_from(START + 4 * MINUTE)]


async def test_a_scheduler_that_started_under_a_clock_ahead_goes_by_the_right_one(
    program: Program, clock: Clock
) -> None:
    """A machine whose clock held the local time, until the network told it better."""
    seen = Minutes(clock)
    clock.now = START + timedelta(hours=8) - BEFORE
    async with ticking([program], seen.job) as tickers:
        await seen.comes(START + MINUTE, tickers)
    assert seen.ran == minutes_from(START + MINUTE)


async def test_a_daily_job_is_not_put_off_by_a_clock_that_was_ahead(program: Program, clock: Clock) -> None:
    ran: list[datetime] = []

    async def run() -> None:
        ran.append(clock.now)

    night = datetime(2026, 11, 24, 19, 20, tzinfo=UTC)  # 03:20 in Shanghai
    clock.now = night - timedelta(hours=2) + DAY
    async with ticking([program], Job("forget_old", "20 3 * * *", run)) as tickers:
        clock.now = night - timedelta(hours=2)
        await looked(tickers, 3)
        assert not ran
        clock.now = night
        await until(lambda: ran)
        await looked(tickers, 3)
    assert ran == [night]


async def test_clocks_a_few_seconds_apart_share_their_claims(program: Program, clock: Clock) -> None:
    claims = [(START + MINUTE, True), (START, True), (START + MINUTE, False), (START, False)]
    for at, won in claims:
        assert await program.database.write(oversight.claim_tick, "remind_units", at) is won


async def test_claims_of_other_jobs_from_the_future_go_too(program: Program, clock: Clock) -> None:
    """A job that comes once a day has no tick in time to clear away its own."""
    await program.database.write(oversight.claim_tick, "forget_old", START + DAY)
    await program.database.write(oversight.claim_tick, "remind_units", START)
    assert await program.database.read(lambda tx: tx.execute(ticks.select()).mappings().all()) == [
        {"job": "remind_units", "at": START}
    ]


async def test_a_job_that_fails_is_told_in_the_log_and_tried_again_beside_the_others(
    program: Program, clock: Clock
) -> None:
    tried: list[datetime] = []

    async def fail() -> None:
        tried.append(clock.now)
        raise RuntimeError("what somebody wrote")

    seen = Minutes(clock)
    with capture_logs() as lines:
        async with ticking([program], Job("anchor_audit", "* * * * *", fail), seen.job) as tickers:
            await seen.comes(START + MINUTE, tickers)
    assert seen.ran == tried == minutes_from(START + MINUTE)
    failures = [line for line in lines if line["event"] == "job_failed"]
    assert [line["job"] for line in failures] == ["anchor_audit"] * 3
    assert len({line["id"] for line in failures}) == 3


async def test_any_number_of_processes_may_tick(make_program: Callable[..., Program]) -> None:
    ran: list[int] = []
    tickers = [Ticker(one.database, one.clock, one.settings.zone, ()) for one in (make_program(), make_program())]

    async def run(n: int) -> None:
        ran.append(n)

    ticked = (one.tick(Job("job", "* * * * *", lambda n=n: run(n))) for n, one in enumerate([*tickers, tickers[0]]))
    await asyncio.gather(*ticked)
    assert len(ran) == 1
