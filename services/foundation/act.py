"""`Act` is what a use case needs and collects. `Acts` runs each in one transaction and rings after its commit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Table

from conversation.values import value
from models.database import Database
from services.foundation import chain
from services.foundation.bells import Bells
from services.foundation.events import Told
from services.foundation.vault import Vault

SYSTEM, CITIZEN, SUPERVISOR = "system", "citizen", "supervisor"  # the actor where no person may be named
P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[Concatenate["Act", P], T]


@value
class Act:
    """One use case under way. Whatever is queued inside it is rung for after the commit, by `Acts` alone."""

    tx: Connection
    vault: Vault
    now: datetime  # in the office's time zone
    actor: str = SYSTEM  # SYSTEM, CITIZEN, SUPERVISOR, or the random id of one of the office's or the units' people
    rung: set[tuple[str, str]] = field(default_factory=set)  # (channel, contact id) of what was queued
    told: Told = field(default_factory=Told)  # what goes into the audit chain at the end
    known: dict[str, Any] = field(default_factory=dict)  # by name, what was asked of the database once for all

    def wrote(self, table: Table, row: str | Mapping[str, Any]) -> None:
        """Notes a row that the audit chain vouches for (`services.foundation.witness`), once it has been written.

        `row`: its id, or all of its values where it is new; the digest goes with the next event.
        """
        self.told.wrote(table, row)

    def once(self, name: str, read: Callable[[], T]) -> T:
        """What `read` gives: asked once in this act, since a batch of turns asks the same again and again."""
        if name not in self.known:
            self.known[name] = read()
        return self.known[name]

    def by(self, actor: str) -> Act:
        """This act as if done by somebody else."""
        return replace(self, actor=actor)

    def at(self, now: datetime) -> Act:
        """This act as if done at another moment."""
        return replace(self, now=now)

    def ring(self, addressed: Iterable[tuple[str, str]]) -> None:
        """Notes that something was queued for these (channel, contact id)."""
        self.rung.update(addressed)


@dataclass(frozen=True)
class Acts:
    """Runs use cases: `acts.by(clerk_id).write(desk.ask, report_id, seen, text)`.

    Each is one transaction, committed when it returns and rolled back when it raises; one that collided with another is
    run again (`models.database.Database.transact`), with an act and a moment of its own. Raises DatabaseAway.
    """

    database: Database
    vault: Vault
    clock: Callable[[], datetime]
    bells: Bells
    actor: str = SYSTEM

    def by(self, actor: str) -> Acts:
        return replace(self, actor=actor)

    def at(self, now: datetime) -> Acts:
        """These acts, run at another moment than the clock's."""
        return replace(self, clock=lambda: now)

    async def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        rung: set[tuple[str, str]] = set()
        done = await self.database.write(self._acted, rung, lambda act: work(act, *args, **kwargs))
        self.bells.ring(rung)
        return done

    async def talk(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a use case like `write`, for the message path."""
        rung: set[tuple[str, str]] = set()
        done = await self.database.talk(self._acted, rung, lambda act: work(act, *args, **kwargs))
        self.bells.ring(rung)
        return done

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a use case that only reads: on SQLite it never waits for the writer."""
        return await self.database.read(lambda tx: work(self._act(tx), *args, **kwargs))

    def transact(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a use case like `write`, in the calling thread, which must be the event loop's where there is one."""
        rung: set[tuple[str, str]] = set()
        done = self.database.transact(self._acted, rung, lambda act: work(act, *args, **kwargs))
        self.bells.ring(rung)
        return done

    def look(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs a use case that only reads, in the calling thread."""
        return self.database.look(lambda tx: work(self._act(tx), *args, **kwargs))

    def _act(self, tx: Connection) -> Act:
        return Act(tx, self.vault, self.clock(), self.actor)

    def _acted(self, tx: Connection, rung: set[tuple[str, str]], work: Callable[[Act], T]) -> T:
        act = self._act(tx)
        done = work(act)
        waits = chain.write(tx, self.vault, act.told)
        rung.clear()  # rings of a try that was broken off
        rung.update(act.rung)
        if waits:
            rung.add((chain.BELL, ""))
        return done
