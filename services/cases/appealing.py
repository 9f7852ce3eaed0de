"""Whoever filed a case appeals against how it ended, once for ever, to the head of the office (P-10, P-12).

Against a decline or a referral at once; against an answer once it was rated badly and the office has dealt with that.
Until the head has answered, `services.cases.steps.take` lets nobody take another step.
"""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy import select

from models.tables import cases
from services import calendar, obligations, people
from services.cases.codes import CaseCode
from services.cases.life import APPEALABLE, State, Step
from services.cases.rating import given_of, owe_righting, ratings_of
from services.cases.steps import LockedCase, from_citizen, held, take
from services.foundation.act import CITIZEN, Act
from services.foundation.refusal import Common, Refusal
from services.obligations import Promise
from services.people import Contact, Right

REVIEWING = "reviewing"  # what the office owes after an appeal: the answer of its head


class NoAppeal(StrEnum):
    """Why nobody can appeal against the end of a case now."""

    ONCE = "once"  # it was done
    OPEN = "open"  # the case goes on: there is no end yet
    UNRATED = "unrated"  # the answer was not rated badly
    RIGHTING = "righting"  # the office still owes that what was rated is put right
    NEVER = "never"  # withdrawn, with the discipline desk, or nobody here answers appeals


def no_appeal(act: Act, case_id: str) -> NoAppeal | None:
    """Why nobody can appeal against the end of a case now; None where its citizen can."""
    columns = cases.c.state, cases.c.confined, cases.c.appealed_on
    row = act.tx.execute(select(*columns).where(cases.c.id == case_id)).one()
    if row.appealed_on is not None:
        return NoAppeal.ONCE
    if row.confined or row.state == State.WITHDRAWN or calendar.limits().appeal is None:
        return NoAppeal.NEVER
    if row.state not in APPEALABLE:
        return NoAppeal.OPEN
    if row.state == State.CLOSED:
        rating = given_of(ratings_of(act, [case_id]).get(case_id, ()))
        if rating is None or not rating.is_bad:
            return NoAppeal.UNRATED
        if rating.is_to_be_righted:
            return NoAppeal.RIGHTING
    return None if people.people_with(act, Right.DECIDE_APPEALS) else NoAppeal.NEVER


def may_appeal(act: Act, case_id: str) -> bool:
    """Whether the citizen of a case can appeal against its end now."""
    return no_appeal(act, case_id) is None


def appeal(act: Act, contact: Contact, case_id: str, text: str) -> Promise:
    """Appeals against the end of an own case; what the office owes from now on is returned.

    Raises Refusal: gone, where it is not this contact's; decided, where nobody can appeal against it now (`no_appeal`).
    """
    if not people.owns(act, contact.id, case_id):
        raise Refusal(Common.GONE)
    case, days = held(act.by(CITIZEN), case_id), calendar.limits().appeal
    if days is None or not may_appeal(act, case_id):
        raise Refusal(CaseCode.DECIDED)
    take(act.by(CITIZEN), case, Step.APPEAL, text, appealed_on=act.now.date())
    from_citizen(act, case_id)
    return obligations.promise(act.by(CITIZEN), REVIEWING, case.id, case.number, days)


def uphold(act: Act, case: LockedCase, text: str) -> LockedCase:
    """Answers the appeal against the end of a locked case: the end stands. Raises Refusal: decided (none waits)."""
    moved = take(act, case, Step.UPHOLD, text)
    owe_righting(act, moved)
    return moved
