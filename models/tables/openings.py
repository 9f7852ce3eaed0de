"""Who asked to see who filed a report, and what the second person said to it."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, String, Table

from models.tables.base import id_column, metadata
from models.types import Utc

openings = Table(
    "openings",
    metadata,
    id_column(),
    Column("subject_id", String(32), nullable=False, index=True),  # a case or a visit
    Column("state", String(12), nullable=False, index=True),  # a services.desk.OpeningState
    Column("purpose", LargeBinary, nullable=False),  # sealed: it may name somebody
    Column("asked_by", String(32), nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("until", Utc, nullable=False),  # to be answered; once granted, to be opened
    Column("answered_by", String(32)),
    Column("answered_at", Utc),
    Column("word", LargeBinary),  # sealed: why it was refused
    sqlite_with_rowid=False,
)
