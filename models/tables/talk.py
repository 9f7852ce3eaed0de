"""What is kept of conversations: claimed events, sessions, menus, and messages that could not be understood."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Integer, LargeBinary, String, Table

from models.tables.base import id_column, metadata
from models.types import Utc

inbox = Table(
    "inbox",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("event_id", String(80), primary_key=True),
    Column("at", Utc, nullable=False),
    sqlite_with_rowid=False,
)


sessions = Table(  # no index but the key: every turn rewrites its row, and only a job now and then looks for idle ones
    "sessions",
    metadata,
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("turn", Integer, nullable=False),  # only grows, over all flows, so that an old button never fits
    Column("letters", BigInteger, nullable=False),  # how many letters its pages have been given: the last one's number
    Column("flow", String(32)),  # the current flow; None: nothing is under way
    Column("sealed", LargeBinary),
    Column("touched_at", Utc, nullable=False),
    Column("reminded_at", Utc),
    Column("sure", LargeBinary),  # sealed: the question whether to give something up, which typed words answer now
    Column("tapped", String(64)),  # where a tap came last: when, and its keyed hash
    postgresql_with={"fillfactor": 70},  # a turn finds room beside the row that it rewrites, and writes no index then
)


menus = Table(
    "menus",
    metadata,
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),  # what each number of the last menu by SMS stands for
    Column("at", Utc, nullable=False),
)


quarantine = Table(
    "quarantine",
    metadata,
    id_column(),
    Column("channel", String(16), nullable=False),
    Column("event_id", String(80)),
    Column("sealed", LargeBinary, nullable=False),  # the raw update
    Column("error", String(300), nullable=False),  # the kind of error, never what the update said
    Column("at", Utc, nullable=False),
)
