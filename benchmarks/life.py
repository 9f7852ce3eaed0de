"""How fast the program is ready, and what it weighs while nobody uses it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import child
from benchmarks.ours import program
from benchmarks.servers import database

MIB = 1024  # KiB


def ready_ms(folder: Path) -> float:
    """From the start of `mingcha serve` on an existing database to its first 200 on /readyz."""
    with _served(folder) as (_, took, _port):
        return took


def idle_mib(folder: Path, seconds: float) -> tuple[float, float]:
    """Resident MiB (what is shared with others counted in part, and in full) once a chat page was fetched and left."""
    with _served(folder) as (process, _, port):
        if not child.get(port, "/chat").startswith(b"HTTP/1.1 200"):
            raise RuntimeError("no chat page")
        time.sleep(seconds)
        kept = dict(line.split()[:2] for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:])
        return int(kept["Pss:"]) / MIB, int(kept["Rss:"]) / MIB


@contextmanager
def _served(folder: Path) -> Iterator[tuple[int, float, int]]:
    with tempfile.TemporaryDirectory(dir=folder) as place:
        program(Path(place), database(Path(place))).close()
        port = child.free_port()
        env = {name: value for name, value in os.environ.items() if not name.startswith("MINGCHA_")}
        env |= {"MINGCHA_DATA_DIR": str(Path(place).resolve()), "MINGCHA_LISTEN": f"127.0.0.1:{port}"}
        began = time.perf_counter()
        with child.running("bot", "serve", env=env, cwd=place) as started:
            child.answering(started, port, "/readyz", b"HTTP/1.1 200")
            yield started.pid, (time.perf_counter() - began) * 1e3, port
