"""Very many cases as a city has them after years, for what is looked for among them.

Each has a story and, on average, two things said later; words are drawn as languages have them, few very often and most
seldom. Units, days and states are spread evenly.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, insert, select, text

from bot.build import Program
from models.prepared import Prepared
from models.tables import cases, entries, units
from services.cases import CATEGORIES, State
from services.foundation.searching import sealed_words
from services.foundation.vault import Vault, new_id

AT_ONCE = 2_000
DAYS = 365
STATES = (State.RECEIVED, State.ACCEPTED, State.HANDED, *[State.CLOSED] * 7)
KNOWN = (
    "窗口办证材料土地房产拖拉态度科室证明公章社保医保学校收费物业停车噪音垃圾公交路灯下水道工地施工派出所户口低保残疾"
    "补贴退役工资拖欠合同营业执照税务注册商标卫生许可检查罚款食品摊位拆迁补偿宅基地农田灌溉水库道路维修供暖电费燃气"
)
_CASE = ("id", "number", "kind", "source", "unit_id", "category", "what", "sought", "named", "state", "read")
_CASES = Prepared(insert(cases), *_CASE, "received_on", "received", "moved_on", "moved")
_ENTRIES = Prepared(insert(entries), "id", "subject_id", "kind", "text", "sought", "at", "exact")


class Words:
    """Draws stories: the same ones for the same seed."""

    def __init__(self, seed: int = 11) -> None:
        self.random = random.Random(seed)
        known = [KNOWN[n : n + 2] for n in range(0, len(KNOWN) - 1, 2)]
        rare = ["".join(map(chr, self.random.sample(range(0x4E00, 0x6E00), 2))) for _ in range(8_000)]
        self.words = known + rare
        self._weights = list(accumulate(1 / (n + 8) for n in range(len(self.words))))

    def story(self, length: int) -> str:
        said = ""
        while len(said) < length:
            many = self.random.randrange(3, 8)
            said += "".join(self.drawn() for _ in range(many)) + "，"
        return said

    def drawn(self) -> str:
        return self.words[bisect(self._weights, self.random.random() * self._weights[-1])]


def fill(made: Program, many: int) -> None:
    words = Words()
    for first in range(0, many, AT_ONCE):
        made.database.transact(_file, made, words, range(first, min(many, first + AT_ONCE)))
    with made.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # What autovacuum does within a minute of so many inserts; SQLite's table keeps no dead rows.
        connection.execute(text("vacuum (analyze)" if connection.dialect.name == "postgresql" else "analyze"))


def _file(tx: Connection, made: Program, words: Words, numbers: range) -> None:
    now, known = made.clock(), list(tx.execute(select(units.c.id)).scalars())
    filed = [_case(made.vault, words, now, n, known) for n in numbers]
    _CASES.run(tx, *filed)
    _ENTRIES.run(tx, *(entry for row in filed for entry in _said(made.vault, words, now, row)))


def _case(vault: Vault, words: Words, now: datetime, n: int, known: list[str]) -> dict[str, Any]:
    case_id, day = new_id(), (now - timedelta(n * 7 % DAYS)).date()
    what = words.story(words.random.randrange(30, 200))
    moment = vault.seal_bytes(bytes(8), f"moment {case_id}")
    return {
        "id": case_id,
        "number": f"{day:%Y%m%d}-{n % 10_000:04}",
        "kind": "complaint",
        "source": "webchat",
        "unit_id": known[n * 11 % len(known)],
        "category": CATEGORIES[n % len(CATEGORIES)],
        "what": what,
        "sought": sealed_words(vault, case_id, what),
        "named": n % 3 == 0,
        "state": STATES[n % len(STATES)],
        "read": n % 50 != 0,
        "received_on": day,
        "received": moment,
        "moved_on": day,
        "moved": moment,
    }


def _said(vault: Vault, words: Words, now: datetime, row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for nth in range(words.random.randrange(5)):
        entry_id, said = new_id(), words.story(words.random.randrange(10, 60))
        yield {
            "id": entry_id,
            "subject_id": row["id"],
            "kind": ("accept", "close", "note", "addition")[nth],
            "text": said,
            "sought": sealed_words(vault, entry_id, said),
            "at": now,
            "exact": vault.seal_bytes(bytes(8), f"moment {entry_id}"),
        }
