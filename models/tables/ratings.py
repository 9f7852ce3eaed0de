"""What citizens say of the office's answers: solved or not, and one of five levels (好差评).

Days lie open; the moment at which one was given, and its words, are those of its entry.
"""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from models.tables.base import id_column, metadata

ratings = Table(
    "ratings",
    metadata,
    id_column(),
    Column("case_id", ForeignKey("cases.id"), nullable=False),
    Column("round", Integer, nullable=False),  # 1; further ones after it was put right, or closed again
    Column("state", String(8), nullable=False),  # services.cases.RatingState
    Column("asked_on", Date, nullable=False),
    Column("remind_on", Date),  # None: reminded
    Column("until_on", Date, nullable=False),  # the last day on which it can be given
    Column("given_on", Date),
    Column("solved", Boolean),
    Column("level", String(20)),  # a code of services.cases.LEVELS
    Column("reasons", JSON),  # codes of services.cases.REASONS
    Column("entry_id", String(32)),  # what was said with it
    Column("right_on", Date),  # of a bad one: when the office noted that it was put right
    Column("aside_id", String(32)),  # the entry that says why it was set aside, and by whom
    UniqueConstraint("case_id", "round"),
    sqlite_with_rowid=False,
)


Index("ix_ratings_open", ratings.c.state, ratings.c.until_on)

walkins = Table(  # what somebody says at a window, by its code, without a case; nothing leads to who it was
    "walkins",
    metadata,
    id_column(),
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("given_on", Date, nullable=False, index=True),
    Column("served", Boolean, nullable=False),
    Column("level", String(20), nullable=False),  # a code of services.cases.LEVELS
    Column("reasons", JSON),  # codes of services.cases.WALKIN_REASONS
    Column("text", Text, nullable=False),
    Column("mark", String(64), nullable=False, unique=True),  # keyed: of the contact, the unit and the day
    Column("looked_on", Date),  # of a bad one: when the office noted what it had found out
    Column("looked_by", String(32)),
    Column("looked", Text),
    sqlite_with_rowid=False,
)
