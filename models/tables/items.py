"""The items of a case: what one citizen asks for in one report, each with an answer of its own (C22).

The day and the words of an answer are those of its entry.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, LargeBinary, String, Table, Text, UniqueConstraint

from models.tables.base import id_column, metadata

items = Table(
    "items",
    metadata,
    id_column(),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("position", Integer, nullable=False),  # 1, 2, 3 …: shown behind the case's number, for the office alone
    Column("text", Text, nullable=False),  # what is asked for, as the office puts it; no unit reads it
    Column("sought", LargeBinary),  # sealed: text, folded; the words of its answers lie with their entries
    Column("obligation_id", String(32), index=True),  # the newest that a unit owes about it; None: not handed over
    Column("answer_id", String(32)),  # the entry with the newest answer to the citizen; None: none yet
    Column("told_on", Date),  # when this answer was told by itself; None: with the closing words, or not yet
    UniqueConstraint("case_id", "position"),
    sqlite_with_rowid=False,
)
