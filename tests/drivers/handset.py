"""A telephone without a network: a carrier that keeps what it was given, and people who text."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from itertools import count

from bot.build import Program
from channels.pace import Pace
from channels.sms.carrier import Refused, Taken
from channels.sms.channel import Sms
from channels.sms.forms import Form
from channels.sms.intake import CHANNEL, Message
from services import people
from services.deliveries import Sender
from services.people import address_hash
from tests.conftest import rows
from tests.drivers.waiting import until

SECRET = "test-secret"
NUMBER = "13800138000"
_events = count(1)


class Recorder:
    """`answers` are given first, in turn: to refuse some. Everything taken stands in `sent` as (to, text, ref).

    `kinds`: of forms, for a carrier that takes no whole texts.
    """

    def __init__(self, kinds: Collection[str] | None = None) -> None:
        self.kinds = kinds
        self.sent: list[tuple[str, str, str]] = []
        self.answers: list[Taken | Refused] = []

    async def send(self, to: str, text: str, ref: str, form: Form | None = None) -> Taken | Refused:
        answer = self.answers.pop(0) if self.answers else Taken()
        if isinstance(answer, Taken):
            self.sent.append((to, text, ref))
        return answer

    async def trouble(self) -> str | None:
        return None

    async def close(self) -> None:
        pass


class Network:
    """The channel with its sender running."""

    def __init__(self, program: Program, sms: Sms, recorder: Recorder) -> None:
        self.program, self.sms, self.recorder = program, sms, recorder

    def phone(self, number: str) -> Handset:
        return Handset(self, number)


class Handset:
    def __init__(self, network: Network, number: str) -> None:
        self._network, self.number = network, number
        self._read = 0

    async def says(self, text: str, *, event_id: str | None = None) -> list[str]:
        """Returns what came back, when all of it has been sent."""
        await self._network.sms.intake.take(Message(self.number, text, event_id or f"mo-{next(_events)}"))
        return await self._heard()

    async def hears(self) -> list[str]:
        """What has come since the last look. Rings, for the clock may have been moved."""
        self._network.program.bells.ring([(CHANNEL, "")])
        return await self._heard()

    async def _heard(self) -> list[str]:
        await until(lambda: not self._waits(), 0.01)
        mine = self.inbox()
        new, self._read = mine[self._read :], len(mine)
        return new

    def inbox(self) -> list[str]:
        return [text for to, text, _ in self._network.recorder.sent if to == self.number]

    def contact_id(self) -> str | None:
        program = self._network.program
        return program.acts.look(people.contact_of_hash, address_hash(program.vault, CHANNEL, self.number))

    def _waits(self) -> bool:
        mine = self.contact_id()
        now = self._network.program.clock()
        return any(
            row["contact_id"] == mine and row["state"] in ("queued", "sending") and row["due_at"] <= now  # pyright: ignore[reportOperatorIssue]
            for row in rows(self._network.program, "deliveries")
        )


@asynccontextmanager
async def network(
    program: Program, most_parts: int = 4, language: str = "zh", recorder: Recorder | None = None
) -> AsyncIterator[Network]:
    recorder = recorder or Recorder()
    sms = sms_with(program, recorder, most_parts, language)
    sender = Sender(program.acts, CHANNEL, sms.send, clear=sms.clear)
    running = asyncio.create_task(sender.run())
    try:
        yield Network(program, sms, recorder)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await sms.close()


def sms_with(program: Program, carrier: Recorder, most_parts: int = 4, language: str = "zh") -> Sms:
    return Sms(
        carrier,
        secret="test-secret",
        most_parts=most_parts,
        door=program.talk,
        acts=program.acts,
        texts=program.texts,
        language=language,
        pace=Pace(100_000, chat_per_second=100_000, chat_burst=100),
    )
