"""Against a real Kannel: with its own fake message centre, and with one that speaks SMPP and can say no."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from bot.build import Program
from bot.serve import runner_of
from channels.sms.intake import CHANNEL
from channels.sms.kind import carrier_of, sms_of
from conversation.messages import Body, Say
from services import people
from services.deliveries import Sender, queue_for
from services.foundation.act import Act
from tests.conftest import rows
from tests.drivers.kannel import PASSWORD, SECRET, USER, Kannel, kannel, missing, waits
from tests.drivers.smsc import Centre
from tests.drivers.waiting import until

LACKING = missing()
pytestmark = [
    pytest.mark.skipif(bool(LACKING), reason=f"apt-get install kannel kannel-extras: no {', '.join(LACKING)}"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture(scope="module")
def centre() -> Iterator[Centre]:
    made = Centre()
    made.up()
    yield made
    made.close()


@pytest.fixture(scope="module")
def boxes(centre: Centre, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Kannel]:
    with kannel(tmp_path_factory.mktemp("kannel"), centre.port) as running:
        waits(lambda: centre.is_bound)
        yield running


@asynccontextmanager
async def serving(
    make_program: Callable[..., Program], boxes: Kannel, *middlewares: Middleware
) -> AsyncIterator[Program]:
    """Our channel with its callbacks where this Kannel calls them."""
    program = make_program(
        sms_url=boxes.url,
        sms_username=USER,
        sms_password=PASSWORD,
        sms_sender="10690",
        sms_callback_secret=SECRET,
        sms_per_second=1000,
        listen=f"127.0.0.1:{boxes.callbacks}",
    )
    sms = sms_of(program.settings, program)
    assert sms is not None
    app = web.Application(middlewares=middlewares)
    app.add_routes(sms.routes())
    runner = runner_of(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", boxes.callbacks).start()
    sender = Sender(program.acts, CHANNEL, sms.send, clear=sms.clear)
    running = asyncio.create_task(sender.run())
    try:
        yield program
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await runner.cleanup()
        await sms.close()


def push(program: Program, number: str, text: str = "测试") -> None:
    """A message of ours to a number, as a reminder has it."""

    def queued(act: Act) -> None:
        key = people.address_hash(act.vault, CHANNEL, number)
        one = people.lock_contacts(act, {key: (CHANNEL, number, "zh")})[key]
        body = Body(say=Say("status.closed", {"number": "20261121-9248", "text": text}))
        queue_for(act, [one.id], body, "reminder")

    program.acts.transact(queued)


def states(program: Program) -> list[object]:
    return [row["state"] for row in rows(program, "deliveries")]


async def test_a_complaint_by_sms_with_the_fake_message_centre(
    make_program: Callable[..., Program], boxes: Kannel
) -> None:
    number = "+8613900139001"
    said = ["投诉", "gtj", "2", "3", "等了两个小时，没有人理", "#", "3", "#", "1", "8"]
    async with serving(make_program, boxes) as program:
        asked = carrier_of(program.settings)
        assert await asked.trouble() is None
        await asked.close()
        told: list[str] = []
        for text in said:
            before = len(rows(program, "deliveries"))
            with boxes.telephone((number, text)) as heard:
                await until(lambda before=before: len(rows(program, "deliveries")) > before)
                await until(lambda before=before: len(states(program)) > before and states(program)[-1] == "delivered")
                await until(heard)
                told.append("".join(part for to, part in heard() if to == number))
        assert told[0].startswith("您要反映哪个单位？")
        assert "2 市国土局·办证窗口" in told[1]
        assert told[2].startswith("属于哪一类？")
        assert len(told[2]) > 70  # in several parts, joined as they came
        assert "3 经过 已填" in told[-2]
        assert "等了两个小时" not in "".join(told)
        assert told[-1].startswith("已收到，编号 20261121-9248。查询码 ")
        [case] = rows(program, "cases")
        assert (case["what"], case["unit_id"], case["category"]) == ("等了两个小时，没有人理", "gtj-1", "rude")
        assert set(states(program)) == {"delivered"}
        assert rows(program, "quarantine") == []


async def test_a_text_of_many_parts_becomes_a_complaint(make_program: Callable[..., Program], boxes: Kannel) -> None:
    number, words = "+8613900139002", "窗口等了两个小时，没有人理。" * 100
    async with serving(make_program, boxes) as program:
        for text in ("投诉", "gtj", "2", "3", words, "#", "3", "#", "1", "8"):
            before = len(rows(program, "deliveries"))
            with boxes.telephone((number, text)):
                await until(lambda before=before: len(states(program)) > before and states(program)[-1] == "delivered")
        assert [case["what"] for case in rows(program, "cases")] == [words]


async def test_delivered_failed_and_rejected_and_a_centre_that_is_down(
    make_program: Callable[..., Program], boxes: Kannel, centre: Centre
) -> None:
    async with serving(make_program, boxes) as program:
        for number in ("+8613800131234", "+8613800130000", "+8613800132222"):
            push(program, number, "办证窗口已经补了人，请您再来一次。" * 8)
        final = ["delivered", "failed", "failed"]
        await until(lambda: states(program) == final)
        assert [row["error"] for row in rows(program, "deliveries")] == [None, "undelivered", "rejected"]
        parts = [one for one in centre.submitted if one.to.endswith("1234")]
        assert len(parts) == 3
        assert all(one.coding == 8 and one.has_header for one in parts)
        assert "".join(one.text for one in parts).count("办证窗口已经补了人，请您再来一次。") == 8

        centre.down()
        push(program, "+8613800135678")
        await until(lambda: states(program)[-1] == "sent")  # Kannel keeps it: "Queued for later delivery"
        centre.up()
        await until(lambda: states(program) == [*final, "delivered"])

        centre.sends("8613800131234", "10690", "三号窗口没有人")
        await until(lambda: len(states(program)) > 4 and states(program)[-1] == "delivered")
        assert "刚才的内容已经留着" in "".join(one.text for one in centre.submitted if one.to.endswith("1234"))


async def test_reports_that_come_in_the_wrong_order(make_program: Callable[..., Program], boxes: Kannel) -> None:
    """Kannel brings a report again that was not taken: "arrived" overtakes "the message centre has it"."""
    came: list[tuple[str, int]] = []

    @web.middleware
    async def late(request: web.Request, handler: Handler) -> web.StreamResponse:
        kind = request.query.get("type", "")
        early = kind == "8" and ("1", 200) not in came
        answer = web.Response(status=503) if early else await handler(request)
        came.append((kind, answer.status))
        return answer

    async with serving(make_program, boxes, late) as program:
        push(program, "+8613800139876")
        await until(lambda: ("8", 200) in came)
        assert came.index(("8", 503)) < came.index(("1", 200)) < came.index(("8", 200))
        [row] = rows(program, "deliveries")
        assert (row["state"], row["error"]) == ("delivered", None)
