"""The program on the fake Telegram, all in one process: the channel, its sender, the fetcher, the web application."""

from __future__ import annotations

import asyncio
import io
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal

from aiohttp import web
from PIL import Image

from bot.build import Program
from channels.pace import Pace
from channels.telegram.channel import Telegram
from channels.telegram.decode import CHANNEL
from services import cases
from services.deliveries import Sender
from services.evidence import BELL, Fetcher
from tests.botapi import BotApi, User
from tests.drivers import waiting

SECRET = "s3cret_-Z"
Mode = Literal["polling", "webhook"]


@dataclass
class Served:
    """What a test needs at hand."""

    api: BotApi
    program: Program
    telegram: Telegram
    fetcher: Fetcher
    hook: str  # the webhook's address

    def ring(self) -> None:
        """After the clock was moved: whoever waits looks again."""
        self.program.bells.ring([(CHANNEL, ""), (BELL, "")])

    def words(self, name: str, **values: object) -> str:
        """What `complaint.unit` says in Chinese: tests follow the story, not its wording."""
        file, _, block = name.partition(".")
        return self.program.texts["zh"].say(file, block, values or None)

    async def until(self, seen: Callable[[], object]) -> None:
        """Rings until this is true; for what no message tells of."""
        await waiting.until(lambda: seen() or self.ring())

    async def person(self, id: int = 1001, language_code: str = "zh") -> User:
        """Somebody who has said /start and read the menu."""
        user = self.api.user(id, language_code=language_code)
        await user.says("/start")
        await user.waits_for(lambda screen: len(screen.labels) >= 3)
        return user


def unlimited() -> Pace:
    return Pace(100_000, chat_per_second=100_000, chat_burst=100)


@asynccontextmanager
async def serving(
    program: Program, mode: Mode = "polling", *, api: BotApi | None = None, pace: Pace | None = None, start: bool = True
) -> AsyncIterator[Served]:
    """`start=False`: the webhook's address answers, but nobody has told Telegram of it and nothing is sent."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        site = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with api or BotApi() as running:
            telegram = Telegram(
                running.token,
                running.url,
                mode=mode,
                secret=SECRET,
                public_url=site,
                talk=program.talk,
                acts=program.acts,
                texts=program.texts,
                journeys=program.tools.journeys,
                pace=pace or unlimited(),
                first_wait=0.02,
                copies=program.store.copy_path,
                drawn=partial(
                    cases.receipt_file, program.texts[program.language], program.vault, program.settings.site
                ),
            )
            sender = Sender(program.acts, CHANNEL, telegram.send, clear=telegram.clear)
            fetcher = Fetcher(program.acts, program.store, {CHANNEL: telegram.fetch})
            app = web.Application()
            app.add_routes(telegram.routes())
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await runner.setup()
            await web.SockSite(runner, listening).start()
            tasks = [asyncio.create_task(one.run()) for one in (telegram, sender, fetcher) if start]
            try:
                yield Served(running, program, telegram, fetcher, f"{site}/telegram/webhook")
            finally:
                await runner.cleanup()
                for task in tasks:
                    task.cancel()
                ended = await asyncio.gather(*tasks, return_exceptions=True)
                await telegram.close()
            broken = [error for error in ended if error and not isinstance(error, asyncio.CancelledError)]
            assert not broken, broken


def photo(seed: int = 1) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 48), (seed * 25 % 256, 90, 120)).save(out, "JPEG")
    return out.getvalue()
