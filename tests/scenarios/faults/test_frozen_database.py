"""A PostgreSQL, or a pooler before it, that has frozen: it takes everything and answers nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from bot.build import Program, build
from bot.serve import assemble
from conversation.messages import Incoming, Reply
from models import database, pulse
from models.database import LOCK_WAIT_SECONDS, DatabaseAway
from models.tables import contacts
from tests.conftest import Clock, put_key, settings_for
from tests.drivers.browsing import browsing
from tests.drivers.freezing import Pipe, pipe_to
from tests.drivers.waiting import PATIENCE_SECONDS

IDLE = 1  # seconds
pytestmark = [pytest.mark.asyncio, pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)]


@pytest.fixture
def pipe(database_url: str) -> Iterator[Pipe]:
    with pipe_to(database_url) as pipe:
        yield pipe


@pytest.fixture
def program(pipe: Pipe, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Program]:
    monkeypatch.setattr(database, "IDLE_SECONDS", IDLE)
    monkeypatch.setattr(pulse, "BEAT_SECONDS", 0.1)
    monkeypatch.setattr(pulse, "ANSWER_SECONDS", 2)
    put_key(tmp_path)
    program = build(settings_for(tmp_path, database_url=pipe.url), clock=clock)
    program.load_units()
    yield program
    program.close()


async def test_what_a_frozen_process_has_locked_is_free_again(
    program: Program, database_url: str, tmp_path: Path, clock: Clock, person
) -> None:
    """Another process need not wait until the line of the first one is found dead."""
    citizen = person("citizen-1")
    await citizen.says("/help")
    with program.database.engine.connect() as frozen:
        frozen.execute(select(contacts.c.id).with_for_update()).all()
        other = build(settings_for(tmp_path, database_url=database_url), clock=clock)
        other.load_units()
        async with asyncio.timeout(LOCK_WAIT_SECONDS - IDLE):
            await other.talk.handle(Incoming(citizen.channel, "more", "citizen-1", Reply(text="/help")))
        other.close()
        with pytest.raises(DBAPIError):
            frozen.rollback()
    assert len(citizen.heard()) == 2


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
