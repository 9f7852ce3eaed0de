"""Every table. Ids are random: nothing about a report follows from its id, and no report names its sender.

The identity store is `people`, `contacts`, `vault` and `owners`: their content is sealed with the key file, and what
must be found again (a chat address, a receipt code, the owner of a report) is kept as a keyed hash. A dump without the
key tells nothing.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

from models.types import Utc

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "fk": "fk_%(table_name)s_%(column_0_name)s"}
)
SMS = "sms"  # the channel whose addresses are the numbers of people
FETCHING = "web"  # the channel whose pages read their own rows
BigId = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[str]:
    return Column("id", String(32), primary_key=True)


units = Table(
    "units",
    metadata,
    Column("id", String(32), primary_key=True),  # a short code: "gtj", "gtj-bz"
    Column("parent_id", ForeignKey("units.id"), index=True),
    Column("kind", String(16), nullable=False),  # bureau, district, vertical, subordinate, window, section (R08)
    Column("name", String(200), nullable=False),
    Column("pinyin", String(400), nullable=False),  # "guotuju guotuju..." of each reading
    Column("initials", String(100), nullable=False),  # "gtj"
    Column("position", Integer, nullable=False),
    Column("closed", Boolean, nullable=False, default=False),
    Column("area", String(40)),  # of the city: an audience of notices
)

# --- identity store ---------------------------------------------------------------------------------------------

people = Table(
    "people",
    metadata,
    _id(),
    Column("sealed", LargeBinary, nullable=False),  # name, phone, title
    Column("created_at", Utc, nullable=False),
)

contacts = Table(
    "contacts",
    metadata,
    _id(),
    Column("channel", String(16), nullable=False),
    Column("address_hash", String(64), nullable=False, unique=True),  # keyed hash of channel and address
    Column("sealed", LargeBinary, nullable=False),  # the address itself
    Column("language", String(8), nullable=False),
    Column("person_id", ForeignKey("people.id"), index=True),  # set when a link binds the account
    Column("blocked_at", Utc),
    Column("created_at", Utc, nullable=False),
)

vault = Table(
    "vault",
    metadata,
    Column("subject_id", String(32), primary_key=True),  # a case or a visit
    Column("receipt_hash", String(64), unique=True),  # keyed hash of the receipt code
    Column("sealed", LargeBinary, nullable=False),  # name, phone, place, exact time
)

owners = Table(
    "owners",
    metadata,
    Column("subject_id", String(32), primary_key=True),
    Column("owner_hash", String(64), primary_key=True, index=True),  # keyed hash of a contact that may follow it
    Column("sealed", LargeBinary, nullable=False),  # that contact's id
)

grants = Table(
    "grants",
    metadata,
    _id(),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("role", String(32), nullable=False),  # of services.people.rights.Role
    Column("unit_id", ForeignKey("units.id")),
    Column("since", Utc, nullable=False),
    Column("until", Utc),
)

links = Table(
    "links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False, index=True),
    Column("expires_at", Utc, nullable=False),
    Column("used_at", Utc),
)

logins = Table(
    "logins",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("person_id", ForeignKey("people.id"), nullable=False),
    Column("expires_at", Utc, nullable=False),
)

# --- the dialogue -----------------------------------------------------------------------------------------------

inbox = Table(
    "inbox",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("event_id", String(80), primary_key=True),
    Column("at", Utc, nullable=False),
    sqlite_with_rowid=False,
)

sessions = Table(  # no index but its key: every turn rewrites its row, and only a job now and then looks for idle ones
    "sessions",
    metadata,
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("turn", Integer, nullable=False),  # grows for ever, over all flows: an old button never fits
    Column("flow", String(32)),  # None: nothing under way
    Column("sealed", LargeBinary),
    Column("touched_at", Utc, nullable=False),
    Column("reminded_at", Utc),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("contact_id", ForeignKey("contacts.id"), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("urgency", String(16), nullable=False),  # reply, reminder, broadcast
    Column("notice_id", ForeignKey("notices.id")),  # of a broadcast
    Column("about", String(32)),  # the obligation that it asks for: taken back when nothing is owed any more
    Column("sealed", LargeBinary),  # the Body; None: that of the notice
    # queued sending sent delivered acknowledged; failed, uncertain, aborted, superseded
    Column("state", String(12), nullable=False),
    Column("due_at", Utc, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("error", String(300)),
    Column("wire_id", String(64)),  # the channel's own id of the message
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
Index(  # how a notice goes, counted without its rows
    "ix_deliveries_notice",
    deliveries.c.notice_id,
    deliveries.c.state,
    deliveries.c.channel,
    sqlite_where=deliveries.c.notice_id.is_not(None),
    postgresql_where=deliveries.c.notice_id.is_not(None),
)
Index(  # whose tap acknowledges it
    "ix_deliveries_recipient",
    deliveries.c.notice_id,
    deliveries.c.contact_id,
    sqlite_where=deliveries.c.notice_id.is_not(None),
    postgresql_where=deliveries.c.notice_id.is_not(None),
)
Index(  # what a page must not see yet
    "ix_deliveries_scheduled",
    deliveries.c.due_at,
    sqlite_where=(deliveries.c.channel == FETCHING) & (deliveries.c.due_at > deliveries.c.created_at),
    postgresql_where=(deliveries.c.channel == FETCHING) & (deliveries.c.due_at > deliveries.c.created_at),
)
# Only a channel that fetches looks for its rows by contact.
Index(
    "ix_deliveries_mailbox",
    deliveries.c.contact_id,
    deliveries.c.id,
    sqlite_where=deliveries.c.channel == FETCHING,
    postgresql_where=deliveries.c.channel == FETCHING,
)

lanes = Table(
    "lanes",
    metadata,
    Column("channel", String(16), primary_key=True),
    Column("place", String(200), nullable=False),  # of the one sender: order and pace of the channel are its business
    Column("life", String(32), nullable=False),
    Column("until", Utc, nullable=False),
)

menus = Table(
    "menus",
    metadata,
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),  # what each number of the last menu by SMS stands for
    Column("at", Utc, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    _id(),
    Column("channel", String(16), nullable=False),
    Column("event_id", String(80)),
    Column("sealed", LargeBinary, nullable=False),  # the raw update
    Column("error", String(300), nullable=False),  # the kind of error, never what the update said
    Column("at", Utc, nullable=False),
)

# --- reports ----------------------------------------------------------------------------------------------------

counters = Table(
    "counters", metadata, Column("name", String(40), primary_key=True), Column("value", Integer, nullable=False)
)

cases = Table(
    "cases",
    metadata,
    _id(),
    Column("number", String(20), nullable=False, unique=True),  # 20261121-0042
    Column("kind", String(16), nullable=False),  # complaint, question (C04)
    Column("source", String(16), nullable=False),  # C01-C03: chat, later hotline, letter, ...
    Column("unit_id", ForeignKey("units.id"), index=True),  # None: the citizen does not know
    Column("staff", String(200)),  # the person complained of, as the citizen put it
    Column("category", String(16)),
    Column("what", Text, nullable=False),
    Column("happened", String(32)),  # ISO 8601, a day or a moment
    Column("named", Boolean, nullable=False),
    Column("state", String(16), nullable=False),  # received, accepted, declined, answered
    Column("received_at", Utc, nullable=False, index=True),
    Column("read_at", Utc),
    Column("fresh_at", Utc),  # the newest thing from the citizen: the order of the desk
    Column("decided_at", Utc),
)

visits = Table(
    "visits",
    metadata,
    _id(),
    Column("number", String(20), nullable=False, unique=True),
    Column("unit_id", ForeignKey("units.id"), nullable=False, index=True),
    Column("method", String(16), nullable=False),  # S08: patrol, shadow, simulate
    Column("findings", JSON, nullable=False),  # {block: {"ticked": [...], "remark": ...}} (S01)
    Column("waited_minutes", Integer),
    Column("note", Text),
    Column("state", String(16), nullable=False),  # received, noted
    Column("received_at", Utc, nullable=False, index=True),
    Column("read_at", Utc),
    Column("fresh_at", Utc),
)

entries = Table(
    "entries",
    metadata,
    _id(),
    Column("subject_id", String(32), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # addition, question, answer, decision, …
    Column("actor", String(32)),  # of the office's and the units' people; None: the citizen, or not told
    Column("text", Text, nullable=False),
    Column("at", Utc, nullable=False),
)

evidence = Table(
    "evidence",
    metadata,
    _id(),
    Column("subject_id", String(32), index=True),  # None: uploaded, not yet submitted
    Column("entry_id", String(32)),
    Column("position", Integer, nullable=False, default=0),
    Column("kind", String(8), nullable=False),  # photo, voice, video, file
    Column("state", String(12), nullable=False),  # waiting, kept, refused
    Column("sealed", LargeBinary, nullable=False),  # where it comes from: channel, reference, file name
    Column("caption", Text),  # what was written under it
    Column("sha256", String(64)),  # of the original
    Column("mime", String(100)),
    Column("bytes", Integer),
    Column("width", Integer),
    Column("height", Integer),
    Column("seconds", Float),
    Column("fingerprint", String(16)),
    Column("error", String(40)),
    Column("attempts", Integer, nullable=False, default=0),
    Column("due_at", Utc, nullable=False),
    Column("created_at", Utc, nullable=False),
)
Index("ix_evidence_due", evidence.c.state, evidence.c.due_at)

# --- what units owe ---------------------------------------------------------------------------------------------

calendar_days = Table(
    "calendar_days",
    metadata,
    Column("day", String(10), primary_key=True),  # ISO 8601; the office's own days win over the calendar (A34)
    Column("works", Boolean, nullable=False),
    Column("note", String(200), nullable=False, default=""),
    Column("set_at", Utc, nullable=False),
)

obligations = Table(
    "obligations",
    metadata,
    _id(),
    Column("number", String(20), nullable=False, unique=True),  # D20261121-0003
    Column("kind", String(16), nullable=False),  # of rulebooks/ladders.toml: complaint, instruction, …
    Column("unit_id", ForeignKey("units.id"), nullable=False),
    Column("subject_id", String(32), index=True),  # the case it is about
    Column("asked", Text, nullable=False),  # the office's own words, never the citizen's
    Column("state", String(12), nullable=False),  # open acknowledged answered accepted returned excused
    Column("owed_since", Utc),  # None unless it is the unit's turn: open, acknowledged or returned
    Column("due_at", Utc, nullable=False),
    Column("created_at", Utc, nullable=False),
    Column("created_by", String(32), nullable=False),  # a clerk
    Column("acknowledged_at", Utc),
    Column("acknowledged_by", String(32)),
    Column("answered_at", Utc),
    Column("settled_at", Utc),  # accepted or excused
)
Index("ix_obligations_unit", obligations.c.unit_id, obligations.c.due_at)
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
    Column("id", BigId, primary_key=True, autoincrement=True),
    Column("obligation_id", ForeignKey("obligations.id"), nullable=False, index=True),
    Column("kind", String(12), nullable=False),  # before, holiday, day, over; silence; told: said at once
    Column("step", Integer, nullable=False, default=0),  # working days before or over
    Column("to", String(12), nullable=False),  # head (and superior), deputy, office
    Column("by", String(8), nullable=False),  # chat, sms
    Column("nth", Integer, nullable=False),  # of all that the unit is told: its visible number; repeats carry the same
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
    _id(),
    Column("obligation_id", ForeignKey("obligations.id"), nullable=False, index=True),
    Column("state", String(12), nullable=False),  # waiting, granted, refused, moot
    Column("reason", Text, nullable=False),
    Column("wanted_at", Utc, nullable=False),  # the deadline that the unit asks for
    Column("late", Boolean, nullable=False),  # asked for after the deadline (A33)
    Column("asked_by", String(32), nullable=False),
    Column("asked_at", Utc, nullable=False),
    Column("decided_by", String(32)),
    Column("decided_at", Utc),
    Column("word", Text),  # of the office
)

happenings = Table(  # what a rule may count: of units alone, never of who told of it
    "happenings",
    metadata,
    _id(),
    Column("once", String(80), nullable=False, unique=True),  # names the happening: it is recorded once
    Column("kind", String(24), nullable=False),  # overdue, returned; complaint_accepted, complaint_declined, …
    Column("unit_id", ForeignKey("units.id")),  # None: nobody knows yet whom it concerns
    Column("subject_id", String(32)),  # a case, a visit, …
    # No foreign key: its lock, taken after the row's own, could wait in a circle with whoever holds the obligation.
    Column("obligation_id", String(32), index=True),
    Column("at", Utc, nullable=False),  # when it happened: of a deadline the deadline itself
    Column("detail", JSON, nullable=False),  # codes, numbers and ISO moments
)
Index("ix_happenings_unit", happenings.c.unit_id, happenings.c.kind, happenings.c.at)

notices = Table(
    "notices",
    metadata,
    _id(),
    Column("number", String(20), nullable=False, unique=True),  # N20261121-0003
    Column("state", String(12), nullable=False),  # draft, waiting (for a second clerk), released, done, aborted
    Column("texts", JSON, nullable=False),  # {language: what is said}
    Column("audience", JSON, nullable=False),
    Column("acknowledges", Boolean, nullable=False),  # recipients are asked for one tap
    Column("body", LargeBinary),  # the Body, sealed, frozen at the release
    Column("total", Integer),  # recipients at the release
    Column("spread_to", String(32)),  # while deliveries are being written: the last recipient that has one; then None
    Column("send_at", Utc),  # None: at once
    Column("created_at", Utc, nullable=False),
    Column("created_by", String(32), nullable=False),
    Column("released_at", Utc),
    Column("released_by", String(32)),
    Column("aborted_at", Utc),
)

listeners = Table(  # recipients of a notice by contact: an uploaded list; from the release on all of them, frozen
    "listeners",
    metadata,
    Column("notice_id", ForeignKey("notices.id"), primary_key=True),
    Column("contact_id", ForeignKey("contacts.id"), primary_key=True),
    sqlite_with_rowid=False,
)

# --- proof and clockwork ----------------------------------------------------------------------------------------

audit = Table(
    "audit",
    metadata,
    Column("seq", BigId, primary_key=True, autoincrement=False),
    Column("at", Utc, nullable=False),
    Column("actor", String(40), nullable=False),  # "citizen", "supervisor", or the id of one of the office's people
    Column("action", String(40), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("detail", JSON, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),
)

ticks = Table("ticks", metadata, Column("job", String(40), primary_key=True), Column("at", Utc, primary_key=True))
