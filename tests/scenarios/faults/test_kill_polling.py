"""kill -9 at ten random instants, polling: nothing acknowledged is lost, nothing is done twice."""

from __future__ import annotations

from pathlib import Path

from bot.build import Program
from tests.botapi import BotApi
from tests.drivers.killing import talk_through_kills


async def test_nothing_is_lost_and_nothing_is_done_twice(program: Program, tmp_path: Path) -> None:
    async with BotApi() as api:
        await talk_through_kills(program, api, "polling", tmp_path)
