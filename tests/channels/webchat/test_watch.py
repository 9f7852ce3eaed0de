"""Letters that come without a ring, and what it costs to wait for them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from bot.build import Program
from channels.webchat.protocol import CHANNEL
from conversation.messages import Body, Say
from services import deliveries, talk
from services.deliveries import Outgoing
from tests.conftest import Clock, rows
from tests.drivers.waiting import until
from tests.drivers.webchat_browser import browsing, opened

SAID = Body(say=Say("status.closed", {"number": "1", "text": "好"}))


def write(program: Program, contact_id: str, later: timedelta | None = None) -> None:
    due = program.clock() + later if later else None
    program.acts.transact(lambda act: deliveries.queue(act, [Outgoing(contact_id, CHANNEL, SAID)], due_at=due))


async def test_a_letter_of_another_process_comes_to_each_of_its_pages(make_program: Callable[..., Program]) -> None:
    first, second = make_program(), make_program()
    async with (
        browsing(first, look_every_seconds=0.02) as browser,
        browser.tab() as one,
        browser.tab() as two,
        opened(browser.server) as stranger,
        stranger.tab() as other,
    ):
        mine = str(rows(first, "deliveries")[0]["contact_id"])
        for _ in range(2):
            write(second, mine)
            for tab in (one, two):
                assert "好" in (await tab.answer())[-1]["text"]
        assert len(other.letters) == 1


async def test_idle_pages_share_one_look_and_read_nothing(
    program: Program, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked, read = [], []
    with_letters, post = deliveries.with_letters, talk.post
    monkeypatch.setattr(deliveries, "with_letters", lambda *how: (looked.append(1), with_letters(*how))[1])
    monkeypatch.setattr(talk, "post", lambda *how, **more: (read.append(1), post(*how, **more))[1])
    async with browsing(program, look_every_seconds=0.02) as browser, AsyncExitStack() as open_pages:
        for _ in range(5):
            await open_pages.enter_async_context(browser.tab())
        [mine] = rows(program, "contacts")
        write(program, str(mine["id"]), later=timedelta(hours=1))
        since = [(-1, 0)]  # how many reads there were, and at which look they were that many first

        def ten_looks_without_a_read() -> bool:
            if len(read) != since[0][0]:
                since[0] = len(read), len(looked)
            return len(looked) > since[0][1] + 10

        await until(ten_looks_without_a_read)
