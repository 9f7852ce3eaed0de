"""Our sender, from the row to the recorded result: `python -m benchmarks.out.ours <what> <folder> <port> <size>`."""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, exists, func, insert, select

from benchmarks.ours import program
from benchmarks.out.api import TOKEN
from benchmarks.out.rivals import TEXT
from benchmarks.servers import database
from bot.build import Program
from bot.tasks import settle_memory
from channels.pace import Pace
from channels.telegram.channel import Telegram
from channels.telegram.decode import CHANNEL
from conversation.messages import Body, Say
from models.tables import contacts, deliveries, notices
from services.deliveries import Outgoing, Sender, queue, seal_notice
from services.foundation.act import Act
from services.foundation.vault import new_id
from services.people import address_hash

BODY = Body(say=Say("status.closed", {"number": "20261121-0001", "text": TEXT}))
FIRST_CHAT, FIRST_REPLIED = 1_000_000, 1


def telegram(made: Program, port: int, pace: Pace | None) -> Telegram:
    return Telegram(
        TOKEN,
        f"http://127.0.0.1:{port}",
        mode="polling",
        secret=None,
        public_url="",
        talk=made.talk,
        acts=made.acts,
        texts=made.texts,
        journeys=made.tools.journeys,
        pace=pace,
    )


def people(tx: Connection, made: Program, chats: range) -> list[str]:
    """A contact for each chat; returns their ids."""
    ids = [new_id() for _ in chats]
    rows = [
        {
            "id": id,
            "channel": CHANNEL,
            "address_hash": address_hash(made.vault, CHANNEL, str(chat)),
            "sealed": made.vault.identities.seal_bytes(str(chat).encode(), "address"),
            "language": "zh",
            "created_at": made.clock(),
        }
        for id, chat in zip(ids, chats, strict=True)
    ]
    tx.execute(insert(contacts), rows)
    return ids


def broadcast(tx: Connection, made: Program, recipients: int) -> None:
    """A released notice, a row for each recipient."""
    now, notice = made.clock(), new_id()
    tx.execute(
        insert(notices).values(
            id=notice,
            number="N1",
            state="released",
            texts={},
            audience={},
            acknowledges=False,
            created_at=now,
            created_by="x",
            body=seal_notice(made.vault, BODY),
        )
    )
    ids = people(tx, made, range(FIRST_CHAT, FIRST_CHAT + recipients))
    row = {
        "channel": CHANNEL,
        "urgency": "broadcast",
        "state": "queued",
        "notice_id": notice,
        "due_at": now,
        "created_at": now,
    }
    tx.execute(insert(deliveries), [{**row, "contact_id": id} for id in ids])


async def sending(made: Program, port: int, pace: Pace | None, during: Callable[[], Any]) -> Any:
    """Runs a sender, as `mingcha serve` does, while `during` lasts."""
    wire = telegram(made, port, pace)
    sender = Sender(made.acts, CHANNEL, wire.send, clear=wire.clear)
    running = asyncio.create_task(sender.run())
    try:
        return await during()
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await wire.close()


def speed(made: Program, port: int, messages: int) -> dict[str, float]:
    """Replies that lie there, without a pace; done when the last result is in the database."""

    def lay(act: Act, first: int, count: int) -> None:
        ids = people(act.tx, made, range(first, first + count))
        queue(act, [Outgoing(id, CHANNEL, BODY) for id in ids])

    async def during() -> float:
        await _until_empty(made)
        made.acts.transact(lay, 1_000_000, messages)
        began = time.perf_counter()
        await _until_empty(made)
        took = time.perf_counter() - began
        if made.database.look(_sent) != 60 + messages:
            raise RuntimeError("not every message was sent")
        return messages / took

    made.acts.transact(lay, 1, 60)
    settle_memory()
    lifted = Pace(1_000_000, chat_per_second=1_000_000, chat_burst=100)
    return {"per_second": asyncio.run(sending(made, port, lifted, during))}


def _sent(tx: Connection) -> int:
    return tx.execute(select(func.count()).where(deliveries.c.state == "sent")).scalar_one()


async def _until_empty(made: Program) -> None:
    """Until every row has its result. Asks the index alone, so that looking costs the sender next to nothing."""
    left = exists().where(deliveries.c.channel == CHANNEL, deliveries.c.state.in_(("queued", "sending")))
    while await made.database.read(lambda tx: tx.execute(select(left)).scalar_one()):  # noqa: ASYNC110 - rows ring no bell
        await asyncio.sleep(0.02)


def even(made: Program, port: int, seconds: int) -> dict[str, float]:
    """A broadcast at the allowance of 30 a second; its share of a core. The other side has the moments."""
    made.database.transact(broadcast, made, 30 * (seconds + 10))
    settle_memory()

    async def during() -> float:
        await asyncio.sleep(1)
        began = time.process_time()
        await asyncio.sleep(seconds)
        return (time.process_time() - began) / seconds

    return {"core": asyncio.run(sending(made, port, None, during))}


def replies(made: Program, port: int, seconds: int, recipients: int) -> dict[str, Any]:
    """Replies at random moments beside a broadcast; when each was written, by chat."""
    made.database.transact(broadcast, made, recipients)
    number = seconds * 4
    ids = made.database.transact(people, made, range(FIRST_REPLIED, FIRST_REPLIED + number))
    settle_memory()
    written: dict[int, float] = {}
    chance = random.Random(7)

    async def during() -> None:
        moments = sorted(chance.uniform(1, seconds) for _ in ids)
        began = time.time()
        for chat, (id, moment) in enumerate(zip(ids, moments, strict=True), FIRST_REPLIED):
            await asyncio.sleep(max(0.0, began + moment - time.time()))
            written[chat] = time.time()
            await made.acts.talk(queue, [Outgoing(id, CHANNEL, BODY)])
        await asyncio.sleep(1)

    asyncio.run(sending(made, port, None, during))
    return {"written": written}


def main(what: str, folder: str, port: str, *sizes: str) -> None:
    made = program(Path(folder), database(Path(folder)))
    run: Callable[..., dict[str, Any]] = {"speed": speed, "even": even, "replies": replies}[what]
    print(json.dumps(run(made, int(port), *map(int, sizes))))
    made.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
