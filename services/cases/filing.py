"""A citizen's case: filed, added to, followed. Who filed it lies in the vault, never in the case."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, select

from conversation.messages import Media
from models.prepared import Prepared
from models.tables import cases, entries, evidence
from services import calendar, obligations, people
from services.calendar import Limits, SourceLimits
from services.cases.asking import reacted
from services.cases.confining import OFFICE_ITSELF, call, reason_for
from services.cases.given import given
from services.cases.life import COMPLAINT, QUESTION, State, Step, steps_from
from services.cases.steps import HANDLING, from_citizen
from services.evidence import Enclosure, attach
from services.foundation import audit
from services.foundation.act import CITIZEN, Act
from services.foundation.moments import entry_moment, oldest_first, sealed_now
from services.foundation.numbers import report_number
from services.foundation.searching import sealed_words
from services.foundation.vault import new_id
from services.obligations import Promise
from services.people import Contact

LONGEST_TEXT = 10_000
MOST_MEDIA = 9
MOST_OWN = 50
# What a complaint is about (W09): each has its words in the templates.
CATEGORIES = ("slow", "shirk", "rude", "bribe", "fees", "abuse", "absent", "other")
ACCEPTANCE = "acceptance"  # what the office owes about a complaint: its word whether it is accepted


_INSERT = Prepared(
    insert(cases),
    "id",
    "number",
    "kind",
    "source",
    "unit_id",
    "staff",
    "category",
    "what",
    "sought",
    "happened",
    "named",
    "state",
    "received_on",
    "received",
    "moved_on",
    "moved",
    "read",
    "about_id",
    "confined",
    "priority",
)


@dataclass(frozen=True)
class Complaint:
    """A complaint as a citizen files it. `happened` is an ISO 8601 day, moment, or stretch of days."""

    unit_id: str | None
    category: str
    what: str
    staff: str | None = None
    happened: str | None = None
    name: str | None = None
    phone: str | None = None
    media: tuple[Media, ...] = ()


@dataclass(frozen=True)
class Case:
    """A case without its sender."""

    id: str
    number: str
    kind: str
    unit_id: str | None
    category: str | None
    what: str
    state: str
    received_on: date
    pieces: int  # pieces of evidence that came with it
    asked_until: date | None = None  # the last day for what the office has asked, while it waits for it
    confined: str | None = None  # why the discipline desk alone sees it: a `services.cases.Confined`
    promised: Promise | None = None  # what the office owes about it now: its word whether it accepts, or the answer

    @property
    def steps(self) -> Collection[Step]:
        """The steps that the case can take from where it stands."""
        return steps_from(self.kind, self.state)


@dataclass(frozen=True)
class Entry:
    """Something said about a case later. `kind`: one of `_BETWEEN`."""

    kind: str
    text: str
    at: datetime
    pieces: int
    given: Sequence[Enclosure] = ()  # what went to the citizen with it


def file_complaint(act: Act, contact: Contact, complaint: Complaint, limits: Limits | None = None) -> tuple[Case, str]:
    """Files a complaint; returns the case and the receipt code, which is shown this once and kept nowhere.

    From now on the office owes its word whether the complaint is accepted, if it has set itself a limit for that.
    """
    row = {
        "kind": COMPLAINT,
        "unit_id": complaint.unit_id,
        "staff": complaint.staff,
        "category": complaint.category,
        "what": complaint.what,
        "happened": complaint.happened,
        "named": complaint.name is not None,
    }
    identity = {"name": complaint.name, "phone": complaint.phone}
    case, receipt = _sent(act, contact, row, identity, complaint.media)
    return promised(act.by(CITIZEN), case, (limits or calendar.limits()).of(contact.channel)), receipt


def file_question(
    act: Act, contact: Contact, text: str, media: Sequence[Media], limits: Limits | None = None
) -> tuple[Case, str]:
    """Files a question to the office as a case: it gets an answer, and the answer is kept."""
    case, receipt = _sent(act, contact, {"kind": QUESTION, "what": text, "named": False}, {}, media)
    return promised(act.by(CITIZEN), case, (limits or calendar.limits()).of(contact.channel)), receipt


def promised(act: Act, case: Case, limits: SourceLimits) -> Case:
    """The case with what the office owes about it from now on; nothing where it has set itself no limit (A32)."""
    kind, days = (ACCEPTANCE, limits.accept) if case.kind == COMPLAINT else (HANDLING, limits.reply)
    if days is None:
        return case
    return replace(case, promised=obligations.promise(act, kind, case.id, case.number, days, counted=limits.days))


def promise_acceptance(act: Act, case: Case, days: int | None) -> Case:
    """The case with the office's word within so many working days of its own; nothing without."""
    return promised(act, case, SourceLimits(accept=days))


def _sent(
    act: Act, contact: Contact, values: dict[str, Any], identity: dict[str, Any], media: Sequence[Media]
) -> tuple[Case, str]:
    """Files what a citizen has sent by chat."""
    case = file(act, {"source": contact.channel, **values}, len(media))
    receipt = people.keep_identity(act, case.id, contact, identity, receipt=True)
    attach(act, contact, case.id, media)
    audit.append(act.by(CITIZEN), f"{case.kind}_filed", case.id, {"number": case.number})
    return case, receipt or ""


def file(act: Act, values: dict[str, Any], pieces: int = 0, case_id: str = "") -> Case:
    """Writes a new case; who filed it and the event are its caller's."""
    case_id = case_id or new_id()
    moment = sealed_now(act, case_id)  # it came in, and moved last: one moment
    confined = values.get("confined") or reason_for(act, values["kind"], values.get("unit_id"), values.get("category"))
    row = {
        "id": case_id,
        "number": report_number(act),
        "unit_id": None,
        "category": None,
        "staff": None,
        "happened": None,
        "about_id": None,
        "priority": None,
        "state": State.RECEIVED,
        "received_on": act.now.date(),
        "received": moment,
        "moved_on": act.now.date(),
        "moved": moment,
        "read": False,
        **values,
        "confined": confined,
        "sought": sealed_words(act.vault, case_id, values["what"], values.get("staff")),
    }
    if row["unit_id"] == OFFICE_ITSELF:
        row["unit_id"] = None
    if confined:
        call(act, case_id)
    _INSERT.later(act.tx, row)
    act.wrote(cases, row)
    return Case(
        row["id"],
        row["number"],
        row["kind"],
        row["unit_id"],
        row["category"],
        row["what"],
        State.RECEIVED,
        row["received_on"],
        pieces,
        confined=row["confined"],
    )


def own(act: Act, contact_id: str) -> list[Case]:
    """The cases that this contact has filed or taken up by receipt code, newest first."""
    return cases_of(act, people.newest_owned(act, contact_id, cases, MOST_OWN))


def own_case(act: Act, contact_id: str, case_id: str) -> Case | None:
    """A case of this contact's own, however old; None for anybody else's."""
    return next(iter(cases_of(act, [case_id])), None) if people.owns(act, contact_id, case_id) else None


def cases_of(act: Act, ids: Sequence[str]) -> list[Case]:
    """The cases with these ids, in their order, each with what the office owes about it."""
    found = {row.id: _case(row) for row in act.tx.execute(_CASES.where(cases.c.id.in_(ids)))}
    owed = obligations.promised(act, ids)
    return [replace(found[id], promised=owed.get(id)) for id in ids if id in found]


def adopt(act: Act, contact: Contact, code: str) -> Case | None:
    """Finds the case of a receipt code; from now on this contact follows it too."""
    subject_id = people.by_receipt(act, code)
    case = next(iter(cases_of(act, [subject_id])), None) if subject_id else None
    if case is not None:
        people.follow(act, case.id, contact.id)
        audit.append(act.by("citizen"), "receipt_used", case.id)
    return case


def add(act: Act, contact: Contact, case_id: str, text: str, media: Sequence[Media]) -> bool:
    """Adds words or evidence from the citizen; False when the case is not this contact's."""
    if not people.owns(act, contact.id, case_id):
        return False
    entry_id = new_id()
    row = {
        "id": entry_id,
        "subject_id": case_id,
        "kind": "addition",
        "text": text,
        "sought": sealed_words(act.vault, entry_id, text),
        **entry_moment(act, entry_id),
    }
    act.tx.execute(insert(entries).values(**row))
    act.wrote(entries, row)
    attach(act, contact, case_id, media, entry_id)
    from_citizen(act, case_id)
    reacted(act, case_id)
    audit.append(act.by("citizen"), "addition_filed", case_id)
    return True


def history(act: Act, subject_id: str) -> list[Entry]:
    """What was said between its citizen and the office about a case since it was filed, oldest first."""
    counted = select(func.count()).where(evidence.c.entry_id == entries.c.id).scalar_subquery()
    gone_out = given(act, subject_id)
    columns = entries.c.id, entries.c.kind, entries.c.text, entries.c.at, entries.c.exact, counted.label("pieces")
    rows = act.tx.execute(select(*columns).where(entries.c.subject_id == subject_id, entries.c.kind.in_(_BETWEEN)))
    return [
        Entry(row.kind, row.text, at, len(pieces) or row.pieces, pieces)
        for at, row in oldest_first(act, rows)
        for pieces in (gone_out.get(row.id, ()),)
    ]


# The kinds of entries that a citizen reads, by allow-list: what the office notes for itself is never among them.
_BETWEEN = (
    "addition",
    "question",
    "interim",
    "rate",
    "make_good",
    Step.NO_REACTION,
    *(step.value for step in (Step.ACCEPT, Step.DECLINE, Step.REFER, Step.CLOSE, Step.WITHDRAW, Step.REOPEN)),
    *(step.value for step in (Step.APPEAL, Step.UPHOLD)),
)


def asked_about(act: Act, case_ids: Sequence[str]) -> set[str]:
    """Those of the cases about which the office has asked the citizen something that has not been answered."""
    told = entries.c.subject_id.in_(case_ids), entries.c.kind.in_(("question", "addition"))
    columns = entries.c.id, entries.c.subject_id, entries.c.kind, entries.c.at, entries.c.exact
    found = act.tx.execute(select(*columns).where(*told)) if case_ids else ()
    last = {row.subject_id: row.kind for _, row in oldest_first(act, found)}
    return {case_id for case_id, kind in last.items() if kind == "question"}


_PIECES = (
    select(func.count())
    .where(evidence.c.subject_id == cases.c.id, evidence.c.entry_id.is_(None))
    .scalar_subquery()
    .label("pieces")
)
_CASES = select(
    cases.c.id,
    cases.c.number,
    cases.c.kind,
    cases.c.unit_id,
    cases.c.category,
    cases.c.what,
    cases.c.state,
    cases.c.received_on,
    _PIECES,
    cases.c.asked_until,
    cases.c.confined,
)


def _case(row: Any) -> Case:
    return Case(*row)
