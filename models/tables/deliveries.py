"""The deliveries, which are everything that leaves, and who sends on which channel."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, and_

from models.tables.base import FETCHING, BigId, metadata
from models.types import Utc

deliveries = Table(
    "deliveries",
    metadata,
    # Below 0 where the row, about a report, tells the day alone (services.deliveries.queue_apart).
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("urgency", String(16), nullable=False),  # reply, reminder, broadcast
    Column("notice_id", ForeignKey("notices.id")),  # the notice of a broadcast
    Column("about", String(32)),  # the obligation that it asks for: withdrawn when nothing is owed any more
    Column("sealed", LargeBinary),  # the sealed Body; None: the notice's own
    Column("letter", BigInteger),  # its number among the contact's own, where pages fetch them; None: not due yet
    # queued sending sent delivered acknowledged; failed, uncertain, aborted, superseded
    Column("state", String(12), nullable=False),
    Column("due_at", Utc, nullable=False),  # AT_ONCE where it waits for no moment
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", String(300)),
    Column("wire_id", String(64)),  # the channel's own id of the message
    Column("nudged", Boolean),  # of a row that tells the day alone: whether it was looked at for an SMS
    Column("created_at", Utc, nullable=False),
    Column("sent_at", Utc),
    Column("acknowledged_at", Utc),
)


Index(
    "ix_deliveries_due",
    deliveries.c.channel,
    deliveries.c.state,
    deliveries.c.urgency,
    deliveries.c.due_at,
    deliveries.c.id,
)


Index(  # counts how a notice goes without reading rows
    "ix_deliveries_notice",
    deliveries.c.notice_id,
    deliveries.c.state,
    deliveries.c.channel,
    sqlite_where=deliveries.c.notice_id.is_not(None),
    postgresql_where=deliveries.c.notice_id.is_not(None),
)


Index(  # finds whose tap acknowledges the notice
    "ix_deliveries_recipient",
    deliveries.c.notice_id,
    deliveries.c.contact_id,
    sqlite_where=deliveries.c.notice_id.is_not(None),
    postgresql_where=deliveries.c.notice_id.is_not(None),
)


# Only on the channel whose pages fetch are rows looked up by contact; a few of them have no number yet.
Index(
    "ix_deliveries_mailbox",
    deliveries.c.contact_id,
    deliveries.c.letter,
    sqlite_where=deliveries.c.channel == FETCHING,
    postgresql_where=deliveries.c.channel == FETCHING,
)


_UNSEEN = and_(
    deliveries.c.id < 0, deliveries.c.channel == FETCHING, deliveries.c.state == "queued", deliveries.c.nudged.is_(None)
)
Index("ix_deliveries_unseen", deliveries.c.created_at, sqlite_where=_UNSEEN, postgresql_where=_UNSEEN)


_UNNUMBERED = and_(
    deliveries.c.channel == FETCHING,
    deliveries.c.letter.is_(None),
    deliveries.c.state != "aborted",
    deliveries.c.state != "superseded",
)
Index("ix_deliveries_unnumbered", deliveries.c.due_at, sqlite_where=_UNNUMBERED, postgresql_where=_UNNUMBERED)


lanes = Table(
    "lanes",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("place", String(200), nullable=False),  # the sender's: one sender keeps the channel's order and pace
    Column("run_id", String(32), nullable=False),
    Column("until", Utc, nullable=False),
)
