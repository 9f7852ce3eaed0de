"""The days that the office has decided for itself."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, String, Table

from models.tables.base import metadata
from models.types import Utc

calendar_days = Table(
    "calendar_days",
    metadata,
    Column("day", String(10), primary_key=True),  # ISO 8601; the office's own days win over the calendar (A34)
    Column("works", Boolean, nullable=False),
    Column("note", String(200), nullable=False, default=""),
    Column("set_at", Utc, nullable=False),
)
