"""Fetches the evidence of submitted reports from the channels, a few at a time, until each is kept or hopeless."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import select

from conversation.messages import Body, Button, Say
from conversation.text import shortened
from media import Refused
from models.database import DatabaseAway
from models.tables import cases, evidence, obligations, visits
from services import deliveries
from services.evidence import records
from services.evidence.records import MOST_ATTEMPTS, WAITING, Wanted
from services.evidence.store import Store, Stored
from services.foundation.act import Act, Acts
from services.foundation.wording import readable

BELL = "evidence"  # seconds; when rung, it looks at once
NAME_SHOWN = 40  # characters of a file's name that its sender reads
WHOLE = frozenset(("large", "long"))  # of these nothing is missing: sent again they would be no better
REST = 3.0  # seconds between two looks
AT_ONCE = 3
log = structlog.get_logger()


class Later(Exception):
    """The channel cannot give the file now; the text is a code."""


class Gone(Exception):
    """The channel will never give the file: `code` is "gone", or a code of media.Refused."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Fetcher:
    """Fetches evidence, with `run()` until cancelled.

    `fetchers`: by channel, from a reference to bytes; they raise Later or Gone.
    """

    def __init__(self, acts: Acts, store: Store, fetchers: Mapping[str, Callable[[str], Awaitable[bytes]]]) -> None:
        self._acts, self._store, self._fetchers = acts, store, fetchers

    async def run(self) -> None:
        await asyncio.gather(*(self._work() for _ in range(AT_ONCE)))

    async def _work(self) -> None:
        while True:
            try:
                found = await self._next()
                if found is not None:
                    await self._settle(found)
                    continue
            except DatabaseAway:
                pass  # the database logs that itself
            except Exception as error:
                log.error("fetcher_failed", error=type(error).__name__)
            await self._acts.bells.wait(BELL, REST)

    async def _next(self) -> Wanted | None:
        if not await self._acts.read(records.is_due):
            return None
        due = await self._acts.write(records.due, 1)
        return due[0] if due else None

    async def _settle(self, wanted: Wanted) -> None:
        """Fetches one piece: it is kept, refused for good, or due again later."""
        try:
            stored = await self._store.clean_and_keep(await self._fetched(wanted), wanted.id)
        except (Gone, Refused) as final:
            await self._refuse(wanted, final.code)
        except Later as later:
            log.info("evidence_later", piece=wanted.id, code=str(later), attempts=wanted.attempts)
            await self._postpone(wanted)
        except Exception as error:
            log.error("evidence_failed", piece=wanted.id, error=type(error).__name__)
            await self._postpone(wanted)
        else:
            await self._acts.write(keep_and_tell, stored)

    async def _fetched(self, wanted: Wanted) -> bytes:
        fetch = self._fetchers.get(wanted.channel)
        if fetch is None:
            raise Later("no_channel")
        return await fetch(wanted.ref)

    async def _postpone(self, wanted: Wanted) -> None:
        if wanted.channel not in self._fetchers:  # the channel may be switched on again: the piece is never given up
            wanted = replace(wanted, attempts=min(wanted.attempts, MOST_ATTEMPTS - 1))
        if wanted.attempts >= MOST_ATTEMPTS:
            await self._refuse(wanted, "gone")
        else:
            await self._acts.write(records.postpone, wanted)

    async def _refuse(self, wanted: Wanted, code: str) -> None:
        log.info("evidence_refused", piece=wanted.id, code=code)
        await self._acts.write(refuse_and_tell, wanted, code)


def refuse_and_tell(act: Act, wanted: Wanted, code: str) -> None:
    """Marks the piece as refused and tells its sender once what to do."""
    row = _waiting(act, wanted.id)
    if row is not None:
        records.refuse(act, wanted.id, code)
        _tell(act, row, "common.not_kept", code)


def keep_and_tell(act: Act, stored: Stored) -> None:
    """Keeps the piece; where the office sees less of it than was sent, its sender is told once what to do."""
    row = _waiting(act, stored.id)
    records.keep(act, stored)
    if row is not None and stored.lacks:
        _tell(act, row, "common.kept_damaged", stored.lacks)


def _waiting(act: Act, piece_id: str) -> Any:
    columns = evidence.c.id, evidence.c.kind, evidence.c.subject_id, evidence.c.sealed
    waiting = evidence.c.id == piece_id, evidence.c.state == WAITING
    return act.tx.execute(select(*columns).where(*waiting).with_for_update()).first()


def _tell(act: Act, row: Any, words: str, code: str) -> None:
    """Tells the sender of a piece, in the words of this code, what became of it."""
    case = act.tx.execute(select(cases.c.number).where(cases.c.id == row.subject_id)).scalar()
    obligation = act.tx.execute(select(obligations.c.number).where(obligations.c.id == row.subject_id)).scalar()
    number = case or obligation or act.tx.execute(select(visits.c.number).where(visits.c.id == row.subject_id)).scalar()
    command = "/add" if case else "/answer"
    again = (Button(f"{command} {row.subject_id}", words="add"),) if case or obligation else ()
    source = act.vault.open(row.sealed, f"evidence {row.id}")
    name = shortened(readable(source.get("name") or ""), NAME_SHOWN)
    again = () if code in WHOLE else again
    values = {"number": number, "kind": row.kind, "name": name, "code": code, "again": bool(again)}
    deliveries.queue_for(act, [source["contact"]], Body(say=Say(words, values, again)))
