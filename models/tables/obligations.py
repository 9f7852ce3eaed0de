"""What units, or the office itself, owe by a date; the reminders of it, and the requests for more time."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text

from models.tables.base import BigId, id_column, metadata
from models.types import Utc

obligations = Table(
    "obligations",
    metadata,
    id_column(),
    Column("number", String(20), nullable=False),  # D20261121-0003; of the office's own: the subject's
    Column("kind", String(16), nullable=False),  # named in rulebooks/ladders.toml: complaint, instruction, …
    Column("unit_id", ForeignKey("units.id")),  # None: the office itself owes it, and no unit hears of it
    Column("subject_id", String(32), index=True),  # the case it is about
    Column("asked", Text, nullable=False),  # the office's own words, never the citizen's; empty for its own
    Column("sought", Text),  # asked, folded, for the search
    Column("state", String(12), nullable=False),  # open acknowledged answered returned not_ours accepted excused
    # Of what the office itself owes about a report, owed_since, created_at and settled_at tell the day alone.
    Column("owed_since", Utc),  # since when; None unless it is the unit's turn: open, acknowledged or returned
    Column("due_at", Utc, nullable=False),
    # Of a deadline that was given in working days, counted from the day of its creation; None: it was given as a date.
    Column("working_days", Integer),
    Column("days_left", Integer),  # of what the office owes, while its clock stands still: the days left; else None
    Column("created_at", Utc, nullable=False),
    Column("created_by", String(32), nullable=False),  # the clerk who handed it over; the citizen for a promise
    Column("shown_from", Utc),  # when its unit hears of it, with others: services.obligations.releasing; None: at once
    Column("acknowledged_at", Utc),
    Column("acknowledged_by", String(32)),
    Column("answered_at", Utc),
    Column("settled_at", Utc),  # when it was accepted or excused
    sqlite_with_rowid=False,
)


Index(
    "uq_obligations_number",
    obligations.c.number,
    unique=True,
    sqlite_where=obligations.c.unit_id.is_not(None),
    postgresql_where=obligations.c.unit_id.is_not(None),
)


Index("ix_obligations_unit", obligations.c.unit_id, obligations.c.due_at)


Index(
    "ix_obligations_late",
    obligations.c.unit_id,
    obligations.c.kind,
    obligations.c.due_at,
    sqlite_where=obligations.c.owed_since.is_not(None),
    postgresql_where=obligations.c.owed_since.is_not(None),
)


Index(
    "ix_obligations_owed",
    obligations.c.due_at,
    obligations.c.unit_id,
    obligations.c.kind,
    sqlite_where=obligations.c.owed_since.is_not(None),
    postgresql_where=obligations.c.owed_since.is_not(None),
)


reminders = Table(
    "reminders",
    metadata,
    # Below 0 and at random for what the office itself owes about a report: their order would be that of the reports.
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("obligation_id", ForeignKey("obligations.id"), nullable=False, index=True),
    Column("kind", String(12), nullable=False),  # before, holiday, day, over; silence; told: said at once
    Column("step", Integer, nullable=False, default=0),  # working days before or after the deadline
    Column("to", String(12), nullable=False),  # head (and superior), deputy, office
    Column("by", String(8), nullable=False),  # chat, sms
    Column("nth", Integer, nullable=False),  # number of the message that the unit sees; repeats carry the same
    Column("due_at", Utc, nullable=False),
    Column("fired_at", Utc),
)


Index(
    "ix_reminders_due",
    reminders.c.due_at,
    reminders.c.id,
    sqlite_where=reminders.c.fired_at.is_(None),
    postgresql_where=reminders.c.fired_at.is_(None),
)


extensions = Table(
    "extensions",
    metadata,
    id_column(),
    Column("obligation_id", ForeignKey("obligations.id"), nullable=False, index=True),
    Column("state", String(12), nullable=False),  # waiting, granted, refused, moot
    Column("reason", Text, nullable=False),
    Column("wanted_at", Utc, nullable=False),  # the deadline that the unit asks for
    Column("late", Boolean, nullable=False),  # whether it was asked for after the deadline (A33)
    Column("asked_by", String(32), nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("decided_by", String(32)),
    Column("decided_at", Utc),
    Column("word", Text),  # the office's word on it
)


answer_links = Table(  # addresses at which a body without an account answers: one that lives for an obligation at most
    "answer_links",
    metadata,
    id_column(),
    Column("obligation_id", ForeignKey("obligations.id"), nullable=False, index=True),
    Column("mark", String(64), nullable=False, unique=True),  # keyed hash of what stands in the address
    Column("made_by", String(32), nullable=False),
    Column("made_at", Utc, nullable=False),
    Column("ended_by", String(32)),  # None: until the obligation is settled, or the days are over
    Column("ended_at", Utc),
    Column("sealed", LargeBinary, nullable=False),  # who has acted by it: name and post, by id
    sqlite_with_rowid=False,
)
