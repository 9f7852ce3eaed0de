"""The database: one function is one transaction, run in a worker thread. SQLite and PostgreSQL behave alike."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import cache
from typing import Any, Concatenate, ParamSpec, TypeVar

import structlog
from sqlalchemy import Connection, Table, create_engine, event, inspect, literal, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.prepared import collecting, write_waiting
from models.pulse import Pulse
from models.server_clock import ServerClock

P = ParamSpec("P")
T = TypeVar("T")
Work = Callable[Concatenate[Connection, P], T]

LOCK_WAIT_SECONDS = 15
READERS = 4
CACHE_KIB = 16_000  # of SQLite's pages that each connection keeps
MAPPED_MIB = (
    256  # of SQLite's file that are read in place: among 100,000 contacts a turn meets no page that it has read
)
TRIES = 5  # tries of a transaction that PostgreSQL broke off because two waited for each other
IDLE_SECONDS = (
    8  # after which a transaction is broken off, so that others need not wait for what a frozen process locked
)
_NO_HURRY = "SET LOCAL idle_in_transaction_session_timeout = 0"  # what only reads locks nothing, and may think for long
# SQLSTATE of a deadlock, of a serialization failure, and of a transaction that was idle for too long.
_CROSSED = frozenset(("40P01", "40001", "25P03"))
UNREADABLE = (DatabaseError, sqlite3.DatabaseError)  # raised where a file of the database is damaged
log = structlog.get_logger()


class DatabaseAway(Exception):
    """The database does not answer. Nothing was kept; try again."""


class BadDatabaseUrl(ValueError):
    """The address is of no database that Mingcha can use."""


class Database:
    """Runs `work(connection, ...)` in one transaction: committed when it returns, rolled back when it raises."""

    def __init__(self, url: str) -> None:
        self.url = parse(url)
        self.engine = _engine(self.url)
        self._driver: Any = self.engine.dialect.dbapi  # prepared statements raise the driver's errors unwrapped
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        clock = None if self.is_sqlite else ServerClock(self.engine)
        self.clock: Callable[[], datetime | None] = clock or (lambda: None)
        self.pulse = Pulse(self.engine, clock) if clock else None  # whoever serves or sends runs it
        self._readers = ThreadPoolExecutor(READERS, "db-read")
        # SQLite has one writer: a single thread keeps order and spares the process its own lock waits.
        self._writers = ThreadPoolExecutor(1, "db-write") if self.is_sqlite else self._readers
        # The path of a message has a thread of its own, so that a long report never delays it.
        self._talkers = self._writers if self.is_sqlite else ThreadPoolExecutor(1, "db-talk")
        # What thinks long about what it has read, one at a time: a search.
        self._thinkers = ThreadPoolExecutor(1, "db-think")
        self._away: set[str] = set()  # what the last answer was missing to: "read", "write"

    async def write(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._in("write", self._writers, lambda: self.transact(work, *args, **kwargs))

    async def talk(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `work` in one transaction like `write`, on the thread of the message path."""
        return await self._in("write", self._talkers, lambda: self.transact(work, *args, **kwargs))

    async def read(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._in("read", self._readers, lambda: self.look(work, *args, **kwargs))

    async def think(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs what reads by itself (`look`) and thinks long, in a thread of its own: never two at once."""
        return await self._in("read", self._thinkers, lambda: work(*args, **kwargs))

    async def _in(self, what: str, pool: ThreadPoolExecutor, run: Callable[[], T]) -> T:
        """Runs in a pool. An outage logs one line at its start and one at its end, however many were waiting.

        It ends with what it began with: while nothing can be written, what can be read is no good news.
        """
        try:
            self._look_at_pulse()
            done = await asyncio.get_running_loop().run_in_executor(pool, run)
        except DatabaseAway as away:
            if not self._away:
                log.warning("database_away", error=str(away))
            self._away.add(what)
            raise
        if what in self._away:
            self._away.remove(what)
            if not self._away:
                log.info("database_back")
        return done

    def _look_at_pulse(self) -> None:
        """Raises DatabaseAway while the server is known not to answer: nobody waits for what cannot come."""
        if self.pulse and self.pulse.missing:
            raise DatabaseAway("frozen")

    def transact(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `work` in the calling thread. Raises DatabaseAway when the server is gone or the lock cannot be had.

        `work` is called again where it collided with another transaction and nothing of it was kept.
        """
        try:
            for _ in range(TRIES - 1):
                try:
                    return self._once(work, *args, **kwargs)
                except (DBAPIError, self._driver.Error) as error:
                    if getattr(getattr(error, "orig", error), "sqlstate", None) not in _CROSSED:
                        raise
            return self._once(work, *args, **kwargs)
        except (DBAPIError, PoolTimeout, self._driver.Error) as error:
            if self._means_away(error):
                raise DatabaseAway(type(error).__name__) from error
            raise

    def _once(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self.engine.begin() as connection, collecting(connection):
            return work(connection, *args, **kwargs)

    def look(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `work` in the calling thread, for reading only: on SQLite it never waits for the writer."""
        return self._read(lambda connection: work(connection, *args, **kwargs))

    def view(self, work: Work[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `work` like `look`, all of it on the database as it is at one moment."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        return self._read(lambda connection: work(connection, *args, **kwargs), **level)

    def _read(self, work: Callable[[Connection], T], **options: Any) -> T:
        try:
            chosen = self.engine.connect().execution_options(mingcha_reads=True, **options)
            with chosen as connection, connection.begin():
                if not self.is_sqlite:
                    connection.exec_driver_sql(_NO_HURRY)
                return work(connection)
        except (DBAPIError, PoolTimeout, self._driver.Error) as error:
            if self._means_away(error):
                raise DatabaseAway(type(error).__name__) from error
            raise

    def has_tables(self) -> bool:
        """Whether there is anything in the database already. Raises DatabaseAway."""
        return self.look(lambda connection: bool(inspect(connection).get_table_names()))

    def _means_away(self, error: Exception) -> bool:
        """Whether an error means that the server is gone or the lock cannot be had."""
        away = OperationalError, InterfaceError, PoolTimeout, self._driver.OperationalError, self._driver.InterfaceError
        return isinstance(error, away) or (isinstance(error, DBAPIError) and error.connection_invalidated)

    def close(self) -> None:
        for pool in {self._readers, self._writers, self._talkers, self._thinkers}:
            pool.shutdown(wait=True)
        self.engine.dispose()


def parse(url: str) -> URL:
    """The address in any common spelling, with the driver that is installed here."""
    try:
        parsed = make_url(url)
    except Exception as error:
        raise BadDatabaseUrl(url) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return parsed.set(drivername="sqlite+pysqlite")
    if backend in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    raise BadDatabaseUrl(url)


def insert_or_ignore(tx: Connection, table: Table) -> Any:
    """INSERT … ON CONFLICT DO NOTHING in the dialect of the database in use."""
    return _insert_or_ignore(tx.dialect.name, table)


def insert_or_update(tx: Connection, table: Table, key: str, columns: Sequence[str]) -> Any:
    """INSERT … ON CONFLICT (key) DO UPDATE of these columns, in the dialect of the database in use."""
    dialect: Any = postgresql if tx.dialect.name == "postgresql" else sqlite
    made = dialect.insert(table)
    return made.on_conflict_do_update(index_elements=[key], set_={name: made.excluded[name] for name in columns})


def is_new(tx: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Inserts the row unless its key is taken; returns whether it was inserted."""
    return tx.execute(insert_or_ignore(tx, table).returning(literal(1)), dict(row)).first() is not None


@cache
def _insert_or_ignore(dialect_name: str, table: Table) -> Any:
    dialect: Any = postgresql if dialect_name == "postgresql" else sqlite
    return dialect.insert(table).on_conflict_do_nothing()


def _engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        limits = f"-c lock_timeout={LOCK_WAIT_SECONDS}s -c idle_in_transaction_session_timeout={IDLE_SECONDS}s"
        engine = create_engine(
            url,
            hide_parameters=True,
            pool_pre_ping=True,
            pool_size=READERS + 3,
            max_overflow=0,
            pool_timeout=LOCK_WAIT_SECONDS,
            connect_args={"connect_timeout": 5, "options": f"{limits} -c timezone=UTC"},
        )
    else:
        waits = {"timeout": LOCK_WAIT_SECONDS, "check_same_thread": False}
        engine = create_engine(url, hide_parameters=True, connect_args=waits)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "before_cursor_execute", lambda connection, *_: write_waiting(connection))
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # we issue BEGIN ourselves
    cache, mapped = f"cache_size=-{CACHE_KIB}", f"mmap_size={MAPPED_MIB << 20}"
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", cache, mapped):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    reads = connection.get_execution_options().get("mingcha_reads")
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")
