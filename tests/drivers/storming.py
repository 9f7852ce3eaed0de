"""People who go on talking while processes are killed and connections freeze, and what became of what they said.

Two `serve` and two `work` on one PostgreSQL, their clocks hours apart; the second of each reaches the database through
a pipe that can freeze.
"""

from __future__ import annotations

import asyncio
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, pairwise
from pathlib import Path

from aiohttp import ClientError, ClientSession, ClientTimeout, ClientWebSocketResponse, ClientWSTimeout, WSMsgType

from bot.build import Program
from tests.botapi import BotApi, User
from tests.conftest import rows
from tests.drivers.forking import AHEAD, Lives, working
from tests.drivers.freezing import Pipe, pipe_to
from tests.drivers.killing import Serving
from tests.drivers.waiting import until

PAGES, CHATS = 8, 6
ROUND = 3  # messages: all but the last are the words of a question, the last asks it
ASKS = "问效能办"
FAULTS = ("kill serve 1", "kill serve 2", "kill work 1", "kill work 2", "freeze")
BETWEEN_SECONDS = 0.45  # of one page: three frames a second are let through; the platform lets a chat have one answer
SILENT_SECONDS = 3.0  # after which a page takes its line for dead
LONG_SECONDS = 5.0  # for which no page waits
RECOVERED_SECONDS = 120.0
HASTY = ClientWSTimeout(ws_close=0.1)  # a server that waits for its database says no farewell
_hellos = count(1)


class Talker:
    """Says numbered words in rounds. `answered` counts what it heard."""

    def __init__(self, name: str) -> None:
        self.name, self.said, self.answered = name, 0, 0

    def words(self) -> str:
        """What comes next."""
        return ASKS if self.said % ROUND == ROUND - 1 else f"{self.name}x{self.said}."

    @property
    def between_rounds(self) -> bool:
        return self.said % ROUND == 0


class Page(Talker):
    """A page of the web chat: reconnects to any of the servers, and says again what was not confirmed."""

    def __init__(self, name: str, servers: Sequence[Serving], chance: random.Random) -> None:
        super().__init__(name)
        self._servers, self._chance = servers, chance
        self._token = ""
        self.shown: list[int] = []  # the numbers of its letters, as they came

    async def run(self, stop: asyncio.Event) -> None:
        async with ClientSession(timeout=ClientTimeout(total=None, connect=2, sock_read=5)) as session:
            while not (stop.is_set() and self.between_rounds):
                server = self._chance.choice(self._servers)
                try:
                    async with self._open(session, server.url) as line:
                        await self._talk(line, stop)
                except (ClientError, OSError, TimeoutError):
                    await asyncio.sleep(0.1)

    async def look(self, server: Serving, newest: int) -> None:
        """Comes back when all is over, for what it has not seen yet."""
        async with ClientSession() as session, self._open(session, server.url) as line:
            while self.last < newest:
                self._hear(await asyncio.wait_for(line.receive_json(), SILENT_SECONDS))

    @property
    def last(self) -> int:
        return max(self.shown, default=0)

    @asynccontextmanager
    async def _open(self, session: ClientSession, url: str) -> AsyncIterator[ClientWebSocketResponse]:
        if not self._token:
            async with session.get(f"{url}/chat") as page:
                self._token = page.cookies["mingcha_chat"].value
        headers = {"Origin": url, "Cookie": f"mingcha_chat={self._token}"}
        async with session.ws_connect(f"{url}/chat/ws", headers=headers, timeout=HASTY) as line:
            await line.send_json(
                {"hello": self.last, "language": "zh", "id": f"hello-{self._chance.random()}"[:20].replace(".", "")}
            )
            yield line

    async def _talk(self, line: ClientWebSocketResponse, stop: asyncio.Event) -> None:
        while not (stop.is_set() and self.between_rounds):
            id = f"{self.name}-{self.said:08}"
            await line.send_json({"say": self.words(), "id": id})
            async with asyncio.timeout(SILENT_SECONDS):
                while (told := await self._receive(line)).get("kept") != id:
                    if told.get("away") == id:  # another server may have its database
                        raise ConnectionResetError
                    if told.get("refused") == id:
                        break
            if told.get("kept") == id:
                self.said += 1
            await self._pause(line)

    async def _pause(self, line: ClientWebSocketResponse) -> None:
        try:
            async with asyncio.timeout(BETWEEN_SECONDS):
                while True:
                    await self._receive(line)
        except TimeoutError:
            pass

    async def _receive(self, line: ClientWebSocketResponse) -> dict[str, object]:
        message = await line.receive()
        if message.type is not WSMsgType.TEXT:
            raise ConnectionResetError
        told = message.json()
        self._hear(told)
        return told

    def _hear(self, told: dict[str, object]) -> None:
        letter = told.get("letter")
        if isinstance(letter, dict):
            self.shown.append(int(letter["id"]))
            self.answered += 1


class Chat(Talker):
    """Somebody on Telegram, whose platform keeps the order and says again what was not taken."""

    def __init__(self, name: str, user: User) -> None:
        super().__init__(name)
        self.user = user

    async def run(self, stop: asyncio.Event) -> None:
        while not (stop.is_set() and self.between_rounds):
            await self.user.says(self.words())
            self.said += 1
            await asyncio.sleep(1 + BETWEEN_SECONDS)
            self.answered = len(self.user.history())


@dataclass
class Losses:
    """What went wrong, in numbers. `repeated`: answers on Telegram that came once more after a kill, as is promised."""

    lost: int = 0
    twice: int = 0
    out_of_order: int = 0
    repeated: int = 0


@dataclass
class Fault:
    name: str
    recoveries: list[float] = field(default_factory=list)  # seconds until everybody was answered again


class Storm:
    def __init__(self, program: Program, api: BotApi, pipe: Pipe, servers: list[Serving], workers: list[Lives]) -> None:
        self.program, self.api, self.pipe = program, api, pipe
        self.servers, self.workers = servers, workers
        self.chance = random.Random("storm")
        self.pages = [Page(f"p{n}", servers, self.chance) for n in range(PAGES)]
        self.chats = [Chat(f"c{n}", api.user(2000 + n, started=True)) for n in range(CHATS)]
        self.faults = {
            name: Fault(name) for name in ("kill serve 1", "kill serve 2", "kill work 1", "kill work 2", "freeze")
        }
        self._stop = asyncio.Event()

    async def blows(self, names: Sequence[str], frozen_seconds: float, ends_at: float = 0.0) -> None:
        """These faults, one after another, and again until a monotonic moment; then everybody ends their round."""
        talking = [asyncio.create_task(one.run(self._stop)) for one in (*self.pages, *self.chats)]
        await self._answered(*self.pages, *self.chats)
        while True:
            for name in names:
                await asyncio.sleep(self.chance.uniform(0, 0.5))
                strike = self._freeze(frozen_seconds) if name == "freeze" else self._kill(name)
                self.faults[name].recoveries.append(await strike)
                await self._answered(*self.pages, *self.chats)
            if time.monotonic() >= ends_at:
                break
        self._stop.set()
        await asyncio.gather(*talking)

    async def calms(self) -> None:
        """Until everything has left."""
        await self.api.drained()
        async with asyncio.timeout(RECOVERED_SECONDS):
            while any(
                row["channel"] == "telegram" and row["state"] in ("queued", "sending") for row in self._deliveries()
            ):
                await asyncio.sleep(0.2)

    async def counted(self) -> Losses:
        found = Losses()
        self._count_words(found)
        await self._count_letters(found)
        self._count_answers(found)
        return found

    async def _kill(self, name: str) -> float:
        """Kills a process and starts it again; the seconds until everybody was answered."""
        which = int(name[-1]) - 1
        one = self.servers[which] if "serve" in name else self.workers[which]
        began = time.monotonic()
        await (one.kill() if isinstance(one, Serving) else one.tell("kill"))
        await (one.start() if isinstance(one, Serving) else one.tell("start"))
        await self._answered(*self.pages, *self.chats)
        return time.monotonic() - began

    async def _freeze(self, seconds: float) -> float:
        """Freezes the way of half of the processes to the database; the seconds until all pages were answered.

        Where it is frozen for long, by the other half.
        """
        began = time.monotonic()
        self.pipe.freeze()
        if seconds > LONG_SECONDS:
            await self._answered(*self.pages)
            recovered = time.monotonic() - began
            await asyncio.sleep(seconds - recovered)
            self.pipe.thaw()
            return recovered
        await asyncio.sleep(seconds)
        self.pipe.thaw()
        await self._answered(*self.pages)
        return time.monotonic() - began

    async def _answered(self, *talkers: Talker) -> None:
        """Until every one of them has heard something more."""
        before = {one.name: one.answered for one in talkers}
        async with asyncio.timeout(RECOVERED_SECONDS):
            while not all(one.answered > before[one.name] for one in talkers):
                await asyncio.sleep(0.02)

    def _deliveries(self) -> list[dict[str, object]]:
        return [dict(row) for row in rows(self.program, "deliveries")]

    def _count_words(self, found: Losses) -> None:
        """Every word that was confirmed stands in a question once, in the order in which it was said."""
        said = {
            f"{one.name}x{n}." for one in (*self.pages, *self.chats) for n in range(one.said) if n % ROUND != ROUND - 1
        }
        kept: Counter[str] = Counter()
        for case in rows(self.program, "cases"):
            lines = re.findall(r"\w+x\d+\.", str(case["what"]))
            kept.update(lines)
            numbers = [int(line.rpartition("x")[2][:-1]) for line in lines]
            found.out_of_order += sum(after < before for before, after in pairwise(numbers))
        found.lost += len(said - kept.keys())
        found.twice += sum(many - 1 for many in kept.values())

    async def _count_letters(self, found: Losses) -> None:
        """Every page has been shown each of its letters once, in their order."""
        theirs: dict[object, list[int]] = defaultdict(list)
        for row in self._deliveries():
            if row["channel"] == "web":
                assert row["letter"] is not None, "a letter that nobody numbered"
                theirs[row["contact_id"]].append(int(str(row["letter"])))
        newest = {id: max(letters) for id, letters in theirs.items()}
        for page in self.pages:
            mine = await self._contact_of(page)
            await page.look(self.servers[0], newest[mine])
            found.lost += len(set(theirs[mine]) - set(page.shown))
            found.twice += len(page.shown) - len(set(page.shown))
            found.out_of_order += sum(b < a for a, b in pairwise(page.shown))

    async def _contact_of(self, page: Page) -> str:
        from services.people import address_hash, contact_of_hash

        key = address_hash(self.program.vault, "web", page._token)
        found = self.program.acts.look(contact_of_hash, key)
        assert found
        return found

    def _count_answers(self, found: Losses) -> None:
        """Every answer on Telegram has left, in the order in which it was written."""
        newest: dict[object, int] = {}
        sent = 0
        for row in sorted(self._deliveries(), key=lambda row: int(str(row["id"]))):
            if row["channel"] != "telegram":
                continue
            if row["state"] not in ("sent", "superseded"):
                found.lost += 1
            elif row["state"] == "sent":
                sent += 1
                wire = int(str(row["wire_id"]))
                found.out_of_order += wire < newest.get(row["contact_id"], 0)
                newest[row["contact_id"]] = wire
        found.repeated = len(self.api.called("sendMessage")) - sent


@asynccontextmanager
async def storm(program: Program, folder: Path) -> AsyncIterator[Storm]:
    url = program.settings.database
    async with AsyncExitStack() as stack:
        pipe = stack.enter_context(pipe_to(url))
        api = await stack.enter_async_context(BotApi())
        piped = {"MINGCHA_DATABASE_URL": pipe.url}
        serving = ({AHEAD: "3"}, {AHEAD: "86400", **piped})
        servers = [await stack.enter_async_context(Serving(program, api, "webhook", folder, one)) for one in serving]
        lives = (working(program, api) | {AHEAD: "-10800"}, working(program, api) | piped)
        workers = [await stack.enter_async_context(Lives("work", one, folder)) for one in lives]
        await workers[0].tell("start")
        await until(lambda: rows(program, "lanes"))  # who sends is behind those who write
        await workers[1].tell("start")
        for one in servers:
            await one.start()
        for one in servers:
            await one.ready()
        yield Storm(program, api, pipe, servers, workers)
