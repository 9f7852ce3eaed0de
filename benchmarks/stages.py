"""Where a turn's time goes: `python -m benchmarks.stages <folder> <url> <contacts>` prints µs a turn by stage.

Each stage is timed by itself, without what it calls of another stage. The clock's own cost is spread over all of them,
so that the sum is more than an unwatched turn takes.
"""

from __future__ import annotations

import asyncio
import functools
import json
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest.mock import patch

import sqlalchemy

import channels.telegram.intake
import services.deliveries.queueing
import services.talk.talk
from benchmarks.ours import intake, program
from benchmarks.turns import FIRST_CHAT, at_once
from benchmarks.updates import TURNS, complaint
from channels.render import draw
from models.prepared import Prepared
from services.deliveries import open_body
from services.foundation.vault import Vault


class Stages:
    """Seconds by stage. A stage inside another one stops the outer one's clock."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._local = threading.local()

    def of(self, stage: str, run: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(run)
        def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            outer, self._local.inner = getattr(self._local, "inner", 0.0), 0.0
            try:
                return run(*args, **kwargs)
            finally:
                whole = time.perf_counter() - began
                self.seconds[stage] += whole - self._local.inner
                self._local.inner = outer + whole

        return timed


def watched(stages: Stages, dialect: Any) -> list[Any]:
    def on(where: Any, name: str, stage: str) -> Any:
        return patch.object(where, name, stages.of(stage, getattr(where, name)))

    return [
        on(channels.telegram.intake, "decode", "decode"),
        on(services.talk.talk, "advance", "engine"),
        on(services.talk.talk, "_encode", "seal and encode"),
        on(services.deliveries.queueing, "_encode", "seal and encode"),
        *(on(Vault, name, "seal and encode") for name in ("seal_bytes", "open_bytes", "index")),
        on(sqlalchemy.Connection, "execute", "database"),
        on(sqlalchemy.Connection, "exec_driver_sql", "database"),
        on(Prepared, "run", "database"),
        on(Prepared, "rows", "database"),
        on(dialect, "do_commit", "commit"),
        on(services.talk.talk.Talk, "_turns", "the rest of the transaction"),
    ]


def main(folder: str, url: str, contacts: str) -> None:
    made = program(Path(folder), url)
    chats = range(FIRST_CHAT, FIRST_CHAT + int(contacts))
    talks = [complaint(chat) for chat in chats]
    asyncio.run(at_once(intake(made).take, [complaint(chat) for chat in range(1, 101)]))
    stages = Stages()
    patches = watched(stages, made.database.engine.dialect)
    for one in patches:
        one.start()
    began = time.perf_counter()
    asyncio.run(at_once(intake(made).take, talks))
    whole = time.perf_counter() - began
    for one in patches:
        one.stop()
    stages.seconds["event loop and threads"] = whole - sum(stages.seconds.values())
    turns = len(chats) * TURNS
    found = {stage: seconds / turns * 1e6 for stage, seconds in sorted(stages.seconds.items(), key=lambda one: -one[1])}
    print(json.dumps({"turn": found, "render": _render(made)}))
    made.close()


def _render(made: Any) -> float:
    """Microseconds to draw one reply in words; a sender does it after the commit."""
    sealed = made.database.look(
        lambda tx: tx.execute(sqlalchemy.text("select sealed from deliveries order by id limit 2000")).scalars().all()
    )
    bodies = [open_body(made.vault, bytes(one)) for one in sealed]
    for body in bodies[:100]:
        draw(body, made.texts["zh"])
    began = time.perf_counter()
    for body in bodies:
        draw(body, made.texts["zh"])
    return (time.perf_counter() - began) / len(bodies) * 1e6


if __name__ == "__main__":
    main(*sys.argv[1:])
