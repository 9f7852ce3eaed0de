"""What goes wrong on the way out: what cannot be sent now is sent later, given up, or becomes a new message."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from bot.build import Program
from conversation.messages import Body, Say, Screen
from models import tables
from services import deliveries
from services.deliveries import MOST_ATTEMPTS
from services.foundation.act import Act
from tests.conftest import Clock, rows
from tests.drivers.serving import serving

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # where the database does not matter


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
            await citizen.waits_for("我要投诉")
            await served.until(lambda: rows(program, "deliveries")[-1]["state"] == "sent")
        served.api.fault("sendMessage", drop="after")  # it arrived, but nobody told us: at least once
        await citizen.says("/help")
        await citizen.waits_for("我要投诉")
        citizen.looks_away()
        await served.until(lambda: rows(program, "deliveries")[-1]["error"] is not None)
        clock.passes(seconds=60)
        served.ring()
        await citizen.waits_for("我要投诉")
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
        await citizen.waits_for("我要投诉")
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
        await citizen.waits_for("我要投诉")


@on_sqlite
async def test_a_chat_that_alone_is_too_fast_waits_alone(program: Program, clock: Clock) -> None:
    async with serving(program) as served:
        fast, other = await served.person(1001), await served.person(1002)
        served.api.fault("sendMessage", status=429, retry_after=1, times=3, chat=1001)
        for _ in range(3):
            await fast.says("/help")
            await served.until(lambda: "429" in [row["error"] for row in rows(program, "deliveries")])
            await other.says("/help")
            await other.waits_for("我要投诉")  # with the clock as it is: nobody but the first waits
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
        await citizen.waits_for("我要投诉")
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
        await citizen.waits_for("我要投诉")
        await served.until(
            lambda: [row["state"] for row in rows(program, "deliveries")][1:] == ["failed", "failed", "sent"]
        )
        assert rows(program, "deliveries")[2]["error"] == "unreadable"
