"""Citizens' cases, without their senders, and which reports were read just now.

Days lie open and moments sealed, and rows lie in the order of their random ids: nothing leads to who wrote just then.
"""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Date, ForeignKey, Index, LargeBinary, String, Table, Text

from models.tables.base import id_column, metadata
from models.types import Utc

glances = Table(  # which reports were first read in the last minutes: services.desk.glances
    "glances",
    metadata,
    id_column(),
    Column("sealed", LargeBinary, nullable=False),  # a report's id
    Column("at", Utc, nullable=False),
)


searches = Table(  # searches that people of the office have saved: services.desk.saving
    "searches",
    metadata,
    id_column(),
    Column("person_id", String(32), nullable=False, index=True),
    Column("sealed", LargeBinary, nullable=False),  # name and filters
    sqlite_with_rowid=False,
)


cases = Table(
    "cases",
    metadata,
    id_column(),
    Column("number", String(20), nullable=False, unique=True),  # 20261121-0042
    Column("kind", String(16), nullable=False),  # complaint, question (C04)
    Column("source", String(16), nullable=False),  # C01-C03: a channel, or one of services.cases.SOURCES
    Column("unit_id", ForeignKey("units.id"), index=True),  # None: the citizen does not know
    Column("staff", String(200)),  # the person complained of, as the citizen put it
    Column("category", String(16)),
    Column("what", Text, nullable=False),
    Column("sought", LargeBinary),  # sealed: what and staff, folded: services.foundation.searching
    Column("happened", String(32)),  # ISO 8601, a day or a moment
    Column("named", Boolean, nullable=False),
    Column("state", String(16), nullable=False),  # services.cases.State
    Column("received_on", Date, nullable=False, index=True),
    Column("received", LargeBinary, nullable=False),  # sealed: the moment
    Column("moved_on", Date, nullable=False),  # the newest thing from the citizen: the order of the desk
    Column("moved", LargeBinary, nullable=False),  # sealed: the moment
    Column("read", Boolean, nullable=False, default=False),  # by the office, since something last came from the citizen
    Column("decided_on", Date),  # when the office last decided about it
    Column("closed_on", Date),  # when it was last closed with an answer
    Column("outcomes", JSON),  # what came of it (C18): codes of services.cases.OUTCOMES
    Column("recovered", BigInteger),  # yuan that it recovered (C19)
    Column("about_id", String(32)),  # of retaliation: the case because of which it is; never the other way round
    Column("master_id", String(32)),  # the case with which it is answered, or was (A42); None: on its own
    Column("confined", String(12)),  # why the discipline desk alone sees it: services.cases.Confined; None: it does not
    Column("assigned_to", String(32)),  # the clerk who deals with it; None: nobody yet
    Column("priority", String(8)),  # C15: services.cases.PRIORITIES; None: it is treated like any other
    Column("appealed_on", Date),  # when its citizen appealed against how it ended: once for ever; None: never
    Column("appeal", String(8)),  # how that appeal stands: services.cases.Appeal
    Column("asked_until", Date),  # the last day for what the office asked; None: it waits for no reaction
    sqlite_with_rowid=False,
)
# The desk's list and the numbers above it, among very many: each is read in its order, and the filters with it.
_FILTERED = "unit_id", "category", "assigned_to", "priority", "received_on"
Index("ix_cases_list", *(cases.c[name] for name in ("read", "moved_on", "state", "kind", *_FILTERED)))
Index("ix_cases_counts", *(cases.c[name] for name in ("kind", "state", "read", *_FILTERED)))

Index(
    "ix_cases_asked",
    cases.c.asked_until,
    sqlite_where=cases.c.asked_until.is_not(None),
    postgresql_where=cases.c.asked_until.is_not(None),
)

Index(
    "ix_cases_appeal",
    cases.c.appeal,
    sqlite_where=cases.c.appeal.is_not(None),
    postgresql_where=cases.c.appeal.is_not(None),
)

Index(  # what is answered with a case
    "ix_cases_master",
    cases.c.master_id,
    sqlite_where=cases.c.master_id.is_not(None),
    postgresql_where=cases.c.master_id.is_not(None),
)

tags = Table(  # what the office has named to find cases by (C16): an industry, an enterprise, a topic
    "tags",
    metadata,
    id_column(),
    Column("name", String(20), nullable=False),
    Column("folded", String(80), nullable=False, unique=True),  # two spellings of one name are one tag
    sqlite_with_rowid=False,
)

case_tags = Table(  # which case has which tag
    "case_tags",
    metadata,
    id_column(),
    Column("case_id", String(32), nullable=False),
    Column("tag_id", ForeignKey("tags.id"), nullable=False),
    Column("tagged_on", Date, nullable=False),
    sqlite_with_rowid=False,
)
Index("ix_case_tags_case", case_tags.c.case_id, case_tags.c.tag_id, unique=True)
Index("ix_case_tags_tag", case_tags.c.tag_id, case_tags.c.case_id)

alerts = Table(  # cases of which the discipline desk is still to be told: services.desk.alerting; the id is the case's
    "alerts", metadata, id_column(), sqlite_with_rowid=False
)

intakes = Table(  # what only cases have that a clerk has entered for somebody (C01-C03); the id is the case's
    "intakes",
    metadata,
    id_column(),
    Column("number", String(40)),  # at the source, as it stands on the paper
    Column("arrived_on", Date),  # at the source
    Column("phoned", Boolean, nullable=False),  # whether a phone was left; which one lies in the vault
    Column("mark", String(64), nullable=False, unique=True),  # services.cases.keying: what must not be entered twice
    sqlite_with_rowid=False,
)

imports = Table(  # sheets of cases that wait to be entered, and what came of each; forgotten after a day or two
    "imports",
    metadata,
    id_column(),
    Column("made_by", String(32), nullable=False),  # the clerk: nobody else opens it
    Column("made_on", Date, nullable=False),
    Column("entered_on", Date),  # None: it waits
    Column("sealed", LargeBinary, nullable=False),  # its rows; once it is entered, the cases they have become
    sqlite_with_rowid=False,
)
