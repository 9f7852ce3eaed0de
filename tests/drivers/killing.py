"""Serving processes of their own, killed at random instants while people talk to them through a Bot API server."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from aiohttp import ClientError, ClientSession

from bot.build import Program
from tests.botapi import BotApi, User
from tests.conftest import rows
from tests.drivers.forking import Lives
from tests.drivers.ports import held_port, number
from tests.drivers.waiting import PATIENCE_SECONDS, until

SCRIPT = ("/complaint", "市国土局·办证窗口", "态度不好", "{mark}", "跳过", "昨天", "跳过", "1", "提交")
SECRET = "a-secret-for-the-webhook"
KILLS = 10  # by each of the two ways in, on each database
TALKERS = 12
BETWEEN_SECONDS = 1.0  # of one talker: the platform lets a bot answer a chat about once a second


class Serving:
    """`mingcha serve` in a process of its own, on an address that stays the same over its lives."""

    def __init__(
        self, program: Program, api: BotApi, mode: str, folder: Path, more: Mapping[str, str] | None = None
    ) -> None:
        self._api = api
        self._held = held_port()
        self.port = number(self._held)
        environment = {
            "MINGCHA_DATA_DIR": str(program.settings.data_dir),
            "MINGCHA_DATABASE_URL": program.settings.database,
            "MINGCHA_LISTEN": f"127.0.0.1:{self.port}",
            "MINGCHA_PUBLIC_URL": self.url,
            "MINGCHA_TELEGRAM_TOKEN": "42:TEST",
            "MINGCHA_TELEGRAM_API_URL": api.url,
            "MINGCHA_TELEGRAM_MODE": mode,
            "MINGCHA_TELEGRAM_WEBHOOK_SECRET": SECRET,
            **(more or {}),
        }
        self._lives = Lives("serve", environment, folder)

    async def __aenter__(self) -> Serving:
        await self._lives.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._lives.__aexit__(*error)
        self._held.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start_working(self) -> None:
        """Returns once somebody was answered: it is at work, not only starting."""
        before = self._answers()
        await self.start()
        await until(lambda: self._answers() > before, 0.01)

    async def start(self) -> None:
        await self._lives.tell("start")

    async def ready(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS), ClientSession() as session:
            while True:
                try:
                    if (await session.get(f"{self.url}/readyz")).status == 200:
                        return
                except ClientError:
                    pass
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        await self._lives.tell("kill")

    async def stop(self) -> None:
        await self._lives.tell("stop")

    def _answers(self) -> int:
        return len(self._api.called("sendMessage"))


async def talk_through_kills(program: Program, api: BotApi, mode: str, folder: Path) -> None:
    """Asserts that every message that was ever acknowledged had its effect exactly once."""
    chance = random.Random(f"{mode} {program.database.is_sqlite}")
    users = [api.user(1000 + n, started=True) for n in range(TALKERS)]
    said: Counter[str] = Counter()
    stop = asyncio.Event()
    talking = [asyncio.create_task(_complain(user, said, stop)) for user in users]
    async with Serving(program, api, mode, folder) as server:
        for _ in range(KILLS):
            await server.start_working()
            await asyncio.sleep(chance.uniform(0, 0.3))
            await server.kill()
        stop.set()
        await asyncio.gather(*talking)
        await server.start()
        await api.drained()
        await _all_sent(program)
        await server.stop()
    assert Counter(str(case["what"]) for case in rows(program, "cases")) == said
    assert rows(program, "quarantine") == []
    for case in rows(program, "cases"):
        heard = "\n".join(screen.text for user in users for screen in user.history())
        assert str(case["number"]) in heard
    assert {row["state"] for row in rows(program, "deliveries")} <= {"sent", "superseded"}
    assert api.oddities == []


async def _complain(user: User, said: Counter[str], stop: asyncio.Event) -> None:
    """Whole complaints, one after another, without waiting for answers: the queue of the platform is the only order."""
    count = 0
    await asyncio.sleep(BETWEEN_SECONDS * (user.id % 10) / 10)
    while not stop.is_set():
        count += 1
        # Nothing alike: whoever files the same once more is asked first.
        mark = sha256(f"complaint {count} of talker {user.id}".encode()).hexdigest()
        for line in SCRIPT:
            await user.says(line.format(mark=mark))
            if not stop.is_set():
                await asyncio.sleep(BETWEEN_SECONDS)
        said[mark] += 1


async def _all_sent(program: Program) -> None:
    """Until every reply is out; what a killed sender had leased goes out again when its lease has run out."""
    async with asyncio.timeout(120):
        while {row["state"] for row in rows(program, "deliveries")} & {"queued", "sending"}:
            await asyncio.sleep(0.1)
