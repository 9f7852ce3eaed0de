"""Two real `mingcha work` beside each other: one of them sends, and the other goes on where that one ends or dies."""

from __future__ import annotations

import asyncio
import fcntl
import socket
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import update

from bot.build import Program
from models.tables import lanes
from services import notices
from services.people import Role
from tests.botapi import BotApi
from tests.conftest import rows
from tests.drivers.broadcasting import appointed, put, release_notice
from tests.drivers.forking import Lives, working
from tests.drivers.waiting import until

PEOPLE, ROUNDS = 150, 3
LEASED = 12  # messages of a notice that a sender takes before it has told what became of them
HOST = socket.gethostname()
NOTICE = "请各位于周五前到会。"


@dataclass
class Both:
    """Two workers on one database, by the place that each has on this machine."""

    program: Program
    api: BotApi
    by_place: dict[str, Lives]
    ids: dict[int, str]

    def holder(self) -> str:
        """The place that has the lane now; empty while nobody has it."""
        return next((str(row["place"]) for row in rows(self.program, "lanes")), "")

    async def start(self, place: str) -> None:
        """Returns when the worker has its place: until then the other one's would be free to it, were that to end."""
        await self.by_place[place].tell("start")
        path = self.program.settings.data_dir / f"work.{HOST}.{place[-1]}.lock"
        await until(lambda: is_held(path))

    def heard(self, words: str) -> Counter[int]:
        """How often each chat has read these words."""
        users = {chat: self.api.user(chat) for chat in self.ids}
        return Counter({chat: sum(words in screen.text for screen in user.history()) for chat, user in users.items()})

    def states(self, notice: str) -> Counter[str]:
        return Counter(str(row["state"]) for row in rows(self.program, "deliveries") if row["notice_id"] == notice)

    async def more(self, words: str) -> None:
        """Returns when more of these words have been sent than by now."""
        before = self.sent(words)
        await until(lambda: self.sent(words) > before)

    def sent(self, words: str) -> int:
        return sum(words in str(call.params.get("text")) for call in self.api.called("sendMessage"))

    async def over(self) -> None:
        await until(lambda: not {row["state"] for row in rows(self.program, "deliveries")} & {"queued", "sending"}, 0.2)


@asynccontextmanager
async def both_working(program: Program, folder: Path) -> AsyncIterator[Both]:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(BotApi())
        for chat in range(1, PEOPLE + 1):
            api.user(chat, started=True)
        ids = appointed(program, range(1, PEOPLE + 1), Role.SUPERVISOR)
        first, second = [
            await stack.enter_async_context(Lives("work", working(program, api), folder)) for _ in range(2)
        ]
        both = Both(program, api, {}, ids)
        both.by_place = {f"{HOST} work 1": first, f"{HOST} work 2": second}
        for place in both.by_place:
            await both.start(place)
        yield both
        assert api.oddities == []


async def test_whoever_ends_hands_over_and_everything_arrives_once(program: Program, tmp_path: Path) -> None:
    async with both_working(program, tmp_path) as both:
        release_notice(program, NOTICE, Role.SUPERVISOR)
        held = set()
        for n in range(ROUNDS):
            put(program, both.ids[n + 1], f"reply-{n}.", "reply")
            put(program, both.ids[n + 1], f"reminder-{n}.", "reminder")
            await both.more(NOTICE)
            holder = both.holder()
            held.add(holder)
            await both.by_place[holder].tell("stop")
            await until(lambda holder=holder: both.holder() not in (holder, ""))
            await both.start(holder)
        await both.over()
        assert held == set(both.by_place)
        assert both.heard(NOTICE) == dict.fromkeys(both.ids, 1)
        for n in range(ROUNDS):
            assert both.heard(f"reply-{n}.").total() == both.heard(f"reminder-{n}.").total() == 1


async def test_whoever_is_killed_is_replaced_by_the_other(program: Program, tmp_path: Path) -> None:
    async with both_working(program, tmp_path) as both:
        notice = release_notice(program, NOTICE, Role.SUPERVISOR)
        await both.more(NOTICE)
        dead = both.holder()
        await both.by_place[dead].tell("kill")
        in_doubt = both.states(notice)["sending"]
        for n in range(4):
            put(program, both.ids[n + 1], f"reply-{n}.", "reply")
        assert both.states(notice)["queued"]
        fall_silent(program)
        await both.over()
        assert both.holder() not in (dead, "")
        assert both.states(notice) == Counter(sent=PEOPLE - in_doubt, uncertain=in_doubt)
        assert max(both.heard(NOTICE).values()) == 1
        for n in range(4):
            assert both.heard(f"reply-{n}.").total() == 1


async def test_an_aborted_notice_stops_in_the_process_that_sends_it(program: Program, tmp_path: Path) -> None:
    """The abort is another process's, and it dies before it has taken a single row out of the queue."""
    async with both_working(program, tmp_path) as both:
        notice = release_notice(program, NOTICE, Role.SUPERVISOR)
        await both.more(NOTICE)
        program.acts.at(datetime.now(UTC)).by("clerk-1").transact(notices.abort, notice)
        before = both.heard(NOTICE).total()
        await both.over()
        await asyncio.gather(*(one.tell("stop") for one in both.by_place.values()))
        found = both.states(notice)
        assert set(found) == {"sent", "aborted"}
        assert found["sent"] == both.heard(NOTICE).total() <= before + 2 * LEASED
        assert found["aborted"] > PEOPLE // 2


def is_held(path: Path) -> bool:
    """Whether a process holds this place."""
    if not path.exists():
        return False
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def fall_silent(program: Program) -> None:
    """Lets the time pass after which a sender that is not heard of loses its lane."""
    ago = update(lanes).values(until=datetime.now(UTC) - timedelta(seconds=1))
    program.database.transact(lambda tx: tx.execute(ago))
