"""The office's question to a citizen has an end; the clock of acceptance stands still while the office waits for them.

What the office owes is put off by the days waited, so that nothing becomes overdue meanwhile. After the days the case
goes on, and whatever comes later is kept all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update

from models.tables import cases, entries
from services import calendar, obligations
from services.cases.life import State, Step
from services.cases.steps import LockedCase, held, take
from services.evidence import Enclosure
from services.foundation.act import Act
from services.foundation.moments import oldest_first


def ask(act: Act, case: LockedCase, text: str, enclosed: Sequence[Enclosure] = ()) -> date | None:
    """Asks the citizen; returns the last day for a reaction, None where the office has set no number of days.

    A further question meanwhile does not lengthen the wait, and after silence no further one stops the clock until the
    citizen has said something: the office cannot put off its own day by asking. Raises Refusal: decided (withdrawn).
    """
    today, days = act.now.date(), calendar.limits().ask
    if case.asked_until is not None and case.asked_until < today:
        case = _go_on(act, case)
    until = case.asked_until
    if until is None and days is not None:
        until = calendar.workday_after(today, days, calendar.own_days(act))
    begins = until is not None and case.asked_until is None
    stops = begins and case.state is State.RECEIVED and not _was_silent(act, case.id)
    take(act, case, Step.ASK, text, enclosed, asked_until=until)
    if stops and until is not None:
        obligations.stand_still(act, case.id, until, counted=_counted(case))
    return until


def reacted(act: Act, case_id: str) -> None:
    """Notes that the citizen has said something: where the office waited for it, its clock goes on."""
    waiting = cases.c.id == case_id, cases.c.asked_until.is_not(None)
    row = act.tx.execute(
        select(cases.c.asked_until, cases.c.source, cases.c.priority).where(*waiting).with_for_update()
    ).first()
    if row is None:
        return
    act.tx.execute(update(cases).where(cases.c.id == case_id).values(asked_until=None))
    act.wrote(cases, case_id)
    obligations.run_on(act, case_id, min(act.now.date(), row.asked_until), counted=_counted(row))


def lapse_questions(act: Act, most: int) -> list[str]:
    """Goes on with cases whose question nobody has answered in its days, up to `most`; returns their numbers.

    Each is unread again, since a clerk decides now on what there is.
    """
    over = select(cases.c.id).where(cases.c.asked_until < act.now.date()).order_by(cases.c.id).limit(most)
    found = act.tx.execute(over.with_for_update(skip_locked=True)).scalars().all()
    return [_go_on(act, held(act, case_id)).number for case_id in found]


def _go_on(act: Act, case: LockedCase) -> LockedCase:
    assert case.asked_until is not None
    take(act, case, Step.NO_REACTION, asked_until=None, read=False)
    obligations.run_on(act, case.id, case.asked_until, counted=_counted(case))
    return held(act, case.id)


def _was_silent(act: Act, case_id: str) -> bool:
    """Whether the citizen has said nothing since the days of a question passed in silence."""
    wanted = entries.c.subject_id == case_id, entries.c.kind.in_((Step.NO_REACTION, "addition"))
    found = act.tx.execute(select(entries.c.id, entries.c.kind, entries.c.at, entries.c.exact).where(*wanted))
    return [row.kind for _, row in oldest_first(act, found)][-1:] == [Step.NO_REACTION]


def _counted(case: Any) -> str:
    """How the days of a case are counted, from anything with its source and priority."""
    return calendar.limits().of(case.source, case.priority).days
