"""Fetches the evidence of submitted reports from the channels, a few at a time, until each is kept or hopeless."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import count
from typing import Any

import structlog
from sqlalchemy import select

from conversation.messages import Body, Button, Say
from conversation.text import shortened
from media import Died, Refused
from models.database import DatabaseAway
from models.tables import FETCHING, cases, evidence, obligations, visits
from services import deliveries
from services.evidence import records
from services.evidence.records import MOST_ATTEMPTS, WAITING, Wanted
from services.evidence.store import Forgotten, Original, Store, Stored
from services.foundation.act import Act, Acts
from services.foundation.wording import readable

BELL = "evidence"  # seconds; when rung, it looks at once
NAME_SHOWN = 40  # characters of a file's name that its sender reads
WHOLE = frozenset(("large", "long"))  # of these nothing is missing: sent again they would be no better
REST = 3.0  # seconds between two looks
AT_ONCE = 4  # pieces under way, each of another sender
MOST_CLEANINGS = 3  # tries of a piece whose process dies each time
log = structlog.get_logger()


class Later(Exception):
    """The channel cannot give the file now; the text is a code."""


class Gone(Exception):
    """The channel will never give the file: `code` is "gone", or a code of media.Refused."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Fetcher:
    """Fetches evidence and has it cleaned, with `run()` until cancelled. Senders take turns.

    `fetchers`: by channel, from a reference to bytes; they raise Later or Gone.
    """

    def __init__(self, acts: Acts, store: Store, fetchers: Mapping[str, Callable[[str], Awaitable[bytes]]]) -> None:
        self._acts, self._store, self._fetchers = acts, store, fetchers
        self._choosing = asyncio.Lock()
        self._senders: dict[str, str] = {}  # of the pieces that are due
        self._under_way: set[str] = set()  # senders
        self._served: dict[str, int] = {}  # by sender of a piece that is due: when it had its last turn
        self._turns = count(1)

    async def run(self) -> None:
        await asyncio.gather(*(self._work() for _ in range(AT_ONCE)))

    async def _work(self) -> None:
        while True:
            try:
                async with self._chosen() as wanted:
                    if wanted is not None:
                        await self._settle(wanted)
                        continue
            except DatabaseAway:
                pass  # the database logs that itself
            except Exception as error:
                log.error("fetcher_failed", error=type(error).__name__)
            await self._acts.bells.wait(BELL, REST)

    @asynccontextmanager
    async def _chosen(self) -> AsyncIterator[Wanted | None]:
        """The oldest piece of the sender who has waited for longest and of whom none is under way."""
        async with self._choosing:
            wanted = await self._next()
            sender = wanted.sender if wanted else None
            if sender is not None:
                self._under_way.add(sender)
                self._served[sender] = next(self._turns)
        try:
            yield wanted
        finally:
            if sender is not None:
                self._under_way.discard(sender)

    async def _next(self) -> Wanted | None:
        self._senders = await self._acts.read(records.waiting, self._senders)
        due = set(self._senders.values())
        self._served = {sender: turn for sender, turn in self._served.items() if sender in due}
        held = {sender for sender in due if sender in self._under_way or self._store.is_spent(sender)}
        free = [(piece, sender) for piece, sender in self._senders.items() if sender not in held]
        for piece, _ in sorted(free, key=lambda one: self._served.get(one[1], 0)):
            wanted = await self._acts.write(records.lease, piece)
            if wanted is not None:
                return wanted
        return None

    async def _settle(self, wanted: Wanted) -> None:
        """Fetches and cleans one piece: it is kept, refused for good, or due again later."""
        try:
            original = await self._original(wanted)
            if not wanted.sha256:
                wanted = replace(wanted, sha256=original.sha256, attempts=1)  # as `hold` counts
            stored = await self._cleaned(wanted, original)
        except (Gone, Refused) as final:
            await self._refuse(wanted, final.code)
        except Later as later:
            log.info("evidence_later", piece=wanted.id, code=str(later), attempts=wanted.attempts)
            await self._postpone(wanted)
        except OSError as error:  # a full disk, as a rule: nothing of it is the piece's fault
            log.error("evidence_not_kept", piece=wanted.id, error=type(error).__name__, errno=error.errno)
            await self._postpone(replace(wanted, attempts=min(wanted.attempts, MOST_ATTEMPTS - 1)))
        except Exception as error:
            log.error("evidence_failed", piece=wanted.id, error=type(error).__name__)
            await self._postpone(wanted)
        else:
            await self._acts.write(keep_and_tell, stored)

    async def _original(self, wanted: Wanted) -> Original:
        """The original, which lies here before anybody looks into it."""
        if wanted.sha256:
            return await self._store.kept_before(wanted.sha256)
        fetch = self._fetchers.get(wanted.channel)
        if fetch is None:
            raise Later("no_channel")
        if self._store.room.is_short:
            raise OSError(errno.ENOSPC, "what is left is kept for words")
        original = await self._store.keep(await fetch(wanted.ref))
        await self._acts.write(records.hold, wanted, original)
        return original

    async def _cleaned(self, wanted: Wanted, original: Original) -> Stored:
        """The piece with its copy; without one where every try has killed its process. Raises Refused, Later."""
        if wanted.attempts > MOST_CLEANINGS:  # not even the last try has ended
            return self._store.unshown(wanted.id, original)
        try:
            return await self._store.clean(wanted.id, original, sender=wanted.sender)
        except Refused:
            if wanted.channel != FETCHING:
                raise
            return self._store.unshown(wanted.id, original)  # it was taken with a word already
        except Died as died:
            if wanted.attempts < MOST_CLEANINGS:
                raise Later("died") from died
            log.warning("evidence_not_cleaned", piece=wanted.id, signal=died.by)
            return self._store.unshown(wanted.id, original)

    async def _postpone(self, wanted: Wanted) -> None:
        if not wanted.sha256 and wanted.channel not in self._fetchers:  # it may be switched on again: never given up
            wanted = replace(wanted, attempts=min(wanted.attempts, MOST_ATTEMPTS - 1))
        if wanted.attempts >= MOST_ATTEMPTS:
            await self._refuse(wanted, "gone")
        else:
            await self._acts.write(records.postpone, wanted)

    async def _refuse(self, wanted: Wanted, code: str) -> None:
        log.info("evidence_refused", piece=wanted.id, code=code)
        await asyncio.to_thread(self._store.forget, await self._acts.write(refuse_and_tell, wanted, code))


def refuse_and_tell(act: Act, wanted: Wanted, code: str) -> list[Forgotten]:
    """Marks the piece as refused and tells its sender once what to do. Its files go by `Store.forget`."""
    row = _waiting(act, wanted.id)
    if row is None:
        return []
    if row.subject_id is not None:
        _tell(act, row, "common.not_kept", code)
    return records.refuse(act, wanted.id, code)


def keep_and_tell(act: Act, stored: Stored) -> None:
    """Keeps the piece; where the office sees less of it than was sent, its sender is told once what to do."""
    row = _waiting(act, stored.id)
    records.keep(act, stored)
    if row is not None and row.subject_id is not None and stored.lacks:
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
    source = act.vault.identities.open(row.sealed, f"evidence {row.id}")
    name = shortened(readable(source.get("name") or ""), NAME_SHOWN)
    again = () if code in WHOLE else again
    values = {"number": number, "kind": row.kind, "name": name, "code": code, "again": bool(again)}
    deliveries.queue_for(act, [source["contact"]], Body(say=Say(words, values, again)))
