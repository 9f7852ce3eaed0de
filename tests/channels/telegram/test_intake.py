"""What goes wrong on the way in: nothing acknowledged is lost, nothing stops the chat, no token is told."""

from __future__ import annotations

import io
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from aiohttp import ClientSession
from sqlalchemy import make_url, text
from structlog.testing import capture_logs

from bot.build import Program
from channels.telegram.channel import Telegram
from models import database as models_database
from models.database import Database
from tests.botapi import BotApi
from tests.conftest import Clock, rows
from tests.drivers.hostile import GOOD, HOSTILE, ODD
from tests.drivers.serving import SECRET, Mode, serving

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where the database does not matter
both_ways = pytest.mark.parametrize("mode", ["polling", "webhook"])
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@on_sqlite
async def test_a_wrong_secret_is_refused_and_nothing_is_done(program: Program) -> None:
    good = b'{"update_id":7,"message":{"message_id":1,"chat":{"id":5,"type":"private"},"text":"/start"}}'
    async with serving(program, "webhook", start=False) as served, ClientSession() as http:
        with capture_logs() as lines:
            for headers in ({}, {HEADER: ""}, {HEADER: SECRET + "x"}, {HEADER: SECRET[:-1]}, {HEADER: "密"}):
                async with http.post(served.hook, data=good, headers=headers) as answer:
                    assert answer.status == 403
        assert [line["event"] for line in lines] == ["telegram_wrong_secret"], "one line a minute, however many come"
        async with http.post(
            served.hook, data=io.BytesIO(b"x" * (1024 * 1024 + 1)), headers={HEADER: SECRET}
        ) as answer:
            assert answer.status == 413
        assert [rows(program, table) for table in ("inbox", "contacts", "quarantine")] == [[], [], []]
        async with http.post(served.hook, data=good, headers={HEADER: SECRET}) as answer:
            assert answer.status == 200
        assert len(rows(program, "deliveries")) == 1


@on_sqlite
async def test_a_webhook_without_a_secret_does_not_start(program: Program) -> None:
    with pytest.raises(ValueError, match="secret"):
        Telegram(
            "42:TEST",
            "http://127.0.0.1:9",
            mode="webhook",
            secret="",
            public_url="",
            talk=program.talk,
            acts=program.acts,
            texts=program.texts,
            journeys=program.tools.journeys,
        )


Hostile = dict[str, tuple[bytes, int | None, str | None]]


def _renumbered(updates: Hostile) -> Hostile:
    """Each with a number of its own, where it is written as an honest server writes it."""
    return {
        name: (raw.replace(b'"update_id": 7', b'"update_id": %d' % (7000 + n)), number and 7000 + n, sender)
        if b'"update_id": 7' in raw
        else (raw, number, sender)
        for n, (name, (raw, number, sender)) in enumerate(updates.items())
    }


@on_sqlite
@both_ways
async def test_hostile_updates_are_kept_raw_and_the_chat_goes_on(program: Program, mode: Mode) -> None:
    # Brackets that never close, or nothing at all, cannot stand in an answer of getUpdates.
    in_a_list = {name for name, (raw, _, _) in HOSTILE.items() if raw.strip() and raw.count(b"{") == raw.count(b"}")}
    sendable = {name: one for name, one in HOSTILE.items() if mode == "webhook" or name in in_a_list}
    async with serving(program, mode) as served:
        citizen = await served.person(GOOD["chat"]["id"])  # pyright: ignore[reportIndexIssue, reportArgumentType]
        for raw, _, _ in _renumbered(sendable).values():
            served.api.deliver_raw(raw)
        for n, raw in enumerate(ODD.values()):
            served.api.deliver_raw(raw.replace(b'"update_id": 7', b'"update_id": %d' % (8000 + n)))
        await served.api.drained()
        await citizen.says("/help")
        await citizen.waits_for("我要投诉")
        kept = rows(program, "quarantine")
        # Some are written by hand and share their number 7: one event.
        assert len(kept) == len({number or name for name, (raw, number, _) in _renumbered(sendable).items()})
        assert {row["error"] for row in kept} >= {"shape", "update_id"}
        sealed = {program.vault.open_bytes(bytes(row["sealed"]), "quarantine") for row in kept}  # pyright: ignore[reportArgumentType]
        assert HOSTILE["no update_id"][0] in sealed
        assert len([s for s in citizen.history() if s.from_bot and "编号" in s.text]) >= 3
        assert served.api.oddities == []


Outage = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def away(request: pytest.FixtureRequest, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Outage:
    """`with away():` nothing can be written. Made before the program, so that waiting for a lock is short."""
    monkeypatch.setattr(models_database, "LOCK_WAIT_SECONDS", 0.2)
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return lambda: _locked(str(url.database))
    server = request.getfixturevalue("postgresql_url")
    return lambda: _shut(server, str(url.database))


@contextmanager
def _locked(file: str) -> Iterator[None]:
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("begin exclusive")
    yield
    other.execute("rollback")
    other.close()


@contextmanager
def _shut(server: str, name: str) -> Iterator[None]:
    admin = Database(server).engine.execution_options(isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"alter database {name} with allow_connections false"))
        connection.execute(
            text("select pg_terminate_backend(pid) from pg_stat_activity where datname = :n"), {"n": name}
        )
        yield
        connection.execute(text(f"alter database {name} with allow_connections true"))
    admin.dispose()


@both_ways
async def test_a_database_that_is_away_loses_nothing(
    away: Outage, make_program: Callable[..., Program], mode: Mode
) -> None:
    program = make_program()
    async with serving(program, mode) as served:
        citizen = await served.person()
        with away():
            polls = len(served.api.called("getUpdates"))
            await citizen.says("/help")
            if mode == "webhook":
                await served.until(lambda: "503" in str(served.api.webhook.last_error))
            else:
                await served.until(lambda: len(served.api.called("getUpdates")) > polls + 1)
            assert served.api.pending == 1
        await citizen.waits_for("我要投诉")
        await served.api.drained()
        assert len(rows(program, "inbox")) == 2
        assert rows(program, "quarantine") == []


@on_sqlite
async def test_telegram_that_is_down_at_the_start_is_waited_for(program: Program) -> None:
    api = BotApi()
    api.fault("deleteWebhook", status=401)
    api.fault("deleteWebhook", drop="before")
    api.fault("getUpdates", status=502, times=2)
    api.fault("getUpdates", malformed=True)
    async with serving(program, api=api) as served:
        citizen = await served.person()
        await citizen.waits_for("")
        assert served.telegram.ready()


@on_sqlite
async def test_the_token_is_never_told(
    program: Program, clock: Clock, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("telegram", "aiohttp", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    api = BotApi("424242:VERY-secret_Token")
    async with serving(program, api=api) as served:
        citizen = await served.person()
        for fault in ({"drop": "before"}, {"malformed": True}, {"status": 500}, {"status": 404}, {"status": 409}):
            for method in ("getUpdates", "sendMessage", "getFile", "file", "answerCallbackQuery"):
                api.fault(method, **fault)  # pyright: ignore[reportArgumentType]
        await citizen.says("有一段话谁也不该看到")
        await served.until(lambda: clock.passes(seconds=60) or rows(program, "deliveries")[-1]["state"] == "sent")
        with pytest.raises(Exception, match=r"\d"):
            await served.telegram.fetch("x")
    out, err = capfd.readouterr()
    for said in (out, err, caplog.text):
        assert "VERY-secret" not in said
        assert "谁也不该看到" not in said
    assert "telegram_answers" in out
