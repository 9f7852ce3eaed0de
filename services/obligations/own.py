"""What the office itself owes by a date: its word to a citizen whether a complaint is accepted, then its answer.

It is an obligation without a unit: no unit, no list of units and no happening knows of it. The subject asks for it and
ends it; the mornings on which the office is reminded are laid out like anybody's.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, delete, insert, select, update

from models.prepared import Prepared
from models.tables import obligations, reminders
from services import calendar
from services.foundation.act import Act
from services.foundation.moments import first_of_day
from services.foundation.refusal import Refusal
from services.foundation.vault import new_id
from services.obligations import planning
from services.obligations.codes import ObligationCode
from services.obligations.handing import deadline
from services.obligations.ladder import OFFICE, OVER, Step, awake, ladders, mornings, over
from services.obligations.values import ACCEPTED, EXCUSED, OPEN

SOON = 1  # working days left, from which on it is shown as soon due
_own = obligations.c.unit_id.is_(None)
_owed = obligations.c.owed_since.is_not(None)
_INSERT = Prepared(
    insert(obligations),
    "id",
    "number",
    "kind",
    "subject_id",
    "asked",
    "state",
    "owed_since",
    "due_at",
    "created_at",
    "created_by",
)


@dataclass(frozen=True)
class Promise:
    """Something that the office owes by a date. Moments are in the office's time zone."""

    kind: str  # a ladder of rulebooks/ladders.toml
    number: str  # of its subject
    due_at: datetime
    days: int  # working days left, negative when over; as `Obligation.working_days_left`
    late: bool
    provisional: bool  # whether it is due in a year whose holidays are not announced
    stands: bool = False  # whether its clock stands still: the office waits for the citizen, and is due later for it

    @property
    def soon(self) -> bool:
        return not self.late and self.days <= SOON


def promise(act: Act, kind: str, subject_id: str, number: str, days: int, *, counted: str = "working") -> Promise:
    """Makes the office owe something about a subject, and plans its reminders; `number` is the subject's own.

    `counted`: how the days are (`services.calendar.limit_end`).
    """
    own, obligation_id = calendar.own_days(act), new_id()
    due_at, steps = act.once(f"{kind} {days} {counted} {act.now}", lambda: _planned(act, kind, days, counted))
    row = {
        "id": obligation_id,
        "number": number,
        "kind": kind,
        "subject_id": subject_id,
        "asked": "",
        "state": OPEN,
        "owed_since": first_of_day(act.now),
        "due_at": due_at,
        "created_at": first_of_day(act.now),
        "created_by": act.actor,
    }
    _INSERT.later(act.tx, row)
    act.wrote(obligations, row)
    planning.write(act.tx, obligation_id, 1, steps, ordered=False)
    years = act.once("loaded years", lambda: calendar.loaded_years(act.tx))
    return _promise(kind, number, due_at, act.now, own, years)


def _planned(act: Act, kind: str, days: int, counted: str) -> tuple[datetime, Sequence[Step]]:
    """The deadline of what is promised now, and its reminders: a batch promises the same again and again."""
    ladder, own = ladders()[kind], calendar.own_days(act)
    due_at = ladder.due_at(calendar.limit_end(act.now.date(), days, own, counted=counted), act.now)
    return due_at, list(mornings(ladder, due_at, act.now, own))


def postpone(act: Act, subject_id: str, until: date | None) -> datetime:
    """Moves what the office owes about a subject to another day and plans its reminders anew; returns the deadline.

    Raises Refusal: decided (nothing is owed); of the field `date` due_wanted, due_past, due_far.
    """
    row = _held(act, subject_id)
    if row is None:
        raise Refusal(ObligationCode.DECIDED)
    try:
        due_at = deadline(act, ladders()[row.kind], until, None)
    except Refusal as refused:
        raise Refusal(refused.code, "date") from refused
    return _due_at(act, row, due_at, None)


def stand_still(act: Act, subject_id: str, until: date, *, counted: str) -> None:
    """Stops the clock of what the office owes about a subject: it is due after `until` with the days that it has left.

    At least one is left. What is over already stays so, and nothing is done where nothing is owed. `counted`: as for
    `promise`.
    """
    row = _held(act, subject_id)
    if row is None or row.due_at <= act.now:
        return
    due, own = row.due_at.astimezone(act.now.tzinfo).date(), calendar.own_days(act)
    today = act.now.date()
    left = calendar.workdays_left(today, due, own) if counted == "working" else (due - today).days
    left = max(left, 1)
    due_at = ladders()[row.kind].due_at(calendar.limit_end(until, left, own, counted=counted), act.now)
    _due_at(act, row, due_at, left)


def run_on(act: Act, subject_id: str, since: date, *, counted: str) -> None:
    """Lets a clock that was stopped go on from a day, with the days that it had left; one that runs stays as it is."""
    row = _held(act, subject_id)
    if row is None or row.days_left is None:
        return
    due = calendar.limit_end(since, row.days_left, calendar.own_days(act), counted=counted)
    _due_at(act, row, min(ladders()[row.kind].due_at(due, act.now), row.due_at), None)


def bring_nearer(act: Act, subject_id: str, days: int, *, waits_until: date | None, counted: str) -> None:
    """Makes what the office owes about a subject due within so many days from now on, where it was due later.

    A day that has passed never becomes the last one: what is over stays over, and nothing else can be by this.
    `waits_until`: the day after which a clock goes on that stands still. `counted`: as for `promise`.
    """
    row = _held(act, subject_id)
    if row is None or row.due_at <= act.now:
        return
    since, left, stands = act.now.date(), days, row.days_left is not None
    if stands and waits_until:
        since, left = waits_until, min(int(row.days_left), days)
    due = calendar.limit_end(since, left, calendar.own_days(act), counted=counted)
    due_at = ladders()[row.kind].due_at(due, act.now)
    if due_at < row.due_at:
        _due_at(act, row, due_at, left if stands else None)


def put_back(act: Act, subject_id: str, days: int, *, counted: str) -> datetime | None:
    """Makes what the office owes about a subject due so many days after it began, where it was due sooner.

    Returns the deadline where it has moved. What is over stays over, and a clock that stands still is left alone.
    """
    row = _held(act, subject_id)
    if row is None or row.due_at <= act.now or row.days_left is not None:
        return None
    began = row.created_at.astimezone(act.now.tzinfo).date()
    due = calendar.limit_end(began, days, calendar.own_days(act), counted=counted)
    due_at = ladders()[row.kind].due_at(due, act.now)
    return _due_at(act, row, due_at, None) if due_at > row.due_at else None


def _held(act: Act, subject_id: str) -> Any:
    """What the office owes about a subject, locked; None where it owes nothing."""
    columns = (obligations.c[name] for name in ("id", "kind", "due_at", "days_left", "created_at"))
    mine = obligations.c.subject_id == subject_id, _own, _owed
    return act.tx.execute(select(*columns).where(*mine).with_for_update()).first()


def _due_at(act: Act, row: Any, due_at: datetime, days_left: int | None) -> datetime:
    """Moves a deadline and plans its reminders anew."""
    changed = update(obligations).where(obligations.c.id == row.id).values(due_at=due_at, days_left=days_left)
    act.tx.execute(changed)
    act.wrote(obligations, row.id)
    planning.drop(act, row.id)
    first, steps = (
        planning.told(act, row.id) + 1,
        mornings(ladders()[row.kind], due_at, act.now, calendar.own_days(act)),
    )
    planning.write(act.tx, row.id, first, steps, ordered=False)
    return due_at


def keep(act: Act, subject_id: str, *, kept: bool = True, kind: str | None = None) -> None:
    """Ends what the office owes about a subject: it has done it, in time or late; or, not `kept`, need not any more.

    `kind`: only what is owed of this kind.
    """
    mine = [obligations.c.subject_id == subject_id, _own, _owed]
    if kind is not None:
        mine.append(obligations.c.kind == kind)
    ended = (
        update(obligations)
        .where(*mine)
        .values(state=ACCEPTED if kept else EXCUSED, owed_since=None, settled_at=first_of_day(act.now))
    )
    for obligation_id in act.tx.execute(ended.returning(obligations.c.id)).scalars().all():
        act.wrote(obligations, obligation_id)
        planning.drop(act, obligation_id)


def open_promises() -> Select[*tuple[Any, ...]]:
    """The subjects about which the office owes something, and by when; for a list to be joined with."""
    return select(obligations.c.subject_id, obligations.c.kind, obligations.c.due_at).where(_own, _owed)


def promised(act: Act, subject_ids: Collection[str]) -> Mapping[str, Promise]:
    """What the office owes now about these subjects, by subject."""
    columns = (obligations.c[name] for name in ("subject_id", "kind", "number", "due_at", "days_left"))
    rows = act.tx.execute(select(*columns).where(obligations.c.subject_id.in_(subject_ids), _own, _owed)).all()
    if not rows:
        return {}
    own, years = calendar.own_days(act), calendar.loaded_years(act.tx)
    return {
        row.subject_id: replace(
            _promise(row.kind, row.number, row.due_at, act.now, own, years), stands=row.days_left is not None
        )
        for row in rows
    }


def is_due(act: Act) -> bool:
    """Whether some reminder to the office itself is due outside the quiet hours."""
    return act.tx.execute(_due(act).limit(1)).first() is not None


def remind(act: Act, most: int) -> Sequence[Promise]:
    """Takes up to `most` due reminders to the office and marks them; returns what they are about, the oldest first.

    After a deadline the next working morning follows. The caller tells the office's people in one message.
    """
    rows = act.tx.execute(_due(act).limit(most).with_for_update(of=reminders, skip_locked=True)).all()
    ids = [row.id for row in rows]
    owed = {row.id: row for row in rows if row.owed_since is not None}
    act.tx.execute(update(reminders).where(reminders.c.id.in_(list(owed))).values(fired_at=act.now))
    act.tx.execute(delete(reminders).where(reminders.c.id.in_(ids), reminders.c.id.not_in(list(owed))))
    own, years = calendar.own_days(act), calendar.loaded_years(act.tx)
    for row in owed.values():
        if row.kind == OVER:
            planning.write(act.tx, row.obligation_id, row.nth + 1, [_next(act, row, own)], ordered=False)
    about = {row.obligation_id: _promise(row.of, row.number, row.due_at, act.now, own, years) for row in owed.values()}
    return sorted(about.values(), key=lambda one: (one.due_at, one.number))


def _due(act: Act) -> Select[*tuple[Any, ...]]:
    columns = reminders.c.id, reminders.c.kind, reminders.c.nth, reminders.c.obligation_id
    about = obligations.c.number, obligations.c.kind.label("of"), obligations.c.due_at, obligations.c.owed_since
    due = reminders.c.fired_at.is_(None), reminders.c.due_at <= act.now
    kinds = obligations.c.kind.in_(awake(OFFICE, act.now))
    joined = select(*columns, *about).join_from(reminders, obligations).where(*due, _own, kinds)
    return joined.order_by(reminders.c.due_at, reminders.c.id)


def _next(act: Act, row: Any, own: Mapping[Any, bool]) -> Step:
    return over(ladders()[row.of], row.due_at.astimezone(act.now.tzinfo), act.now, own)


def _promise(
    kind: str, number: str, due_at: datetime, now: datetime, own: Mapping[Any, bool], years: Collection[int]
) -> Promise:
    at = due_at.astimezone(now.tzinfo)
    left = calendar.workdays_left(now.date(), at.date(), own)
    return Promise(kind, number, at, left, at < now, not calendar.is_announced(at.year, years))
