"""How a case follows its units: they owe, have all answered, or are settled without an answer to the citizen."""

from __future__ import annotations

from sqlalchemy import select

from models.tables import cases
from services import obligations
from services.cases import LockedCase, State, Step, held, take
from services.foundation.act import Act
from services.obligations import LockedObligation, Standing

WITH_UNITS = (State.ACCEPTED, State.HANDED, State.ANSWERED)
_FOLLOWED = {
    Standing.OWED: (State.HANDED, Step.AWAIT),
    Standing.ANSWERED: (State.ANSWERED, Step.VERIFY),
    Standing.SETTLED: (State.ACCEPTED, Step.TAKE_BACK),
}


def follow(act: Act, obligation: LockedObligation) -> None:
    """Moves the case of an obligation along; nothing where it is about none, or where its case has ended."""
    if waits(act, obligation.subject_id):
        move_along(act, held(act, obligation.subject_id or ""))


def move_along(act: Act, case: LockedCase) -> LockedCase:
    """The case, moved to where its units' obligations stand."""
    state, step = _FOLLOWED[obligations.standing(act, case.id)]
    return case if case.state is state else take(act, case, step)


def waits(act: Act, report_id: str | None) -> bool:
    """Whether it is a case whose citizen waits. It is locked: one of two simultaneous decisions is the last."""
    case = select(cases.c.state).where(cases.c.id == report_id).with_for_update()
    return report_id is not None and act.tx.execute(case).scalar() in WITH_UNITS
