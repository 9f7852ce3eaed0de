"""A unit says that something is not its own duty (P-08, A41); the office agrees by excusing it, or insists."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import exists, func, select

from models.tables import entries, obligations
from services import calendar
from services.foundation.act import Act
from services.foundation.happenings import Happening, record
from services.foundation.refusal import Refusal
from services.foundation.wording import worded
from services.obligations.codes import ObligationCode
from services.obligations.handing import put_to_office, put_to_unit
from services.obligations.kinds import Kinds
from services.obligations.ladder import ladders
from services.obligations.locking import LockedObligation, add_entry, change, unsettled
from services.obligations.values import EXCUSED, NOT_OURS, OPEN

NOT_OURS_REASONS = ("not_our_duty", "other_unit", "wrong_unit", "duplicate", "other")
INSISTED = "insisted"
_said = exists().where(entries.c.subject_id == obligations.c.id, entries.c.kind == NOT_OURS)


def say_not_ours(act: Act, kinds: Kinds, obligation_id: str, reason: str, text: str) -> None:
    """Gives it back to the office, once, within some working days of the hand-over. `reason`: of NOT_OURS_REASONS.

    From now on it is the office's turn, and nothing reminds the unit. Raises Refusal: gone, settled (nothing is owed),
    not_ours_never (the kind takes none), not_ours_once, not_ours_late, text_wanted, text_too_long.
    """
    if reason not in NOT_OURS_REASONS:
        raise ValueError(f"no such reason: {reason}")
    obligation = unsettled(act, obligation_id)
    if not obligation.owed:
        raise Refusal(ObligationCode.SETTLED)
    columns = obligations.c.created_at, _said.label("said")
    row = act.tx.execute(select(*columns).where(obligations.c.id == obligation.id)).one()
    code = why_not_ours(act, kinds, obligation.kind, row.created_at, said=bool(row.said))
    if code is not None:
        raise Refusal(code)
    kept = worded(text)
    obligation = put_to_office(act, obligation, NOT_OURS)
    entry_id = add_entry(act, obligation, NOT_OURS, kept, shown={"reason": reason})
    told = {"kind": obligation.kind, "number": obligation.number, "reason": reason}
    about = obligation.unit_id, obligation.subject_id, obligation.id
    record(act, Happening(NOT_OURS, entry_id, act.now, *about, told))
    kinds[obligation.kind].not_ours(act, obligation)


def insist(act: Act, kinds: Kinds, obligation_id: str, seen: str, why: str) -> bool:
    """Keeps the unit to it: it is owed again, by a deadline as many working days later as it lay with the office.

    A deadline that had passed before stays. Returns whether somebody could be told. Raises Refusal: gone, changed,
    settled, decided (it is not given back), text_wanted, text_too_long, and whatever the kind's guard refuses.
    """
    obligation, why = unsettled(act, obligation_id, seen), worded(why)
    if obligation.state != NOT_OURS:
        raise Refusal(ObligationCode.DECIDED)
    kinds[obligation.kind].guard(act, obligation.subject_id, why)
    said = entries.c.subject_id == obligation.id, entries.c.kind == NOT_OURS
    row = act.tx.execute(select(entries.c.at, entries.c.actor).where(*said)).one()
    days, due_at = _moved_on(act, obligation, row.at.astimezone(act.now.tzinfo))
    moved = {"from": obligation.due_at.isoformat(), "to": due_at.isoformat()} if days else {}
    obligation = replace(obligation, state=OPEN, due_at=due_at, acknowledged_at=None)
    again = {"owed_since": act.now, "acknowledged_at": None, "acknowledged_by": None}
    counted = obligations.c.working_days + days  # none where it was given as a date
    change(act, obligation, state=OPEN, due_at=due_at, working_days=counted, **again)
    add_entry(act, obligation, INSISTED, why, shown=moved)
    told = put_to_unit(act, obligation, INSISTED, why, [row.actor])
    kinds[obligation.kind].returned(act, obligation)
    return told


def not_ours_by(act: Act, kind: str, handed_at: datetime) -> datetime | None:
    """Until when a unit may give back what was handed over then; None where the office has set no limit."""
    days = calendar.limits().not_ours
    if days is None:
        return None
    handed_on = handed_at.astimezone(act.now.tzinfo).date()
    return ladders()[kind].due_at(calendar.workday_after(handed_on, days, calendar.own_days(act)), act.now)


def why_not_ours(act: Act, kinds: Kinds, kind: str, handed_at: datetime, *, said: bool) -> ObligationCode | None:
    """Why what is owed cannot be given back as somebody else's; None where it can. `said`: whether it has been."""
    by = not_ours_by(act, kind, handed_at) if kinds[kind].takes_not_ours else None
    if by is None:
        return ObligationCode.NOT_OURS_NEVER
    if said:
        return ObligationCode.NOT_OURS_ONCE
    return ObligationCode.NOT_OURS_LATE if act.now > by else None


def given_back(act: Act, subject_id: str) -> int:
    """How often units have given back what they were to do about this subject, and do not owe it any more."""
    back = obligations.c.subject_id == subject_id, obligations.c.state.in_((NOT_OURS, EXCUSED)), _said
    return act.tx.execute(select(func.count()).select_from(obligations).where(*back)).scalar_one()


def _moved_on(act: Act, obligation: LockedObligation, since: datetime) -> tuple[int, datetime]:
    """By how many working days the deadline moves, and where to."""
    own = calendar.own_days(act)
    days = calendar.workdays_left(since.date(), act.now.date(), own)
    if not days or obligation.due_at < since:
        return 0, obligation.due_at
    day = calendar.workday_after(obligation.due_at.date(), days, own)
    return days, ladders()[obligation.kind].due_at(day, act.now)
