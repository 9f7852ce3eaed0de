"""A channel that is silent costs few messages in doubt, and one word in the log."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from structlog.testing import capture_logs

from channels.pace import LONGEST_HOLD, Pace
from channels.rests import AHEAD_SECONDS, LONGEST_REST, SILENCES, Rests
from tests.drivers.sleepers import Time


def rests(time: Time) -> Rests:
    pace = Pace(1_000, chat_per_second=1_000, clock=time, sleep=time.sleep)
    return Rests("wire", pace, clock=time, sleep=time.sleep)


async def goes(ours: Rests, chat: str, left: list[str]) -> None:
    while await ours.clear(chat, "broadcast") is not None:
        pass
    left.append(chat)


async def test_it_rests_longer_and_longer_and_says_so_once() -> None:
    time = Time()
    ours = rests(time)
    with capture_logs() as said:
        waits: list[timedelta | None] = []
        for _ in range(SILENCES + 6):
            ours.unheard("502")
            waits.append(await ours.clear("a", "reply") if waits.count(None) < len(waits) else None)
            time.now += LONGEST_REST
        ours.heard()
    assert [line["event"] for line in said] == ["channel_unheard", "channel_heard_again"]
    assert said[0]["code"] == "502"


async def test_after_a_rest_one_goes_ahead_and_the_others_follow_its_answer() -> None:
    time, left = Time(), list[str]()
    ours = rests(time)
    for _ in range(SILENCES):
        ours.unheard("502")
    waiting = [asyncio.create_task(goes(ours, f"c{n}", left)) for n in range(10)]
    watch = asyncio.create_task(time.sleep(LONGEST_HOLD))
    await time.runs(watch)
    assert len(left) == 1
    ours.unheard("502")  # no answer either: the next one goes after another rest
    await time.runs(asyncio.create_task(time.sleep(LONGEST_HOLD)))
    assert len(left) == 2
    ours.heard()
    await time.runs(*waiting)
    assert len(left) == 10


async def test_one_that_went_ahead_and_never_left_keeps_nobody_for_long() -> None:
    time, left = Time(), list[str]()
    ours = rests(time)
    for _ in range(SILENCES):
        ours.unheard("502")
    began = time.now
    await time.runs(*[asyncio.create_task(goes(ours, f"c{n}", left)) for n in range(2)])
    assert len(left) == 2
    assert AHEAD_SECONDS <= time.now - began <= AHEAD_SECONDS + 3
