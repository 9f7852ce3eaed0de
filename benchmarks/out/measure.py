"""The figures of what goes out, for `python -m benchmarks`."""

from __future__ import annotations

import json
import statistics
import tempfile
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks import child
from benchmarks.out.ours import FIRST_CHAT

RATE = 30  # messages a second that the allowance is


def per_second(who: str, folder: Path, messages: int) -> float:
    with _api() as port:
        if who != "ours":
            return child.ask("benchmarks.out.rivals", who, port, messages)["per_second"]
        with tempfile.TemporaryDirectory(dir=folder) as place:
            return child.ask("benchmarks.out.ours", "speed", place, port, messages)["per_second"]


def even(folder: Path, seconds: int) -> tuple[float, float, float]:
    """Relative error of the rate, the most in any second, and the share of a core."""
    with _api() as port, tempfile.TemporaryDirectory(dir=folder) as place:
        core = child.ask("benchmarks.out.ours", "even", place, port, seconds)["core"]
        moments = [moment for moment, _ in _arrived(port)][:-1]
    kept = [moment for moment in moments if moment <= moments[0] + seconds]
    rate = (len(kept) - 1) / (kept[-1] - kept[0])
    return abs(rate / RATE - 1), _most_in_a_second(moments), core


def reply_waits(folder: Path, seconds: int, recipients: int) -> list[float]:
    """Milliseconds from the row to the wire, of each reply beside a broadcast."""
    with _api() as port, tempfile.TemporaryDirectory(dir=folder) as place:
        written = child.ask("benchmarks.out.ours", "replies", place, port, seconds, recipients)["written"]
        arrived = {chat: moment for moment, chat in _arrived(port) if chat < FIRST_CHAT}
    if missing := len(written) - len(arrived):
        raise RuntimeError(f"{missing} replies never came")
    return [(arrived[int(chat)] - moment) * 1e3 for chat, moment in written.items()]


def p99(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=100)[98]


def _most_in_a_second(moments: Sequence[float]) -> int:
    return max(bisect_left(moments, moment + 1) - n for n, moment in enumerate(moments))


def _arrived(port: int) -> list[tuple[float, int]]:
    return json.loads(child.get(port, "/").partition(b"\r\n\r\n")[2])


@contextmanager
def _api() -> Iterator[int]:
    port = child.free_port()
    with child.running("benchmarks.out.api", port) as started:
        child.answering(started, port)
        yield port
