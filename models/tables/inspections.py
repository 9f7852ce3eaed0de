"""Spot checks, without place and time."""

from __future__ import annotations

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text

from models.tables.base import id_column, metadata
from models.types import Utc

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
    Column("sought", Text),  # note and remarks, folded, for the search
    Column("state", String(16), nullable=False),  # received, noted
    Column("received_at", Utc, nullable=False, index=True),
    Column("read_at", Utc),
    Column("fresh_at", Utc),
)
