"""One step each of conversations drawn from all that are open: `python -m benchmarks.crowd <folder> <url> <how many>`.

Prints {"us": µs a step}. One conversation is talked for real, and all others are copies of it.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from benchmarks.ours import intake, program
from benchmarks.turns import FIRST_CHAT, at_once
from benchmarks.updates import complaint
from bot.build import Program
from models.prepared import Prepared
from models.tables import contacts, sessions
from services.foundation.vault import new_id
from services.people import address_hash

STEPS = 1_000
WARM = 200
SPOKEN = 4  # steps of each open conversation: what happened is asked next
AT_ONCE = 1_000
_MEET = Prepared(insert(contacts), *(column.name for column in contacts.c))
_OPEN = Prepared(insert(sessions), *(column.name for column in sessions.c))


async def main(folder: str, url: str, many: int) -> None:
    made = program(Path(folder), url)
    take, first = intake(made).take, FIRST_CHAT
    for raw in complaint(first)[:SPOKEN]:
        await take(raw)
    for start in range(1, WARM + many + 1, AT_ONCE):
        made.database.transact(_copy, made, range(first + start, first + min(start + AT_ONCE, WARM + many + 1)))
    await at_once(take, _steps(range(first + 1, first + 1 + WARM)))
    chosen = random.Random(7).sample(range(first + 1 + WARM, first + 1 + WARM + many), min(STEPS, many))
    steps = _steps(chosen)
    began = time.perf_counter()
    await at_once(take, steps)
    print(json.dumps({"us": (time.perf_counter() - began) / len(steps) * 1e6}))
    made.close()


def _steps(chats: Sequence[int]) -> list[list[bytes]]:
    return [[complaint(chat, itertools.count(chat * 100))[SPOKEN]] for chat in chats]


def _copy(tx: Connection, made: Program, chats: Sequence[int]) -> None:
    contact: Any = tx.execute(select(contacts).limit(1).where(contacts.c.channel == "telegram")).mappings().one()
    session: Any = tx.execute(select(sessions).where(sessions.c.contact_id == contact["id"])).mappings().one()
    ids = {chat: new_id() for chat in chats}
    keys = {chat: address_hash(made.vault, "telegram", str(chat)) for chat in chats}
    _MEET.run(tx, *({**contact, "id": ids[chat], "address_hash": keys[chat]} for chat in chats))
    _OPEN.run(tx, *({**session, "contact_id": ids[chat]} for chat in chats))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
