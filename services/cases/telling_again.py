"""Whoever files the same thing once more is asked whether it belongs to what they have told already (A42).

Only cases that the same account has filed itself are looked at: nobody learns of anybody else's.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, update

from models.tables import cases
from services import people
from services.cases.confining import OFFICE_ITSELF, Confined, reason_for
from services.cases.filing import Case, Complaint, add, own_case
from services.cases.life import COMPLAINT, ENDS
from services.foundation import audit
from services.foundation.act import CITIZEN, Act
from services.foundation.folding import folded
from services.foundation.resembling import likeness, pairs
from services.people import Contact

NEAR = timedelta(days=30)
VERY_ALIKE = 0.6  # of 1: what is told twice of one thing, and not of two visits to one window
MOST_COMPARED, LONGEST_COMPARED = 8, 2_000  # cases, the newest; characters of each


def told_already(act: Act, contact: Contact, complaint: Complaint) -> Case | None:
    """The open case in which this contact has told the same of the same unit within `NEAR`; None where there is none.

    One that others than the new one may read is none: what is for the discipline desk does not go to the office.
    """
    mine = [case_id for case_id, filed in people.owned(act, contact.id, cases) if filed]
    if not mine:
        return None
    unit_id = None if complaint.unit_id == OFFICE_ITSELF else complaint.unit_id
    why = reason_for(act, COMPLAINT, complaint.unit_id, complaint.category)
    known = (
        cases.c.id.in_(mine),
        cases.c.kind == COMPLAINT,
        cases.c.state.not_in(ENDS),
        cases.c.received_on >= act.now.date() - NEAR,
        cases.c.unit_id == unit_id if unit_id else cases.c.unit_id.is_(None),
    )
    columns = cases.c.id, cases.c.what, cases.c.confined
    newest = select(*columns).where(*known).order_by(cases.c.received_on.desc(), cases.c.id).limit(MOST_COMPARED)
    readers = (why,) if why else (None, Confined.PASSED)
    rows = [row for row in act.tx.execute(newest) if row.confined in readers]
    said = _pairs(complaint.what) if rows else frozenset()
    scored = [(likeness(said, _pairs(row.what)), row.id) for row in rows]
    score, case_id = max(scored, default=(0.0, ""))
    return own_case(act, contact.id, case_id) if score >= VERY_ALIKE else None


def tell_again(act: Act, contact: Contact, case_id: str, complaint: Complaint) -> Case | None:
    """Adds all that a complaint tells to an open case that this contact has filed itself; None where it is none by now.

    A name and a phone that were left go where those of the case lie.
    """
    case = own_case(act, contact.id, case_id)
    if case is None or case.state in ENDS or (case_id, True) not in people.owned(act, contact.id, cases):
        return None
    when = (complaint.happened or "").replace("T", " ")
    add(act, contact, case_id, "\n".join(filter(None, (complaint.what, complaint.staff, when))), complaint.media)
    if complaint.name is not None:
        people.leave_name(act, case_id, {"name": complaint.name, "phone": complaint.phone})
        act.tx.execute(update(cases).where(cases.c.id == case_id).values(named=True))
        act.wrote(cases, case_id)
        audit.append(act.by(CITIZEN), "identity_left", case_id)
    return case


def _pairs(what: str) -> frozenset[str]:
    return pairs(folded(what[:LONGEST_COMPARED]))
