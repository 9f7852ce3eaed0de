"""The office's own days, and the holidays of the years that it has loaded from a notice of the State Council."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table

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


announced_years = Table(  # the years whose notice the office has loaded: their days are certain
    "announced_years",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("loaded_at", Utc, nullable=False),
    Column("loaded_by", String(32), nullable=False),
)


announced_days = Table(  # what these notices say
    "announced_days",
    metadata,
    Column("day", String(10), primary_key=True),  # ISO 8601
    Column(
        "year", Integer, nullable=False, index=True
    ),  # of the notice; its first holiday may begin in the year before
    Column("works", Boolean, nullable=False),
    Column("name", String(40), nullable=False),
)
