"""A clerk at the desk among very many cases: `python -m benchmarks.desk <folder> <url> <cases> <events>`.

Pages are asked for over HTTP, by a client in the same process: whole lists under every filter that the page offers, and
single cases. Every search is what the page does: it finds the words, lists the first page and counts. What is searched
for are words that are frequent and seldom, two and more together, what is nowhere, numbers and pinyin.
"""

from __future__ import annotations

import asyncio
import json
import re
import resource
import sys
import time
from collections.abc import Sequence
from datetime import timedelta
from html import unescape
from itertools import islice
from pathlib import Path

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import select

from benchmarks.audit import number, record
from benchmarks.cases import Words, fill
from benchmarks.ours import program
from bot.build import Program
from bot.serve import assemble
from models.tables import cases
from services import desk, people
from services.desk import Filters
from services.people import Grant, Role

SEARCHES = 200
LISTS, PAGES = 120, 200
_LINKED = re.compile(r'href="(/console[^"#]*)"')


def main(folder: str, url: str, many: int, events: int) -> None:
    made = program(Path(folder), url)
    fill(made, many)
    record(made, events)
    number(made)
    before, began = _resident(), time.perf_counter()
    made.search.look(made.acts, Filters(words="窗口"))
    read, weighed, spent = time.perf_counter() - began, _resident() - before, list[float]()
    for words in _searches(made):
        began = time.perf_counter()
        filters = made.search.look(made.acts, Filters(words=words))
        made.acts.look(desk.listed, filters)
        made.acts.look(desk.counts, filters)
        spent.append((time.perf_counter() - began) * 1000)
    told = {"p95_ms": _p95(spent), "median_ms": sorted(spent)[len(spent) // 2], "similar_p95_ms": _p95(_similar(made))}
    lists, pages = asyncio.run(_opened(made))
    print(json.dumps(told | {"read_s": read, "mib": weighed, "list_p95_ms": _p95(lists), "page_p95_ms": _p95(pages)}))
    made.close()


async def _opened(made: Program) -> tuple[list[float], list[float]]:
    """Milliseconds to each list and to each case, as a clerk opens them who has just signed in."""
    clerk = made.acts.transact(people.add_person, "钱一", [Grant(Role.CLERK, None)])
    code = made.acts.transact(people.issue_link, clerk, timedelta(days=1))
    async with TestServer(assemble(made, work=False).app) as server:
        headers = {"Sec-Fetch-Site": "same-origin"}
        async with TestClient(server, cookie_jar=CookieJar(unsafe=True), headers=headers) as client:
            await client.post("/in", data={"code": code})
            offered, reports, waiting = ["/console"], list[str](), ["/console"]
            while waiting and len(offered) < LISTS:
                answer = await client.get(waiting.pop(0))
                links = [unescape(one) for one in _LINKED.findall(await answer.text())]
                reports += [one.partition("?")[0] for one in links if one.startswith("/console/report/")]
                fresh = dict.fromkeys(one for one in links if one.startswith("/console?") and one not in offered)
                offered += fresh
                waiting += islice(fresh, 3)
            ids = made.database.look(lambda tx: tx.execute(select(cases.c.id).limit(PAGES)).scalars().all())
            every = [*dict.fromkeys(reports), *(f"/console/report/{one}" for one in ids)][:PAGES]
            return await _spent(client, offered[:LISTS]), await _spent(client, every)


async def _spent(client: TestClient, paths: Sequence[str]) -> list[float]:
    spent: list[float] = []
    for path in ("/console", *paths):  # the first one opens what every page needs
        began = time.perf_counter()
        answer = await client.get(path)
        await answer.read()
        spent.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status}")
    return spent[1:]


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
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
