"""Spot checks, without place and time. As for cases, days lie open, moments sealed, rows in the order of their ids."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Integer, LargeBinary, String, Table, Text

from models.tables.base import id_column, metadata

visits = Table(
    "visits",
    metadata,
    id_column(),
    Column("number", String(20), nullable=False, unique=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False, index=True),
    Column("method", String(16), nullable=False),  # S08: patrol, shadow, simulate
    Column("findings", JSON, nullable=False),  # {block: {"ticked": [...], "remark": ...}} (S01)
    Column("waited_minutes", Integer),
    Column("note", Text),
    Column("sought", LargeBinary),  # sealed: note and remarks, folded, for the search
    Column("state", String(16), nullable=False),  # received, noted
    Column("received_on", Date, nullable=False, index=True),
    Column("received", LargeBinary, nullable=False),  # sealed: the moment
    Column("moved_on", Date, nullable=False),
    Column("moved", LargeBinary, nullable=False),  # sealed: the moment
    Column("read", Boolean, nullable=False, default=False),
    sqlite_with_rowid=False,
)
