"""A PostgreSQL, or a pooler before it, that has frozen: it takes everything and answers nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import text

from bot.build import Program, build
from bot.serve import assemble
from conversation.messages import Incoming, Reply
from models import pulse
from models.database import DatabaseAway
from tests.conftest import Clock, put_key, settings_for
from tests.drivers.browsing import browsing
from tests.drivers.freezing import Pipe, pipe_to
from tests.drivers.waiting import PATIENCE_SECONDS

pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)]


@pytest.fixture
def pipe(database_url: str) -> Iterator[Pipe]:
    with pipe_to(database_url) as pipe:
        yield pipe


@pytest.fixture
def program(pipe: Pipe, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    monkeypatch.setattr(pulse, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(pulse, "ANSWER_SECONDS", 2)
    put_key(tmp_path)
    program = build(settings_for(tmp_path, database_url=pipe.url), clock=clock)
    program.load_units()
    yield program
    program.close()


async def test_nobody_waits_for_ever_and_all_goes_on_without_a_restart(program: Program, pipe: Pipe, person) -> None:
    """Who is waiting when it freezes, who comes then, whoever looks after it: each is told in time."""
    citizen = person("citizen-1")
    await citizen.says("/complain")
    unit = Incoming(citizen.channel, "unit", "citizen-1", Reply(text="市国土局"))
    async with browsing(TestServer(assemble(program, work=False).app)) as client:
        assert (await client.get("/readyz")).status == 200
        pipe.freeze()
        async with asyncio.timeout(PATIENCE_SECONDS):
            asked = [program.talk.handle(unit), program.database.read(lambda tx: tx.execute(text("select 1")))]
            told = await asyncio.gather(*asked, return_exceptions=True)
            assert [type(one) for one in told] == [DatabaseAway, DatabaseAway]
            assert (await client.get("/readyz")).status == 503
            assert (await client.post("/in", data={"code": "0000-0000-0000-0000"})).status == 503
            with pytest.raises(DatabaseAway):
                await program.talk.handle(unit)
        pipe.thaw()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while (await client.get("/readyz")).status != 200:
                await asyncio.sleep(0.05)
        await program.talk.handle(unit)
        assert "哪个窗口" in citizen.screen().text
        assert len(citizen.heard()) == 2, "once, however often it was tried"
