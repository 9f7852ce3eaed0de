"""Never above the allowance, and never far below it."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from channels.pace import Held, Pace


class Time:
    """A clock whose sleepers wake in order."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        waking = asyncio.get_running_loop().create_future()
        self._sleepers.append((self.now + seconds, len(self._sleepers), waking))
        await waking

    async def runs(self, *tasks: asyncio.Task[None]) -> None:
        """Moves on from sleeper to sleeper until all tasks are done."""
        while not all(task.done() for task in tasks):
            await asyncio.sleep(0)
            if self._sleepers and not all(task.done() for task in tasks):
                first = min(self._sleepers)
                self._sleepers.remove(first)
                self.now = max(self.now, first[0])
                first[2].set_result(None)
                for _ in range(3):
                    await asyncio.sleep(0)


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
