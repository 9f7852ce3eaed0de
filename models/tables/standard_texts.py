"""Standard texts of the office's words to citizens, every version of each."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Integer, String, Table, Text, UniqueConstraint

from models.tables.base import id_column, metadata
from models.types import Utc

standard_texts = Table(
    "standard_texts",
    metadata,
    id_column(),
    Column("text_id", String(32), nullable=False),  # the same for all versions of a text
    Column("version", Integer, nullable=False),  # the first is 1
    Column("used_for", String(16), nullable=False),  # services.desk.USES
    Column("about", String(16), nullable=False),  # the kind of case; empty: any
    Column("title", String(60), nullable=False),
    Column("text", Text, nullable=False),  # with blanks such as {number}
    Column("ended", Boolean, nullable=False),  # offered no more from this version on
    Column("written_by", String(32), nullable=False),
    Column("written_at", Utc, nullable=False),
    UniqueConstraint("text_id", "version"),
    sqlite_with_rowid=False,
)
