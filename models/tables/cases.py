"""Citizens' cases, without their senders."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, String, Table, Text

from models.tables.base import id_column, metadata
from models.types import Utc

cases = Table(
    "cases",
    metadata,
    id_column(),
    Column("number", String(20), nullable=False, unique=True),  # 20261121-0042
    Column("kind", String(16), nullable=False),  # complaint, question (C04)
    Column("source", String(16), nullable=False),  # C01-C03: chat, later hotline, letter, ...
    Column("unit_id", ForeignKey("units.id"), index=True),  # None: the citizen does not know
    Column("staff", String(200)),  # the person complained of, as the citizen put it
    Column("category", String(16)),
    Column("what", Text, nullable=False),
    Column("sought", Text),  # what and staff, folded, for the search: services.foundation.folding.sought
    Column("happened", String(32)),  # ISO 8601, a day or a moment
    Column("named", Boolean, nullable=False),
    Column("state", String(16), nullable=False),  # received, accepted, declined, answered
    Column("received_at", Utc, nullable=False, index=True),
    Column("read_at", Utc),
    Column("fresh_at", Utc),  # the newest thing from the citizen: the order of the desk
    Column("decided_at", Utc),
)
