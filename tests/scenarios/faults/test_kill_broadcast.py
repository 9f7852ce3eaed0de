"""kill -9 of a sender at 20 random instants of a broadcast: the rest arrives, the broadcast at most once."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from functools import partial
from pathlib import Path

from bot.build import Program
from tests.botapi import BotApi
from tests.conftest import rows
from tests.drivers.broadcasting import contacts_of, put, release
from tests.drivers.forking import Lives
from tests.drivers.waiting import until

KILLS = 20
AT_ONCE = 30
RECIPIENTS = 90
NOTICE, AFTER = "during-kills", "after-kills"


async def test_nobody_gets_the_notice_twice_and_everybody_the_rest(program: Program, tmp_path: Path) -> None:
    chance = random.Random(f"broadcast {program.database.is_sqlite}")
    async with BotApi() as api:
        users = {chat: api.user(chat, started=True) for chat in range(1, RECIPIENTS + 1)}
        ids = contacts_of(program, list(users))
        release(program, list(ids.values()), NOTICE)
        marks: dict[str, int] = {}
        environment = {
            "MINGCHA_DATA_DIR": str(program.settings.data_dir),
            "MINGCHA_DATABASE_URL": program.settings.database,
            "MINGCHA_TELEGRAM_TOKEN": api.token,
            "MINGCHA_TELEGRAM_API_URL": api.url,
        }
        async with Lives("work", environment, tmp_path) as worker:
            for n in range(KILLS):
                for urgency in ("reply", "reminder"):
                    chat = chance.choice(list(users))
                    marks[f"{urgency}-{n}-of-{chat}"] = chat
                    put(program, ids[chat], f"{urgency}-{n}-of-{chat}", urgency)
                before = len(api.called("sendMessage"))
                await worker.tell("start")
                await until(partial(_goes_on, api, before))
                await asyncio.sleep(chance.uniform(0, 0.2))
                await worker.tell("kill")
            release(program, list(ids.values())[:30], AFTER)
            await worker.tell("start")
            await until(lambda: not {row["state"] for row in rows(program, "deliveries")} & {"queued", "sending"})
            await worker.tell("stop")
        heard = {
            chat: Counter(screen.text.splitlines()[0] for screen in user.history()) for chat, user in users.items()
        }

    for mark, chat in marks.items():
        assert [line for line in heard[chat] if mark in line], mark
    uncertain = 0
    for row in rows(program, "deliveries"):
        if row["urgency"] != "broadcast":
            assert row["state"] == "sent"
            continue
        chat = next(chat for chat, id in ids.items() if id == row["contact_id"])
        times = sum(count for line, count in heard[chat].items() if str(row["notice_id"]) in line)
        assert row["state"] in (("sent", "uncertain") if row["notice_id"] == NOTICE else ("sent",))
        assert times == 1 if row["state"] == "sent" else times <= 1
        uncertain += row["state"] == "uncertain"
    assert uncertain <= KILLS * AT_ONCE
    assert api.oddities == []


def _goes_on(api: BotApi, before: int) -> bool:
    return len(api.called("sendMessage")) > before
