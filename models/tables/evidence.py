"""What is said about a subject later, and the evidence about it."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, Text

from models.tables.base import id_column, metadata
from models.types import Utc

entries = Table(
    "entries",
    metadata,
    id_column(),
    Column("subject_id", String(32), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # addition, question, answer, decision, …
    Column("actor", String(32)),  # one of the office's or the units' people; None: the citizen, or not told
    Column("text", Text, nullable=False),
    Column("sought", LargeBinary),  # sealed: text, folded, for the search
    Column("at", Utc, nullable=False),  # about a report: the first moment of the day
    Column("exact", LargeBinary),  # about a report, sealed: the moment
    Column("detail", JSON),  # of a deadline that was moved: both moments; of words to a citizen: the pieces with them
    sqlite_with_rowid=False,
)


evidence = Table(
    "evidence",
    metadata,
    id_column(),
    Column("subject_id", String(32), index=True),  # None: uploaded, not yet submitted
    Column("entry_id", String(32)),
    Column("position", Integer, nullable=False, default=0),
    Column("kind", String(8), nullable=False),  # photo, voice, video, file
    Column("state", String(12), nullable=False),  # waiting, kept, refused
    Column("sealed", LargeBinary, nullable=False),  # where the bytes come from: channel, reference, file name
    Column("ours", Boolean, nullable=False, default=False),  # enclosed by the office with its words to a citizen
    Column("caption", Text),  # what the sender wrote under it
    Column("sha256", String(64)),  # hash of the original
    Column("mime", String(100)),
    Column("bytes", Integer),
    Column("width", Integer),
    Column("height", Integer),
    Column("seconds", Float),
    Column("fingerprint", String(16)),
    Column("error", String(40)),  # why it was refused; of a kept piece, its flaw
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Utc, nullable=False),
    Column("created_at", Utc, nullable=False),  # of a report's piece: the first moment of the day
    Column("taken_at", Utc),  # of an upload: when a conversation took it; None: only sent, or a report's by now
    sqlite_with_rowid=False,
)


Index("ix_evidence_due", evidence.c.state, evidence.c.due_at)
