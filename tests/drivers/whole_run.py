"""What all processes of one test run share: a folder, and what is made in it by whichever of them asks first."""

from __future__ import annotations

import fcntl
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

MEMORY = Path("/dev/shm")
ENOUGH_BYTES = 2 << 30  # many times what a run needs; a container often has 64 MiB there


class WholeRun:
    """Held by the run's first process. `alive` stays locked until that process is gone, however it ends."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="mingcha-tests-", dir=fast_folder()))
        self._alive = (self.folder / "alive").open("w")
        fcntl.flock(self._alive, fcntl.LOCK_EX)
        self._kept = (self.folder / "kept").open("w")

    def end(self) -> None:
        """Returns once whoever keeps something for the run has put it away."""
        self._alive.close()
        with self._kept as kept:
            fcntl.flock(kept, fcntl.LOCK_EX)
        shutil.rmtree(self.folder, ignore_errors=True)  # the keeper may have done it


def fast_folder() -> Path | None:
    """In memory: copying a database takes a tenth of the time there, and SQLite waits for no disk. None: the usual."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        return MEMORY
    return None


def made_once(folder: Path, name: str, make: Callable[[], str]) -> str:
    """What `make` said, in this process or in another one of the run."""
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        said = folder / name
        if not said.exists():
            said.write_text(make(), encoding="utf-8")
        return said.read_text(encoding="utf-8")
