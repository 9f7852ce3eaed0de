"""Writes the head of the audit chain to the anchor file: at every start, every hour and before every stop.

The first time leaves an event, and the database keeps how far each place has got, so that a file that is gone, or was
cut, shows; nothing is written over that. A new file is there whole before its event: whatever is killed between, none
is taken for one that is lost.
"""

from __future__ import annotations

import asyncio
import os
import socket
from hashlib import sha256
from pathlib import Path

import structlog
from sqlalchemy import Connection, select

from models.database import DatabaseAway, insert_or_update
from models.tables import counters
from services.foundation import audit, chain, checkpoints
from services.foundation.act import Act, Acts
from services.foundation.checkpoints import Anchored
from services.foundation.events import events
from services.foundation.vault import Vault

EVERY_SECONDS = 3600.0
AT_THE_END_SECONDS = 10.0
BEGUN = "anchor_begun"
log = structlog.get_logger()


class Anchoring:
    """Keeps one anchor file. `fault`: what was wrong with it the last time, as `fault_of`."""

    def __init__(self, acts: Acts, file: Path, every_seconds: float = EVERY_SECONDS) -> None:
        self._acts, self._file, self._every = acts, file, every_seconds
        self.fault = ""
        self._writing: asyncio.Task[None] | None = None

    async def run(self) -> None:
        while True:
            await self.anchor()
            await asyncio.sleep(self._every)

    async def close(self) -> None:
        """Anchors once more: whoever stops the program to cut the chain finds the end of it told."""
        try:
            async with asyncio.timeout(AT_THE_END_SECONDS):
                await self.anchor()
        except TimeoutError:
            log.error("audit_not_anchored", why="time")

    async def anchor(self) -> None:
        """Writes the head now. What hinders it is logged and kept in `fault`.

        Whoever is stopped meanwhile leaves it to be written to its end: a file that was begun and not written would be
        taken for one that is lost.
        """
        if self._writing is not None and not self._writing.done():
            await asyncio.shield(self._writing)
        self._writing = asyncio.create_task(self._anchor())
        await asyncio.shield(self._writing)

    async def _anchor(self) -> None:
        try:
            self.fault = await anchor(self._acts, self._file)
        except DatabaseAway:
            return
        except OSError as error:
            self.fault = "unwritable"
            log.error("audit_not_anchored", why=type(error).__name__)
        else:
            if self.fault:
                log.error("audit_not_anchored", why=self.fault)


async def anchor(acts: Acts, file: Path, *, anew: bool = False) -> str:
    """Lets every event get its number and writes the head; returns what hinders it, as `fault_of`, or "".

    `anew`: begins a new file, which leaves an event; the old one is kept beside it. Raises DatabaseAway, OSError.
    """
    await _all_numbered(acts)
    if await acts.write(_first_event):
        await _all_numbered(acts)
    if fault := await acts.write(_begin, file, anew=anew):
        return fault
    await _all_numbered(acts)
    return await acts.database.write(_extend, acts.vault, file)


def fault_of(tx: Connection, vault: Vault, file: Path, found: Anchored) -> str:
    """What is wrong with an anchor file: "" nothing; none, where it has never been written here.

    lost: it had been written and is not there; folder: a folder stands there; unreadable; empty; damaged; short: it had
    been longer.
    """
    if found.fault == "none":
        return "lost" if _was_begun(tx, vault, place_of(file)) else "none"
    return found.fault or ("short" if found.newest < _mark(tx, place_of(file)) else "")


def given_up(tx: Connection, vault: Vault, file: Path) -> bool:
    """Whether an anchor file was given up in this place and a new one begun."""
    told = (event for event in events(tx, vault, place_of(file)) if event.action == BEGUN)
    return any(event.detail.get("anew", "none") != "none" for event in told)


def place_of(file: Path) -> str:
    """The place of an anchor file, on this machine: each machine has its own."""
    return f"anchor {sha256(f'{socket.gethostname()} {file.absolute()}'.encode()).hexdigest()[:20]}"


async def _all_numbered(acts: Acts) -> None:
    while (await acts.database.write(chain.number, acts.vault, wait=True)).events == chain.MOST:
        pass


def _first_event(act: Act) -> bool:
    """Leaves an event where there is none, as a checkpoint tells at least one; returns whether it did."""
    empty = chain.head(act.tx)[0] == 0
    if empty:
        audit.append(act, "chain_begun", "chain")
    return empty


def _begin(act: Act, file: Path, *, anew: bool) -> str:
    """Lays a new file down and leaves its event; returns what is wrong with the one that is, or should be, there."""
    found = checkpoints.anchored(act.vault, file, last_only=True)
    fault = fault_of(act.tx, act.vault, file, found)
    place = place_of(file)
    if anew:
        if file.exists():
            os.replace(file, _aside(file))
        _set_mark(act.tx, place, 0)
    elif fault != "none" and (fault or _was_begun(act.tx, act.vault, place)):
        return fault
    if anew or fault == "none":
        checkpoints.lay(act.vault, file, *chain.head(act.tx))
    audit.append(act, BEGUN, place, {"anew": fault} if anew else None)
    return ""


def _aside(file: Path) -> Path:
    return next(one for n in range(1, 10_000) if not (one := file.with_name(f"{file.name}.{n}")).exists())


def _extend(tx: Connection, vault: Vault, file: Path) -> str:
    size, head = chain.head(tx)
    with checkpoints.held(file) as opened:
        before = checkpoints.extend(vault, opened, size, head)
    if before.fault == "damaged":
        return before.fault
    if size < before.newest:
        return "cut"
    _set_mark(tx, place_of(file), size)
    return ""


def _was_begun(tx: Connection, vault: Vault, place: str) -> bool:
    return _mark(tx, place) > 0 or any(event.action == BEGUN for event in events(tx, vault, place))


def _mark(tx: Connection, place: str) -> int:
    return tx.execute(select(counters.c.value).where(counters.c.name == place)).scalar() or 0


def _set_mark(tx: Connection, place: str, size: int) -> None:
    tx.execute(insert_or_update(tx, counters, "name", ["value"]), {"name": place, "value": size})
