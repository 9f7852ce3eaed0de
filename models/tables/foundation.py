"""Running numbers, the audit chain, the happenings that a rule may count, and who has run which job."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, String, Table

from models.tables.base import BigId, id_column, metadata
from models.types import Utc

counters = Table(
    "counters", metadata, Column("name", String(40), primary_key=True), Column("value", Integer, nullable=False)
)


happenings = Table(  # happenings that a rule may count: about units alone, never about who reported them
    "happenings",
    metadata,
    id_column(),
    Column("once", String(80), nullable=False, unique=True),  # names the happening, so that it is recorded only once
    Column("kind", String(24), nullable=False),  # overdue, returned; complaint_accepted, complaint_declined, …
    Column("unit_id", ForeignKey("units.id")),  # None: nobody knows yet which unit it concerns
    Column("subject_id", String(32)),  # a case, a visit, …
    # No foreign key: its lock, taken after the row's own, could deadlock with whoever holds the obligation.
    Column("obligation_id", String(32), index=True),
    Column("at", Utc, nullable=False),  # when it happened; for a deadline, the deadline itself
    Column("detail", JSON, nullable=False),  # codes, numbers and ISO moments
)


Index("ix_happenings_unit", happenings.c.unit_id, happenings.c.kind, happenings.c.at)


audit = Table(
    "audit",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False),
    Column("actor", String(40), nullable=False),  # "citizen", "supervisor", or the id of one of the office's people
    Column("action", String(40), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)


ticks = Table("ticks", metadata, Column("job", String(40), primary_key=True), Column("at", Utc, primary_key=True))
