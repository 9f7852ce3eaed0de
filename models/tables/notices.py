"""Notices and their recipients."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, LargeBinary, String, Table

from models.tables.base import id_column, metadata
from models.types import Utc

notices = Table(
    "notices",
    metadata,
    id_column(),
    Column("number", String(20), nullable=False, unique=True),  # N20261121-0003
    Column("state", String(12), nullable=False),  # draft, waiting (for a second clerk), released, done, aborted
    Column("texts", JSON, nullable=False),  # {language: text}
    Column("audience", JSON, nullable=False),
    Column("acknowledges", Boolean, nullable=False),  # whether recipients are asked for one tap
    Column("body", LargeBinary),  # the sealed Body, frozen at the release
    Column("total", Integer),  # number of recipients at the release
    Column("spread_to", String(32)),  # while deliveries are being written: the last recipient that has one; then None
    Column("send_at", Utc),  # when to send; None: at once
    Column("sms_at", Utc),  # when its text messages go out or go on: at the end of the quiet hours
    Column("created_at", Utc, nullable=False),
    Column("created_by", String(32), nullable=False),
    Column("released_at", Utc),
    Column("released_by", String(32)),
    Column("aborted_at", Utc),
    Column("aborted_by", String(32)),
)


listeners = Table(  # the contacts that a notice is for: an uploaded list; after the release all of them, frozen
    "listeners",
    metadata,
    Column("notice_id", ForeignKey("notices.id"), primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    sqlite_with_rowid=False,
)
