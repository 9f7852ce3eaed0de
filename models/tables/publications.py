"""What the office has made public: the figures of a month, as they stood when somebody decided so."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, String, Table

from models.tables.base import id_column, metadata

publications = Table(
    "publications",
    metadata,
    id_column(),
    Column("month", String(7), nullable=False),  # 2026-10
    Column("standing", String(7), unique=True),  # the month again, until it is withdrawn
    Column("figures", JSON, nullable=False),  # services.desk.publishing.Figures
    Column("published_on", Date, nullable=False),
    Column("published_by", String(32), nullable=False),
    Column("withdrawn_on", Date),
    Column("withdrawn_by", String(32)),
)
