"""kill -9 of a sender at 12 random instants of a notice: everybody gets it, nobody twice, and little is in doubt."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from bot.build import Program
from services.people import Role
from tests.botapi import BotApi, User
from tests.conftest import rows
from tests.drivers.broadcasting import appointed, put, release_notice
from tests.drivers.forking import Lives, working
from tests.drivers.waiting import until

KILLS = 12
AT_ONCE = 12  # messages of a notice that a sender takes before it has told what became of them
FEW, MANY = 30, 270  # so many that the last kill still finds some of the notice unsent
DURING, AFTER = "during the kills", "after the kills"


async def test_nobody_gets_the_notice_twice_and_everybody_the_rest(program: Program, tmp_path: Path) -> None:
    chance = random.Random(f"broadcast {program.database.is_sqlite}")
    async with BotApi() as api:
        users = {chat: api.user(chat, started=True) for chat in range(1, FEW + MANY + 1)}
        ids = appointed(program, range(1, FEW + 1), Role.MONITOR)
        ids |= appointed(program, range(FEW + 1, FEW + MANY + 1), Role.SUPERVISOR)
        notice = release_notice(program, DURING, Role.MONITOR, Role.SUPERVISOR)
        marks: dict[str, int] = {}
        in_doubt = 0
        async with Lives("work", working(program, api), tmp_path) as worker:
            for n in range(KILLS):
                for urgency in ("reply", "reminder"):
                    chat = chance.choice(list(users))
                    marks[f"{urgency}-{n}-of-{chat}"] = chat
                    put(program, ids[chat], f"{urgency}-{n}-of-{chat}", urgency)
                before = _out(api)
                await worker.tell("start")
                await until(partial(_more_is_out, api, before))  # of the notice: it is under way
                await asyncio.sleep(chance.uniform(0, 0.2))
                await worker.tell("kill")
                found = _states(program, notice)
                assert found["queued"], "the notice was over before the kills were"
                assert found["sending"] <= AT_ONCE
                in_doubt += found["sending"]
            after = release_notice(program, AFTER, Role.MONITOR)
            await worker.tell("start")
            await until(lambda: not {row["state"] for row in rows(program, "deliveries")} & {"queued", "sending"})
            await worker.tell("stop")
        heard = _heard(users)

    for mark, chat in marks.items():
        assert [text for text in heard[chat] if mark in text], mark
    assert _states(program, notice) == {"sent": len(users) - in_doubt, "uncertain": in_doubt}
    assert in_doubt, "no kill met a message on its way"
    assert _states(program, after) == {"sent": FEW}
    assert {row["state"] for row in rows(program, "deliveries") if row["urgency"] != "broadcast"} == {"sent"}
    for row in rows(program, "deliveries"):
        if row["notice_id"] is not None:
            chat = next(chat for chat, id in ids.items() if id == row["contact_id"])
            words = DURING if row["notice_id"] == notice else AFTER
            times = sum(count for text, count in heard[chat].items() if words in text)
            assert times == 1 if row["state"] == "sent" else times <= 1
    assert api.oddities == []


def _states(program: Program, notice: str) -> Counter[str]:
    return Counter(str(row["state"]) for row in rows(program, "deliveries") if row["notice_id"] == notice)


def _heard(users: Mapping[int, User]) -> dict[int, Counter[str]]:
    return {chat: Counter(screen.text for screen in user.history()) for chat, user in users.items()}


def _out(api: BotApi) -> int:
    return sum(DURING in str(call.params.get("text")) for call in api.called("sendMessage"))


def _more_is_out(api: BotApi, before: int) -> bool:
    return _out(api) > before
