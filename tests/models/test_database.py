"""A database that goes away: one line in the log, and one when it is back."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.build import Program
from models.database import Database, DatabaseAway
from scheduler.ticker import Job, Ticker
from services.evidence import BELL, Fetcher
from tests.drivers.waiting import PATIENCE_SECONDS


def switch(server: str, name: str, on: bool) -> None:
    """Lets nobody in any more, and sends away whoever is; or lets them in again."""
    engine = Database(server).engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"alter database {name} with allow_connections {str(on).lower()}"))
        if not on:
            gone = text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :name")
            connection.execute(gone, {"name": name})
    engine.dispose()


async def answers(database: Database) -> bool:
    try:
        await database.read(lambda tx: tx.execute(text("select 1")))
    except DatabaseAway:
        return False
    return True


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_an_outage_is_one_line_and_its_end_another(program: Program, postgresql_url: str) -> None:
    async def nothing() -> None: ...

    database, name = program.database, str(program.database.url.database)
    fetcher = Fetcher(program.acts, program.store, {})
    ticker = Ticker(database, program.clock, program.settings.zone, ())
    assert await answers(database)
    with capture_logs() as lines:
        fetching = asyncio.create_task(fetcher.run())
        try:
            switch(postgresql_url, name, on=False)
            for n in range(5):
                program.bells.ring([(BELL, "")])
                assert not await ticker.tick(Job(f"job {n}", "* * * * *", nothing))
                assert not await answers(database)
            assert [line["event"] for line in lines] == ["database_away"]
            switch(postgresql_url, name, on=True)
            async with asyncio.timeout(PATIENCE_SECONDS):
                while not await ticker.tick(Job("job", "* * * * *", nothing)):
                    await asyncio.sleep(0.1)
            assert await answers(database)
        finally:
            fetching.cancel()
            await asyncio.gather(fetching, return_exceptions=True)
    assert [(line["event"], line["log_level"]) for line in lines] == [
        ("database_away", "warning"),
        ("database_back", "info"),
    ]
