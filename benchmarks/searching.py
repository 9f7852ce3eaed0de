"""A clerk who searches among very many cases: `python -m benchmarks.searching <folder> <url> <how many>`.

Every search is what the page does: it finds the words, lists the first page and counts. What is searched for are words
that are frequent and seldom, two and more together, what is nowhere, numbers and pinyin.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from sqlalchemy import select

from benchmarks.cases import Words, fill
from benchmarks.ours import program
from bot.build import Program
from models.tables import cases
from services import desk
from services.desk import Filters

SEARCHES = 200


def main(folder: str, url: str, many: int) -> None:
    made = program(Path(folder), url)
    fill(made, many)
    before, began = _resident(), time.perf_counter()
    made.search.look(made.acts, Filters(words="窗口"))
    read, spent = time.perf_counter() - began, list[float]()
    for words in _searches(made):
        began = time.perf_counter()
        filters = made.search.look(made.acts, Filters(words=words))
        made.acts.look(desk.listed, filters)
        made.acts.look(desk.counts, filters)
        spent.append((time.perf_counter() - began) * 1000)
    told = {"p95_ms": _p95(spent), "median_ms": sorted(spent)[len(spent) // 2], "similar_p95_ms": _p95(_similar(made))}
    print(json.dumps(told | {"read_s": read, "mib": _resident() - before}))
    made.close()


def _similar(made: Program) -> list[float]:
    """How long it takes to find what may be about the same thing as a case."""
    spent: list[float] = []
    ids = made.database.look(lambda tx: tx.execute(select(cases.c.id).limit(SEARCHES)).scalars().all())
    for report in (made.acts.look(desk.look, one) for one in ids):
        assert report is not None
        began = time.perf_counter()
        made.search.look_alike(made.acts, report)
        spent.append((time.perf_counter() - began) * 1000)
    return spent


def _p95(spent: list[float]) -> float:
    return sorted(spent)[len(spent) * 95 // 100]


def _searches(made: Program) -> list[str]:
    words = Words(seed=12)
    numbers = made.database.look(lambda tx: tx.execute(select(cases.c.number).limit(SEARCHES)).scalars().all())
    one = words.words
    kinds = (
        lambda n: words.drawn(),
        lambda n: one[n * 37 % len(one)],
        lambda n: f"{words.drawn()} {words.drawn()}",
        lambda n: words.drawn() + words.drawn(),
        lambda n: f"{words.drawn()} {one[n]} {words.drawn()}",
        lambda n: "饕餮",
        lambda n: words.drawn(),
        lambda n: numbers[n],
        lambda n: one[n],
        lambda n: ("chuangkou", "tudi", "taotie")[n % 3] if n % 20 == 9 else words.drawn()[0],
    )
    return [kinds[n % len(kinds)](n) for n in range(min(SEARCHES, len(numbers)))]


def _resident() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
