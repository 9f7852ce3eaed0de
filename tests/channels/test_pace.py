"""Never above the allowance, and never far below it."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from channels.pace import Held, Pace
from tests.drivers.sleepers import Time


def most_in_a_second(moments: list[float]) -> int:
    return max(sum(start <= one < start + 1 - 1e-9 for one in moments) for start in moments)


async def sends(pace: Pace, time: Time, chat: str, number: int, sent: list[float]) -> None:
    for _ in range(number):
        await pace.turn(chat)
        sent.append(time.now)


async def test_thirty_a_second_over_all_chats() -> None:
    time, sent = Time(), []
    pace = Pace(clock=time, sleep=time.sleep)
    await time.runs(*[asyncio.create_task(sends(pace, time, f"c{n}", 1, sent)) for n in range(200)])
    assert len(sent) == 200
    assert most_in_a_second(sent) <= 31
    assert sent[-1] - sent[0] == pytest.approx(199 / 30)


async def test_three_at_once_and_then_one_a_second_to_a_chat() -> None:
    time, sent = Time(), []
    pace = Pace(clock=time, sleep=time.sleep)
    await time.runs(asyncio.create_task(sends(pace, time, "c", 7, sent)))
    whole = Counter(int(one - 1_000.0 + 0.5) for one in sent)
    assert whole == {0: 3, 1: 1, 2: 1, 3: 1, 4: 1}


async def test_a_waiting_chat_does_not_hold_up_the_others() -> None:
    time, slow, fast = Time(), [], []
    pace = Pace(clock=time, sleep=time.sleep)
    tasks = [asyncio.create_task(sends(pace, time, "slow", 10, slow))]
    tasks += [asyncio.create_task(sends(pace, time, f"c{n}", 1, fast)) for n in range(30)]
    await time.runs(*tasks)
    assert max(fast) - 1_000 < 1.2
    assert max(slow) - 1_000 == pytest.approx(7, abs=0.2)


async def test_after_a_hold_nobody_bursts() -> None:
    time, sent = Time(), []
    pace = Pace(clock=time, sleep=time.sleep)
    tasks = [asyncio.create_task(sends(pace, time, f"c{n}", 1, sent)) for n in range(40)]
    await asyncio.sleep(0)
    pace.hold(5)
    await time.runs(*tasks)
    late = [one for one in sent if one > 1_000]
    assert min(late) >= 1_005
    assert most_in_a_second(late) <= 31


async def test_whoever_would_wait_for_long_is_sent_back() -> None:
    time = Time()
    pace = Pace(clock=time, sleep=time.sleep)
    await pace.turn("c")
    pace.hold(90)
    with pytest.raises(Held) as held:
        await pace.turn("c")
    assert held.value.seconds == pytest.approx(90)
