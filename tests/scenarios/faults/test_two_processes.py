"""Two serving processes on one PostgreSQL database: each update reaches both, twice, in any order."""

from __future__ import annotations

import asyncio
import random
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from bot.build import Program
from tests.botapi import BotApi
from tests.conftest import rows
from tests.drivers.killing import SECRET, Serving

MESSAGES = 60


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_every_turn_is_kept_once(program: Program, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        api, session = await stack.enter_async_context(BotApi()), await stack.enter_async_context(ClientSession())
        both = [await stack.enter_async_context(Serving(program, api, "webhook", tmp_path)) for _ in range(2)]
        for one in both:
            await one.start()
        for one in both:
            await one.ready()

        async def post(one: Serving, number: int, text: str) -> int:
            headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
            async with session.post(f"{one.url}/telegram/webhook", json=update(number, text), headers=headers) as said:
                return said.status

        events = [(one, number, f"m{number}.") for number in range(MESSAGES) for one in both for _ in range(2)]
        random.Random(11).shuffle(events)
        assert set(await asyncio.gather(*(post(*event) for event in events))) == {200}
        await post(both[0], 900, "问效能办")
        for one in both:
            await one.stop()
    [case] = rows(program, "cases")
    assert sorted(str(case["what"]).split("\n")) == sorted(f"m{number}." for number in range(MESSAGES))
    assert len(rows(program, "deliveries")) == MESSAGES + 1


def update(number: int, text: str) -> dict[str, Any]:
    """One person's message, as Telegram sends it."""
    person = {"id": 77, "is_bot": False, "first_name": "Lin", "language_code": "zh"}
    chat = {"id": 77, "type": "private", "first_name": "Lin"}
    message = {"message_id": number, "date": 1_790_000_000, "from": person, "chat": chat, "text": text}
    return {"update_id": number + 1, "message": message}
