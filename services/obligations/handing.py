"""Hands something over to a unit: what is asked, by when, and the reminders that follow from it (R21, C08)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import insert, select

from models.tables import obligations, units
from services import calendar, people
from services.deliveries import withhold_about
from services.foundation.act import Act
from services.foundation.folding import sought
from services.foundation.numbers import next_number
from services.foundation.once import once
from services.foundation.refusal import Refusal
from services.foundation.wording import worded
from services.obligations import planning
from services.obligations.codes import ObligationCode
from services.obligations.kinds import Kinds
from services.obligations.ladder import Ladder, ladders, last_day
from services.obligations.lapsing import note_overdue
from services.obligations.locking import LockedObligation, add_entry, change
from services.obligations.releasing import release
from services.obligations.telling import TO_HEAD, tell
from services.obligations.values import OPEN
from services.people import Addressee

LIKE_FOR = timedelta(days=1)  # for so long the same once more is rather a form that came twice
LONGEST_LIMIT = 480  # working days: a little less than `last_day`, so that the limits of both fields agree


def hand_over(
    act: Act,
    kinds: Kinds,
    *,
    unit_id: str,
    kind: str,
    asked: str,
    due: date | None,
    working_days: int | None,
    subject_id: str | None = None,
    seen: str = "",
    number: str = "",
    again: str | None = None,
) -> str:
    """Hands something over to a unit and returns the obligation's id. Its subject hears of it first (`Kind.handed`).

    `asked` is the clerk's own text: nothing of the subject is copied. `number` is the form's; the same form again
    returns the same id and does nothing more. `again` is the number of what was handed over a moment ago in the same
    words, if it is meant once more; None asks for no guard. Raises Refusal: kind_wanted, unit_wanted,
    unit_without_head, text_wanted, text_too_long, due_wanted, due_past, due_far, handed_already (with id, number and
    moment), and whatever the kind refuses.
    """
    given = act.actor, subject_id, unit_id, kind, asked, due, working_days
    obligation_id, first = once(act, number, *given)
    if not first:
        return obligation_id
    ladder, about = ladders().get(kind), kinds.get(kind)
    if ladder is None or about is None:
        raise Refusal(ObligationCode.KIND_WANTED)
    text = worded(asked)
    about.guard(act, subject_id, text)
    _require_head(act, unit_id)
    # The head's accounts are locked first, as a turn does: so neither can deadlock with the other.
    people.recipients(act, unit_id, Addressee.HEAD, people.CHAT)
    due_at = deadline(act, ladder, due, working_days)
    about.handed(act, subject_id, seen)
    number_shown = next_number(act, "obligation", "D")  # whoever else hands over waits here, and is seen below
    if again is not None:
        _require_new(act, again, unit_id, kind, subject_id, text)
    shown_from = release(act, about.batch) if subject_id else None
    obligation = LockedObligation(
        obligation_id, number_shown, kind, unit_id, subject_id, text, OPEN, due_at, None, shown_from
    )
    row = {
        "id": obligation.id,
        "number": obligation.number,
        "kind": kind,
        "unit_id": unit_id,
        "subject_id": subject_id,
        "asked": text,
        "sought": sought(text),
        "state": OPEN,
        "owed_since": act.now,
        "due_at": due_at,
        "working_days": None if due else working_days,
        "created_at": act.now,
        "created_by": act.actor,
        "shown_from": shown_from,
    }
    act.tx.execute(insert(obligations).values(**row))
    act.wrote(obligations, row)
    detail = {"kind": kind, "due": due_at.isoformat(), "report": subject_id}
    add_entry(act, obligation, "handed", "", detail)
    put_to_unit(act, obligation, "handed", text)
    return obligation.id


def put_to_unit(
    act: Act,
    obligation: LockedObligation,
    words: str,
    text: str,
    began: Iterable[str] = (),
    more: Mapping[str, Any] | None = None,
) -> bool:
    """Makes it the unit's turn: it is told (`releasing`), reminded later, and not left alone while it is silent.

    Returns whether somebody could be told by chat; the ladder of silence sends text messages.
    `began`, `more`: as in `tell`.
    """
    withhold_about(act, obligation.id)
    then = act.at(max(act.now, obligation.shown_from or act.now))
    told, nth = tell(then, obligation, words, text, began=began, offers=TO_HEAD, texts=False, more=more)
    planning.drop(act, obligation.id)
    planning.plan(then, obligation)
    planning.plan_silence(then, obligation, nth, chat=told)
    return told


def put_to_office(act: Act, obligation: LockedObligation, state: str, **values: Any) -> LockedObligation:
    """Makes it the office's turn: the unit has seen it, and nothing reminds of it any more."""
    note_overdue(act, obligation)
    first = {} if obligation.acknowledged_at else {"acknowledged_at": act.now, "acknowledged_by": act.actor}
    change(act, obligation, state=state, owed_since=None, **first, **values)
    planning.drop(act, obligation.id)
    withhold_about(act, obligation.id)
    return replace(obligation, state=state, acknowledged_at=obligation.acknowledged_at or act.now)


def deadline(act: Act, ladder: Ladder, due: date | None, working_days: int | None) -> datetime:
    """The moment of a deadline. A date stays as it is, even a holiday (A34).

    Raises Refusal: due_wanted, due_past, due_far.
    """
    if due is None:
        if working_days is None or not 1 <= working_days <= LONGEST_LIMIT:
            raise Refusal(ObligationCode.DUE_WANTED)
        due = calendar.workday_after(act.now.date(), working_days, calendar.own_days(act))
    if due > last_day(act.now):
        raise Refusal(ObligationCode.DUE_FAR)
    due_at = ladder.due_at(due, act.now)
    if due_at <= act.now:
        raise Refusal(ObligationCode.DUE_PAST)
    return due_at


def _require_new(act: Act, again: str, unit_id: str, kind: str, subject_id: str | None, text: str) -> None:
    """Raises Refusal where the unit owes the same in the same words since a moment ago, and nobody said: once more."""
    same = (
        obligations.c.unit_id == unit_id,
        obligations.c.kind == kind,
        obligations.c.subject_id.is_not_distinct_from(subject_id),
        obligations.c.sought == sought(text),
        obligations.c.settled_at.is_(None),
        obligations.c.created_at > act.now - LIKE_FOR,
    )
    columns = obligations.c.id, obligations.c.number, obligations.c.created_at
    newest = select(*columns).where(*same).order_by(obligations.c.created_at.desc(), obligations.c.number.desc())
    like = act.tx.execute(newest.limit(1)).first()
    if like is not None and like.number != again:
        at = like.created_at.astimezone(act.now.tzinfo)
        raise Refusal(ObligationCode.HANDED_ALREADY, id=like.id, number=like.number, at=at)


def _require_head(act: Act, unit_id: str) -> None:
    """Checks that the unit exists and has a head; raises Refusal otherwise."""
    open_units = units.c.id == unit_id, ~units.c.closed
    if act.tx.execute(select(units.c.id).where(*open_units)).first() is None:
        raise Refusal(ObligationCode.UNIT_WANTED)
    if not people.head_ids(act, unit_id):
        raise Refusal(ObligationCode.UNIT_WITHOUT_HEAD)
