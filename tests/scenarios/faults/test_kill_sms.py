"""Two `mingcha work`, either killed at random instants of sending text messages, and a carrier that goes away.

Replies and reminders all arrive, a notice at most once, and never faster than the carrier allows.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from aiohttp import web

from bot.build import Program
from services.people import SMS
from tests.conftest import rows
from tests.drivers.broadcasting import contacts_of, put, release
from tests.drivers.forking import Lives
from tests.drivers.waiting import until

KILLS, PER_SECOND, PEOPLE = 8, 20, 30
NOTICE = "during-kills"
MINGCHA = {"USERNAME": "u", "PASSWORD": "p", "CALLBACK_SECRET": "secret", "PER_SECOND": str(PER_SECOND)}


class Carrier:
    """Answers as Kannel does; while it is `away` it breaks the line without a word."""

    def __init__(self) -> None:
        self.taken: list[tuple[float, str, str]] = []  # when, to whom, what
        self.tries_in_vain = 0
        self.away = False
        self.url = ""

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Carrier]:
        app = web.Application()
        app.router.add_get("/cgi-bin/sendsms", self._take)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/cgi-bin/sendsms"
        yield self
        await runner.cleanup()

    async def _take(self, request: web.Request) -> web.Response:
        if self.away:
            self.tries_in_vain += 1
            assert request.transport is not None
            request.transport.abort()
        else:
            self.taken.append((time.monotonic(), request.query["to"], request.query["text"]))
        return web.Response(status=202, text="0: Accepted for delivery")

    def most_in_a_second(self) -> int:
        moments = [at for at, _, _ in self.taken]
        return max(sum(at <= one < at + 1 for one in moments) for at in moments)


async def test_all_arrives_whoever_is_killed_and_whoever_is_away(program: Program, tmp_path: Path) -> None:
    chance = random.Random(f"sms {program.database.is_sqlite}")
    ids = list(contacts_of(program, [f"+86138001380{n:02}" for n in range(PEOPLE)], SMS).values())
    marks: list[str] = []

    def say(mark: str, urgency: str) -> None:
        marks.append(mark)
        put(program, chance.choice(ids), mark, urgency, SMS)

    async with AsyncExitStack() as stack:
        carrier = await stack.enter_async_context(Carrier().listening())
        environment = {
            "MINGCHA_DATA_DIR": str(program.settings.data_dir),
            "MINGCHA_DATABASE_URL": program.settings.database,
            "MINGCHA_SMS_URL": carrier.url,
            **{f"MINGCHA_SMS_{name}": value for name, value in MINGCHA.items()},
        }
        both = [await stack.enter_async_context(Lives("work", environment, tmp_path)) for _ in range(2)]
        release(program, ids, NOTICE, SMS)
        for one in both:
            await one.tell("start")
        for n in range(KILLS):
            say(f"reply-{n}.", "reply")
            say(f"reminder-{n}.", "reminder")
            before = len(carrier.taken)
            await until(lambda before=before: len(carrier.taken) > before)
            await asyncio.sleep(chance.uniform(0, 0.3))
            one = chance.choice(both)
            await one.tell("kill")
            await one.tell("start")
        carrier.away = True
        for n in range(10):
            say(f"away-{n}.", "reply")
        await until(lambda: carrier.tries_in_vain >= 4)
        carrier.away = False
        await until(lambda: not {row["state"] for row in rows(program, "deliveries")} & {"queued", "sending"})
        for one in both:
            await one.tell("stop")

    assert [mark for mark in marks if not any(mark in text for _, _, text in carrier.taken)] == []
    states = Counter((row["urgency"] == "broadcast", row["state"]) for row in rows(program, "deliveries"))
    assert set(states) <= {(False, "sent"), (True, "sent"), (True, "uncertain")}
    got = Counter(to for _, to, text in carrier.taken if NOTICE in text)
    assert set(got.values()) == {1}
    assert states[True, "sent"] <= len(got) <= PEOPLE
    assert carrier.most_in_a_second() <= PER_SECOND + KILLS  # a new life knows nothing of what the last one has sent
