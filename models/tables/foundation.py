"""Running numbers, the audit chain, the happenings that a rule may count, and who has run which job."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, ForeignKey, Index, Integer, LargeBinary, SmallInteger, String, Table

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
    # When it happened; for a deadline, the deadline itself; of a report, the first moment of the day.
    Column("at", Utc, nullable=False),
    Column("detail", JSON, nullable=False),  # codes, numbers and ISO moments
    sqlite_with_rowid=False,
)


Index("ix_happenings_unit", happenings.c.unit_id, happenings.c.kind, happenings.c.at)


audit = Table(  # the chain of events. In the open stands only what tells nothing: no order of reports, no time of day
    "audit",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("day", Date, nullable=False),
    Column("lot", SmallInteger, nullable=False),  # one of 256 into which a keyed hash divides the subjects
    Column("sealed", LargeBinary, nullable=False),  # a services.foundation.events.Event
    Column("hash", LargeBinary, nullable=False),  # keyed, over this row and the hash before it
)


audit_waiting = Table(  # events that have no number yet: on PostgreSQL, for less than a second
    "audit_waiting",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("sealed", LargeBinary, nullable=False),
)


ticks = Table("ticks", metadata, Column("job", String(40), primary_key=True), Column("at", Utc, primary_key=True))
