"""Retaliation against whoever filed a case (I02): a case of its own, which the discipline desk alone sees."""

from __future__ import annotations

from sqlalchemy import select

from models.tables import cases
from services import calendar, people
from services.calendar import Limits
from services.cases.confining import RETALIATION, Confined, secrecy
from services.cases.filing import Case, file, own_case, promise_acceptance
from services.cases.life import COMPLAINT, ENDS
from services.foundation import audit
from services.foundation.act import CITIZEN, Act
from services.foundation.refusal import Common, Refusal
from services.people import Contact


def report_retaliation(
    act: Act, contact: Contact, case_id: str, words: str, limits: Limits | None = None
) -> tuple[Case, str | None]:
    """Files that somebody is made to suffer for a case of theirs; returns the new case and its receipt code.

    Said again while that case is open, it is the same one, without a code. The link leads from it to the first case,
    never back, so that whoever sees the first learns nothing. `words`: what it says until they add to it. Raises
    Refusal: gone, where the case is not this contact's.
    """
    about = own_case(act, contact.id, case_id)
    if about is None or about.category == RETALIATION:
        raise Refusal(Common.GONE)
    open_one = cases.c.about_id == case_id, cases.c.state.not_in(ENDS)
    known = act.tx.execute(select(cases.c.id).where(*open_one)).scalars().all()
    if mine := next(filter(None, (own_case(act, contact.id, one) for one in known)), None):
        return mine, None
    row = {
        "kind": COMPLAINT,
        "source": contact.channel,
        "unit_id": about.unit_id,
        "category": RETALIATION,
        "what": words,
        "named": False,
        "about_id": case_id,
        "confined": Confined.RETALIATION,
    }
    case = file(act, row)
    receipt = people.keep_identity(act, case.id, contact, {}, receipt=True)
    audit.append(act.by(CITIZEN), "retaliation_reported", case.id, {"number": case.number})
    days = (limits or calendar.limits()).of(contact.channel).accept
    urgent = None if days is None else min(days, secrecy().retaliation)
    return promise_acceptance(act.by(CITIZEN), case, urgent), receipt
