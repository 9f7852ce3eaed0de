"""What goes wrong on the way in and out: nothing acknowledged is lost, nothing stops the chat, no token is told."""

from __future__ import annotations

import io
import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from functools import partial

import pytest
from aiohttp import ClientSession
from sqlalchemy import func, make_url, select, text, update

from bot.build import Program
from channels.telegram.channel import Telegram
from conversation.messages import Body, Say, Screen
from models import database as models_database
from models import tables
from models.database import Database
from services import deliveries, evidence
from services.deliveries import MOST_ATTEMPTS
from services.foundation.act import Act
from tests.botapi import BotApi, User
from tests.conftest import Clock, rows
from tests.drivers.hostile import GOOD, HOSTILE, ODD
from tests.drivers.serving import SECRET, Mode, Served, photo, serving

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where the database does not matter
both_ways = pytest.mark.parametrize("mode", ["polling", "webhook"])
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@on_sqlite
async def test_a_wrong_secret_is_refused_and_nothing_is_done(program: Program) -> None:
    good = b'{"update_id":7,"message":{"message_id":1,"chat":{"id":5,"type":"private"},"text":"/start"}}'
    async with serving(program, "webhook", start=False) as served, ClientSession() as http:
        for headers in ({}, {HEADER: ""}, {HEADER: SECRET + "x"}, {HEADER: SECRET[:-1]}, {HEADER: "密"}):
            async with http.post(served.hook, data=good, headers=headers) as answer:
                assert answer.status == 403
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
        await citizen.waits_for("/complain")
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
        await citizen.waits_for("/complain")
        await served.api.drained()
        assert len(rows(program, "inbox")) == 2
        assert rows(program, "quarantine") == []


@on_sqlite
async def test_what_cannot_be_sent_now_is_sent_later(program: Program, clock: Clock) -> None:
    async with serving(program) as served:
        citizen = await served.person()
        for fault in (
            {"status": 500},
            {"status": 502},
            {"drop": "before"},
            {"status": 429, "retry_after": 1},
            {"malformed": True},
            {"status": 401},
        ):
            served.api.fault("sendMessage", **fault)  # pyright: ignore[reportArgumentType]
            await citizen.says("/help")
            await served.until(lambda: rows(program, "deliveries")[-1]["error"] is not None)
            clock.passes(seconds=60)
            served.ring()
            await citizen.waits_for("/complain")
            await served.until(lambda: rows(program, "deliveries")[-1]["state"] == "sent")
        served.api.fault("sendMessage", drop="after")  # it arrived, but nobody told us: at least once
        await citizen.says("/help")
        await citizen.waits_for("/complain")
        citizen.looks_away()
        await served.until(lambda: rows(program, "deliveries")[-1]["error"] is not None)
        clock.passes(seconds=60)
        served.ring()
        await citizen.waits_for("/complain")
        assert served.telegram.ready()


@on_sqlite
async def test_what_telegram_refuses_is_recorded_by_a_code(program: Program, clock: Clock) -> None:
    async with serving(program) as served:
        citizen = await served.person()

        async def after(**fault: object) -> dict[str, object]:
            served.api.fault("sendMessage", **fault)  # pyright: ignore[reportArgumentType]
            before = len(rows(program, "deliveries"))
            await citizen.says("/help")
            await served.until(
                lambda: [row["error"] for row in rows(program, "deliveries")[before:]] not in ([], [None])
            )
            return rows(program, "deliveries")[-1]

        refused = await after(status=400, description="Bad Request: cannot parse 王小明")
        assert (refused["state"], refused["error"]) == ("failed", "400")
        gone = await after(status=403)
        assert (gone["state"], gone["error"]) == ("failed", "contact_gone")
        assert rows(program, "contacts")[0]["blocked_at"] is not None
        await citizen.says("/help")  # whoever writes can be reached again
        await citizen.waits_for("/complain")
        await served.until(lambda: rows(program, "contacts")[0]["blocked_at"] is None)
        gone = await after(status=400, description="Bad Request: chat not found")
        assert gone["error"] == "contact_gone"


@on_sqlite
@pytest.mark.parametrize("status", [400, 403, 404])
async def test_what_a_gateway_refuses_says_nothing_of_the_person(program: Program, clock: Clock, status: int) -> None:
    async with serving(program) as served:
        citizen = await served.person()
        served.api.fault("sendMessage", status=status, gateway=True)
        await citizen.says("/help")
        await served.until(lambda: rows(program, "deliveries")[-1]["error"] is not None)
        assert rows(program, "contacts")[0]["blocked_at"] is None
        clock.passes(seconds=60)
        served.ring()
        await citizen.waits_for("/complain")


@on_sqlite
async def test_a_chat_that_alone_is_too_fast_waits_alone(program: Program, clock: Clock) -> None:
    async with serving(program) as served:
        fast, other = await served.person(1001), await served.person(1002)
        served.api.fault("sendMessage", status=429, retry_after=1, times=3, chat=1001)
        for _ in range(3):
            await fast.says("/help")
            await served.until(lambda: "429" in [row["error"] for row in rows(program, "deliveries")])
            await other.says("/help")
            await other.waits_for("/complain")  # with the clock as it is: nobody but the first waits
            other.looks_away()
            clock.passes(seconds=10)
        over = {"sent", "superseded"}
        await served.until(
            lambda: clock.passes(seconds=1) or {row["state"] for row in rows(program, "deliveries")} <= over
        )


@on_sqlite
async def test_being_too_fast_does_not_count_as_a_try(program: Program, clock: Clock) -> None:
    async with serving(program) as served:
        citizen = await served.person()
        served.api.fault("sendMessage", status=429, retry_after=1)
        await citizen.says("/help")
        await served.until(lambda: rows(program, "deliveries")[-1]["error"] == "429")
        clock.passes(seconds=2)
        served.ring()
        await citizen.waits_for("/complain")
        await served.until(lambda: rows(program, "deliveries")[-1]["state"] == "sent")
        assert rows(program, "deliveries")[-1]["attempts"] == 1


@on_sqlite
async def test_a_server_that_always_fails_at_one_message_is_given_up(program: Program, clock: Clock) -> None:
    async with serving(program) as served:
        citizen = await served.person()
        served.api.fault("sendMessage", status=500, times=MOST_ATTEMPTS)
        await citizen.says("/help")

        def given_up() -> bool:
            clock.passes(seconds=301)
            return rows(program, "deliveries")[-1]["state"] == "failed"

        await served.until(given_up)
        assert rows(program, "deliveries")[-1]["attempts"] == MOST_ATTEMPTS


@on_sqlite
async def test_an_edit_that_cannot_be_made_becomes_a_new_message(program: Program) -> None:
    async with serving(program) as served:
        citizen = await served.person()
        await citizen.says("/complain")
        asked = await citizen.waits_for(served.words("complaint.unit"))
        del citizen.chat.records[asked.message_id]
        await citizen.taps("1:unknown", asked.message_id)
        shown = await citizen.waits_for(served.words("complaint.category"))
        assert shown.message_id != asked.message_id
        served.api.fault("editMessageText", drop="after")  # done, but nobody told us: the same again is no error
        await citizen.taps(served.words("complaint.category_rude"))
        await citizen.waits_for(served.words("complaint.what"))
        await served.until(lambda: rows(program, "deliveries")[-1]["error"] is not None)
        assert served.api.oddities == []


async def report_with_a_photo(served: Served, citizen: User, data: bytes) -> None:
    await citizen.says("/question")
    await citizen.waits_for(served.words("question.text"))
    await citizen.says("中午上班吗？")
    await citizen.waits_for(served.words("question.evidence"))
    await citizen.sends_document(data, "a.jpg", "image/jpeg")
    await citizen.waits_for(served.words("common.received_so_far", count=1))
    await citizen.taps(served.words("common.act_done"))
    await citizen.waits_for("20261121-0001")


def postponed(program: Program, clock: Clock, tries: int) -> bool:
    """So often tried, and no longer leased."""
    [piece] = rows(program, "evidence")
    due_at = piece["due_at"]
    assert isinstance(due_at, datetime)
    return piece["attempts"] == tries and due_at - clock() < timedelta(minutes=1)


@on_sqlite
async def test_a_download_is_tried_again(program: Program, clock: Clock) -> None:
    async with serving(program) as served:
        citizen = await served.person()
        served.api.fault("getFile", status=500)
        served.api.fault("file", status=502)
        await report_with_a_photo(served, citizen, photo())

        for tries in (1, 2):
            await served.until(partial(postponed, program, clock, tries))
            clock.passes(seconds=60)
        await served.until(lambda: rows(program, "evidence")[0]["state"] == evidence.KEPT)
        assert rows(program, "evidence")[0]["attempts"] == 3
        assert program.store.original(str(rows(program, "evidence")[0]["sha256"])) == photo()


@on_sqlite
async def test_a_file_that_cannot_be_kept_is_told_and_the_report_stays(program: Program) -> None:
    async with serving(program) as served:
        citizen = await served.person()
        await report_with_a_photo(served, citizen, b"\x7fELF" + b"\0" * 2000)
        await served.until(lambda: rows(program, "evidence")[0]["state"] == evidence.REFUSED)
        told = await citizen.waits_for(lambda screen: "20261121-0001" in screen.text and "重发" in screen.text)
        assert served.words("common.not_kept_kind_not_allowed") in told.text
        assert rows(program, "evidence")[0]["error"] == "kind_not_allowed"
        await citizen.taps(served.words("common.add"))
        await citizen.waits_for(served.words("addition.text"))
        assert len(rows(program, "cases")) == 1


@on_sqlite
async def test_a_parcel_that_cannot_be_opened_stops_nobody(program: Program) -> None:
    async with serving(program) as served:
        citizen = await served.person()
        contact = str(rows(program, "contacts")[0]["id"])
        undrawable = Body(ask=Screen("no_such_flow", "x", "text", 1, 1, 1))

        def spoil(act: Act) -> None:
            deliveries.queue_for(act, [contact], undrawable)
            deliveries.queue_for(act, [contact], Body(say=Say("menu.help")))
            newest = act.tx.execute(select(func.max(tables.deliveries.c.id))).scalar_one()
            act.tx.execute(update(tables.deliveries).where(tables.deliveries.c.id == newest).values(sealed=b"x"))

        program.acts.transact(spoil)
        await citizen.says("/help")
        await citizen.waits_for("/complain")
        await served.until(
            lambda: [row["state"] for row in rows(program, "deliveries")][1:] == ["failed", "failed", "sent"]
        )
        assert rows(program, "deliveries")[2]["error"] == "unreadable"


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
