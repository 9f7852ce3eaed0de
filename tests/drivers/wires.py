"""A channel that does with each parcel what a test says, and its sender."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

from sqlalchemy import select

from bot.build import Program
from conversation.messages import Body, Say
from models.tables import deliveries
from services.deliveries import Clearance, Outgoing, Parcel, Result, Sender, queue
from services.foundation.act import Act
from services.foundation.bells import Bells
from services.people import address_hash, lock_contacts

WIRE = "wire"


class Wire:
    """Takes parcels, and does with each what a test says; `gate` closed, they wait."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.now_sending = 0
        self.most_at_once = 0
        self.gate = asyncio.Event()
        self.gate.set()
        self.answers: dict[str, Callable[[Parcel], Result]] = {}

    async def send(self, parcel: Parcel) -> Result:
        self.now_sending += 1
        self.most_at_once = max(self.most_at_once, self.now_sending)
        await self.gate.wait()
        self.now_sending -= 1
        said = f"{parcel.address}:{parcel.body.say.words if parcel.body.say else parcel.body.ask.asks}"  # pyright: ignore[reportOptionalMemberAccess]
        self.seen.append(said)
        answer = self.answers.pop(said, None)
        return answer(parcel) if answer else Result(parcel.id, wire_id="1")


@asynccontextmanager
async def sending(
    program: Program,
    wire: Wire,
    at_once: int = 30,
    place: str | None = None,
    clear: Clearance | None = None,
    channel: str = WIRE,
) -> AsyncIterator[asyncio.Task[None]]:
    bells = Bells()
    sender = Sender(replace(program.acts, bells=bells), channel, wire.send, clear=clear, at_once=at_once, place=place)
    task = asyncio.create_task(sender.run())

    async def ring() -> None:
        while True:
            bells.ring([(channel, "")])
            await asyncio.sleep(0.02)

    ringing = asyncio.create_task(ring())
    try:
        yield task
    finally:
        ringing.cancel()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def put(program: Program, address: str, *bodies: Body, channel: str = WIRE) -> None:
    """Queues bodies for a contact of this address."""

    def work(act: Act) -> None:
        key = address_hash(program.vault, channel, address)
        found = lock_contacts(act, {key: (channel, address, "zh")})
        queue(act, [Outgoing(found[key].id, channel, body) for body in bodies])

    program.acts.transact(work)


def say(words: str) -> Body:
    return Body(say=Say(words))


def states(program: Program) -> list[object]:
    return program.database.look(
        lambda tx: list(tx.execute(select(deliveries.c.state).order_by(deliveries.c.id)).scalars())
    )
