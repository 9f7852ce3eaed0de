"""How fast the program is ready, and what it weighs and takes while nobody uses it."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import child
from benchmarks.ours import program
from benchmarks.servers import database

MIB = 1024  # KiB
SETTLING_SECONDS = 5.0  # until what opening them left to do is done


def ready_ms(folder: Path) -> float:
    """From the start of `mingcha serve` on an existing database to its first 200 on /readyz."""
    with served(folder) as (_, took, _port):
        return took


def idle_mib(folder: Path, seconds: float) -> tuple[float, float]:
    """Resident MiB (what is shared with others counted in part, and in full) once a chat page was fetched and left."""
    with served(folder) as (process, _, port):
        if not child.get(port, "/chat").startswith(b"HTTP/1.1 200"):
            raise RuntimeError("no chat page")
        time.sleep(seconds)
        kept = dict(line.split()[:2] for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:])
        return int(kept["Pss:"]) / MIB, int(kept["Rss:"]) / MIB


def idle_pages_core(folder: Path, pages: int, seconds: float) -> float:
    """The share of a core that so many open chat pages take, on which nothing happens."""
    with served(folder) as (process, _, port):
        told = child.told("benchmarks.pages", port, pages, seconds + SETTLING_SECONDS + 1)
        next(told)
        time.sleep(SETTLING_SECONDS)
        spent, began = _processor(process), time.monotonic()
        time.sleep(seconds)
        share = (_processor(process) - spent) / (time.monotonic() - began)
        if list(told) != [pages]:
            raise RuntimeError("pages were sent away")
    return share


def neighbour_p95_ms(folder: Path, flood: str, seconds: float) -> float:
    """How long nineteen in twenty turns of somebody else take at most while a flood comes in."""
    with served(folder) as (_, _, port), child.running("benchmarks.flood", flood, port):
        time.sleep(min(seconds, SETTLING_SECONDS))  # until the flood is high
        [took] = child.told("benchmarks.neighbour", port, seconds)
    return statistics.quantiles(took, n=20)[18]


def _processor(process: int) -> float:
    """Seconds of processor time that it has taken so far."""
    spent = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def served(folder: Path, **settings: str) -> Iterator[tuple[int, float, int]]:
    """`mingcha serve` behind a proxy on the same machine: its process, ms until it was ready, its port."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        program(Path(place), database(Path(place))).close()
        port = child.free_port()
        env = {name: value for name, value in os.environ.items() if not name.startswith("MINGCHA_")}
        env |= {"MINGCHA_DATA_DIR": str(Path(place).resolve()), "MINGCHA_LISTEN": f"127.0.0.1:{port}"}
        env |= {"MINGCHA_PROXIES": "127.0.0.1"} | settings
        began = time.perf_counter()
        with child.running("bot", "serve", env=env, cwd=place) as started:
            child.answering(started, port, "/readyz", b"HTTP/1.1 200")
            yield started.pid, (time.perf_counter() - began) * 1e3, port
