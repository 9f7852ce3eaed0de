"""What units give back as not their duty: the second reaches the office's head, who hands over the third (P-09)."""

from __future__ import annotations

from sqlalchemy import select

from conversation.messages import Body, Say
from models.tables import cases
from services import deliveries, obligations, people
from services.cases import LockedCase
from services.desk import following
from services.desk.codes import DeskCode
from services.foundation.act import Act
from services.foundation.numbers import next_number
from services.foundation.refusal import Refusal
from services.obligations import LockedObligation
from services.people import Right

MOST = 2  # times that a case is given back before whoever heads the office decides who is next


def given_back(act: Act, obligation: LockedObligation) -> None:
    """Moves the case of what was given back along, and tells the heads of the office where it was the second."""
    following.follow(act, obligation)
    number = select(cases.c.number).where(cases.c.id == obligation.subject_id)
    about = act.tx.execute(number).scalar()
    if about is None or obligations.given_back(act, obligation.subject_id or "") != MOST:
        return
    if heads := people.accounts_with(act, Right.HAND_OVER_AGAIN):
        values = {"nth": next_number(act, "reminder", "R"), "number": about, "count": MOST}
        body = deliveries.encoded(Body(say=Say("status.given_back", values)))
        deliveries.queue_shared(act, [(heads, body)], "reminder")


def require_head(act: Act, case: LockedCase) -> None:
    """Checks that whoever hands the case over may still do so. Raises Refusal: head_wanted."""
    if obligations.given_back(act, case.id) < MOST:
        return
    if not people.may(people.roles_of(act, act.actor), Right.HAND_OVER_AGAIN):
        raise Refusal(DeskCode.HEAD_WANTED)
