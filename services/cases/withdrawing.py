"""Whoever filed a case takes it back (A46). What units owe about it stays: conduct may still be looked into.

What was to be answered together with it goes on: nobody else has withdrawn anything (A42).
"""

from __future__ import annotations

from services import people
from services.cases.life import Step
from services.cases.merging import leave_alone
from services.cases.steps import held, take
from services.foundation.act import CITIZEN, Act
from services.foundation.refusal import Common, Refusal
from services.people import Contact


def withdraw(act: Act, contact: Contact, case_id: str) -> None:
    """Withdraws a case. Raises Refusal: gone, where it is not this contact's; decided, where it has ended."""
    if not people.owns(act, contact.id, case_id):
        raise Refusal(Common.GONE)
    leave_alone(act, take(act.by(CITIZEN), held(act, case_id), Step.WITHDRAW, read=False))
