"""Lists of what units owe: a unit's own, who is late, what waits for the office, what nobody has acknowledged.

What the office itself owes is in none of them (`services.obligations.own`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    ScalarSelect,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    union_all,
)

from models.tables import entries, extensions, obligations, reminders, units
from services import calendar
from services.foundation.act import Act
from services.foundation.searching import found_in, numbered
from services.foundation.wording import first_words
from services.obligations.kinds import Kinds
from services.obligations.ladder import NOBODY, OFFICE, SILENCE, TOLD, ladders
from services.obligations.values import (
    AGES,
    ANSWERED,
    NOT_OURS,
    SETTLED,
    WAITING,
    Late,
    Obligation,
    ObligationFilters,
    Standing,
    Subject,
)
from services.people import CHAT

SETTLED_SHOWN = 20
BEGINS = 80  # characters of the request that lists read
MOST = 500
_owed = obligations.c.owed_since.is_not(None)
_of_units = obligations.c.unit_id.is_not(None)
_by_due = obligations.c.due_at, obligations.c.number
_by_settling = obligations.c.settled_at, obligations.c.number


def _newest(kind: str) -> ColumnElement[datetime]:
    said = entries.c.subject_id == obligations.c.id, entries.c.kind == kind
    return select(func.max(entries.c.at)).where(*said).scalar_subquery()


_waiting = exists().where(extensions.c.obligation_id == obligations.c.id, extensions.c.state == WAITING)
_question, _reply = _newest("unit_question"), _newest("office_reply")
_asks = and_(_question.is_not(None), or_(_reply.is_(None), _question > _reply))
_reached_office = exists().where(
    reminders.c.obligation_id == obligations.c.id,
    reminders.c.kind == SILENCE,
    reminders.c.to == OFFICE,
    reminders.c.fired_at >= obligations.c.owed_since,
)
_newest_morning = (
    select(reminders.c.by)
    .where(
        reminders.c.obligation_id == obligations.c.id,
        reminders.c.fired_at >= obligations.c.acknowledged_at,
        reminders.c.kind.not_in((SILENCE, TOLD)),
    )
    .order_by(reminders.c.nth.desc())
    .limit(1)
    .scalar_subquery()
)


def known_to_unit(act: Act) -> ColumnElement[bool]:
    """Whether its unit may know of it yet."""
    return or_(obligations.c.shown_from.is_(None), obligations.c.shown_from <= act.now)


_STAGES: dict[str, ColumnElement[bool]] = {
    "current": obligations.c.settled_at.is_(None),
    "owed": _owed,
    "unseen": and_(_owed, obligations.c.acknowledged_at.is_(None)),
    "answered": obligations.c.state == ANSWERED,
    "not_ours": obligations.c.state == NOT_OURS,
    "waiting": _waiting,
    "asks": and_(obligations.c.settled_at.is_(None), _asks),
    # A52, the office's own list: nobody of the unit has acknowledged it, through all steps of the ladder; or somebody
    # has, but nobody could be reached since.
    "silent": and_(
        _owed, case((obligations.c.acknowledged_at.is_(None), _reached_office), else_=_newest_morning == NOBODY[CHAT])
    ),
    "settled": obligations.c.settled_at.is_not(None),
}
_OBLIGATIONS = select(
    obligations.c.id,
    obligations.c.number,
    obligations.c.kind,
    obligations.c.unit_id,
    obligations.c.state,
    obligations.c.owed_since,
    obligations.c.due_at,
    obligations.c.created_at,
    obligations.c.acknowledged_at,
    obligations.c.shown_from,
    func.substr(obligations.c.asked, 1, BEGINS).label("begins"),
    obligations.c.subject_id,
    case((_waiting, 1), else_=0).label("waits"),
    case((_asks, 1), else_=0).label("asks"),
    case((_STAGES["silent"], 1), else_=0).label("silent"),
).where(_of_units)


def owed_by(act: Act, kinds: Kinds, unit_ids: Collection[str]) -> list[Obligation]:
    """What these units owe, first due first; then what waits for the office; then the newest settled obligations."""
    mine = _OBLIGATIONS.where(obligations.c.unit_id.in_(unit_ids), known_to_unit(act))
    parts = (
        mine.where(_owed).order_by(*_by_due).limit(MOST),
        mine.where(obligations.c.state.in_((ANSWERED, NOT_OURS))).order_by(*_by_due).limit(MOST),
        mine.where(obligations.c.state.in_(SETTLED))
        .order_by(*(column.desc() for column in _by_settling))
        .limit(SETTLED_SHOWN),
    )
    return owing(act, kinds, [row for part in parts for row in act.tx.execute(part)])


def of_subject(act: Act, kinds: Kinds, subject_id: str) -> list[Obligation]:
    """Everything that was handed over because of this subject, oldest first."""
    about = _OBLIGATIONS.where(obligations.c.subject_id == subject_id)
    return owing(act, kinds, act.tx.execute(about.order_by(obligations.c.created_at, obligations.c.number)).all())


def is_open_about(act: Act, subject_id: str | None, but: str = "") -> bool:
    """Whether a unit still owes something about this subject, or its answer is unchecked; `but`: leaving this aside."""
    about = obligations.c.subject_id == subject_id, obligations.c.id != but, obligations.c.settled_at.is_(None)
    return bool(act.tx.execute(select(exists().where(_of_units, *about))).scalar())


def ids_about(act: Act, subject_id: str) -> list[str]:
    """The ids of what units owe, or owed, about this subject."""
    return list(
        act.tx.execute(select(obligations.c.id).where(_of_units, obligations.c.subject_id == subject_id)).scalars()
    )


def standing(act: Act, subject_id: str) -> Standing:
    """How far the units are with what they owe about this subject."""
    owed, open_ = or_(_owed, obligations.c.state == NOT_OURS), obligations.c.settled_at.is_(None)
    about = select(func.count(case((owed, 1))), func.count(case((open_, 1))))
    owing, unsettled = act.tx.execute(about.where(_of_units, obligations.c.subject_id == subject_id)).one()
    return Standing.OWED if owing else Standing.ANSWERED if unsettled else Standing.SETTLED


def one(act: Act, kinds: Kinds, obligation_id: str) -> Obligation | None:
    found = owing(act, kinds, act.tx.execute(_OBLIGATIONS.where(obligations.c.id == obligation_id)).all())
    return found[0] if found else None


def id_of(act: Act, number: str) -> str | None:
    """The id of what a unit owes under this number; None where there is none, or it does not know of it yet."""
    known = _of_units, obligations.c.number == number, known_to_unit(act)
    return act.tx.execute(select(obligations.c.id).where(*known)).scalar()


def late(act: Act) -> list[Late]:
    """Who is late, by unit, kind and age; the unit that has been late longest comes first.

    Each unit and kind is counted in the index by itself: sorting all that is late would take several times as long.
    """
    week, month = (act.now - timedelta(days=days) for days in (7, 30))
    ages = zip(AGES, ((week, act.now), (month, week), (None, month)), strict=True)
    kinds = union_all(*(select(literal(kind).label("kind")) for kind in ladders())).subquery()
    places = select(units.c.id.label("unit_id"), kinds.c.kind).join_from(units, kinds, true()).subquery()
    counted = [_owed_in(places, func.count(), *span).label(name) for name, span in ages]
    oldest = _owed_in(places, func.min(obligations.c.due_at), None, act.now).label("oldest")
    found = select(places.c.unit_id, places.c.kind, oldest, *counted).subquery()
    order = found.c.oldest, found.c.unit_id, found.c.kind
    rows = act.tx.execute(select(found).where(found.c.oldest.is_not(None)).order_by(*order))
    own = calendar.own_days(act)
    return [_late(row, act.now, own) for row in rows]


def _owed_in(places: FromClause, sought: Any, since: datetime | None, until: datetime) -> ScalarSelect[Any]:
    """What is sought among that which each unit owes of each kind and which was due in this span."""
    here = obligations.c.unit_id == places.c.unit_id, obligations.c.kind == places.c.kind
    begins = () if since is None else (obligations.c.due_at >= since,)
    return select(sought).where(*here, _owed, *begins, obligations.c.due_at < until).scalar_subquery()


def _late(row: Any, now: datetime, own: Any) -> Late:
    oldest = row.oldest.astimezone(now.tzinfo)
    by_age = {name: int(row._mapping[name]) for name in AGES}
    return Late(row.unit_id, row.kind, oldest, by_age, calendar.workdays_left(now.date(), oldest.date(), own))


def listed(act: Act, kinds: Kinds, filters: ObligationFilters) -> list[Obligation]:
    """The obligations under the filters, by deadline; without a state filter, those that are owed come first."""
    wanted = select(obligations.c.id).where(*_conditions(act.now, filters))
    settled = case((obligations.c.settled_at.is_(None), 0), else_=1)
    newest = filters.stage == "settled"
    key = _by_settling if newest else _by_due if filters.late else (settled, *_by_due)
    if filters.after:
        place = select(*key).where(obligations.c.id == filters.after)
        row = act.tx.execute(place).first()
        if row is not None:
            here, there = tuple_(*key), tuple_(*_bound(key, row))
            wanted = wanted.where(here < there if newest else here > there)
    order = [column.desc() for column in key] if newest else key
    ids = list(act.tx.execute(wanted.order_by(*order).limit(filters.most)).scalars())
    # Everything else that an obligation shows is looked up for this page alone.
    shown = act.tx.execute(_OBLIGATIONS.where(obligations.c.id.in_(ids))).all()
    found = {obligation.id: obligation for obligation in owing(act, kinds, shown)}
    return [found[obligation_id] for obligation_id in ids]


def counts(act: Act, filters: ObligationFilters) -> dict[str, int]:
    """Numbers of obligations by whose turn it is, and of late ones, under the filters for units, kind and words."""
    wanted = replace(filters, stage="current", late=False)
    turns = {name: turn for name, turn in _STAGES.items() if name != "settled"} | {
        "late": and_(_owed, obligations.c.due_at < act.now)
    }
    sums = [func.coalesce(func.sum(case((turn, 1), else_=0)), 0).label(name) for name, turn in turns.items()]
    row = act.tx.execute(select(*sums).where(*_conditions(act.now, wanted))).one()
    return {name: int(many) for name, many in row._asdict().items()}


def _conditions(now: datetime, filters: ObligationFilters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [_of_units]
    if filters.units:
        found.append(obligations.c.unit_id.in_(filters.units))
    if filters.kind:
        found.append(obligations.c.kind == filters.kind)
    if filters.stage:
        found.append(_STAGES[filters.stage])
    if filters.late:
        found += [_owed, obligations.c.due_at < now]
    for word in filters.words.split():
        told = numbered(obligations.c.number, word), found_in(obligations.c.sought, word)
        found.append(or_(*told, obligations.c.unit_id.in_(filters.named.get(word, ()))))
    return found


def _bound(key: Iterable[Any], row: Any) -> list[Any]:
    return [literal(value, column.type) for column, value in zip(key, row, strict=True)]


def owing(act: Act, kinds: Kinds, rows: Sequence[Any]) -> list[Obligation]:
    own, years, subjects = calendar.own_days(act), calendar.loaded_years(act.tx), _subjects(act, kinds, rows)
    found = [_obligation(row, act.now, own, subjects.get((row.kind, row.subject_id))) for row in rows]
    return [replace(one, provisional=one.owed and not calendar.is_announced(one.due_at.year, years)) for one in found]


def _subjects(act: Act, kinds: Kinds, rows: Sequence[Any]) -> dict[tuple[str, str], Subject]:
    """The subjects of rows by kind and id; each kind is asked once."""
    about: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.subject_id:
            about[row.kind].add(row.subject_id)
    named = ((kind, kinds[kind].named(act, ids)) for kind, ids in about.items())
    return {(kind, subject_id): subject for kind, found in named for subject_id, subject in found.items()}


def _obligation(row: Any, now: datetime, own: Any, subject: Subject | None) -> Obligation:
    owed, due_at = row.owed_since is not None, row.due_at.astimezone(now.tzinfo)
    return Obligation(
        row.id,
        row.number,
        row.kind,
        row.unit_id,
        row.state,
        due_at,
        owed,
        owed and due_at < now,
        calendar.workdays_left(now.date(), due_at.date(), own) if owed else 0,
        subject,
        row.created_at.astimezone(now.tzinfo),
        row.acknowledged_at and row.acknowledged_at.astimezone(now.tzinfo),
        bool(row.waits),
        bool(row.asks),
        first_words(row.begins),
        row.subject_id,
        bool(row.silent),
        shown_from=row.shown_from and row.shown_from.astimezone(now.tzinfo),
    )
