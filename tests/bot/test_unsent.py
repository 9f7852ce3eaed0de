"""Whoever forgets the sending process is told of it, by the doctor and where machines look."""

from __future__ import annotations

import json

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.build import Program
from bot.doctor import examine
from bot.health import Health
from channels.channel import Found
from conversation.messages import Body, Say
from models.tables import deliveries as table
from services import deliveries
from services.deliveries import Holder, Outgoing
from services.foundation.act import Act
from services.people import ensure_contacts
from tests.conftest import Clock
from tests.drivers.browsing import browsing

ME = Holder("here", "life")


def waits(program: Program, channel: str, many: int = 1) -> None:
    def put(act: Act) -> None:
        [contact] = ensure_contacts(act, channel, ["1"], "zh")
        body = Body(say=Say("status.closed", {"number": "1", "text": "好"}))
        deliveries.queue(act, [Outgoing(contact, channel, body)] * many)

    program.acts.transact(put)


async def told(program: Program) -> list[Found]:
    return [one for one in await examine(program.settings, program.clock) if one.words == "doctor_unsent"]


async def looked(program: Program) -> tuple[int, list[str], str]:
    """What /readyz answers, and the lines of /metrics about it."""
    app = web.Application()
    app.add_routes(Health(program, ()).routes())
    async with browsing(TestServer(app)) as client:
        ready = await client.get("/readyz")
        figures = await (await client.get("/metrics")).text()
        lines = [line for line in figures.splitlines() if line.startswith("mingcha_unsent")]
        return ready.status, json.loads(await ready.text())["unsent"], "".join(lines)


async def test_what_is_due_and_sent_by_nobody_is_told_with_what_to_do(program: Program, clock: Clock) -> None:
    waits(program, "telegram", 3)
    waits(program, "web")  # its pages read their own
    assert await told(program) == [], "a restart takes a moment"
    clock.passes(minutes=7)
    assert await told(program) == [Found("bad", "doctor_unsent", {"channel": "telegram", "count": 3, "minutes": 7})]
    assert await looked(program) == (200, ["telegram"], 'mingcha_unsent{state="telegram"} 3.0')
    for language, command in (("zh", "请启动 mingcha work"), ("en", "Start mingcha work")):
        [found] = await told(program)
        assert command in program.texts[language].say("terminal", found.words, found.values)

    assert program.acts.transact(deliveries.hold_lane, "telegram", ME)
    assert (await told(program), await looked(program)) == ([], (200, [], ""))
    clock.passes(minutes=1)
    assert [one.values["count"] for one in await told(program)] == [3], "its sender has fallen silent"


@pytest.mark.parametrize(("state", "known"), [("sending", True), ("sent", False), ("failed", False)])
async def test_what_was_being_sent_when_its_sender_ended_waits_too(
    program: Program, clock: Clock, state: str, known: bool
) -> None:
    waits(program, "sms")
    program.database.transact(lambda tx: tx.execute(table.update().values(state=state)) and None)
    clock.passes(minutes=3)
    assert bool(await told(program)) is known


async def test_what_is_not_due_yet_is_not_told(program: Program, clock: Clock) -> None:
    waits(program, "sms")
    later = clock().replace(year=2027)
    program.database.transact(lambda tx: tx.execute(table.update().values(due_at=later)) and None)
    clock.passes(days=1)
    assert await told(program) == []
