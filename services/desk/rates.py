"""Counts complaints for the office's figures: by unit, source, kind of trouble or month (C14, C17-C19, A39, A40).

How content those are who were asked is counted with and without those who kept silent (P-01, P-04).

Counted are the complaints that came in on the days of the question, whenever something else happened to them. Every
rate is a pair of whole numbers, so that whoever reads it can check it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import BigInteger, ColumnElement, Select, String, and_, case, cast, extract, func, select

from models.tables import cases, happenings, obligations, ratings
from services.cases import ACCEPTANCE, BAD, COMPLAINT, HANDLING, RatingState, State, shown
from services.foundation.act import Act
from services.obligations import ACCEPTED, RETURNED
from services.units import WHOLE, placed

BY = ("unit", "month", "source", "category")
WEEK, MONTH = timedelta(7), timedelta(30)
ENDED_OTHERWISE = (State.DECLINED, State.REFERRED, State.WITHDRAWN)
# The month in which a case came in, as the database groups by it; read by `month_of`.
IN_MONTH = extract("year", cases.c.received_on).label("year"), extract("month", cases.c.received_on).label("month")
_CELL = "cell"  # a unit and a month
_KEYS: Mapping[str, tuple[ColumnElement[Any], ...]] = {
    "unit": (WHOLE.label("unit"),),
    "month": IN_MONTH,
    "source": (cases.c.source,),
    "category": (cases.c.category,),
    _CELL: (WHOLE.label("unit"), *IN_MONTH),
}


@dataclass
class Tally:
    """Whole numbers about some complaints; each pair is a rate."""

    came_in: int = 0
    closed: int = 0  # of those received: the source's own rate (C17)
    ended: int = 0  # declined, referred or withdrawn
    open_week: int = 0  # open, at most a week old
    open_month: int = 0  # open, at most 30 days old
    open_older: int = 0
    accept_due: int = 0  # promises to say whether it is accepted that are kept or over
    accept_in_time: int = 0
    answer_due: int = 0  # promises to answer that are kept or over
    answer_in_time: int = 0
    unit_handed: int = 0  # obligations of units because of them
    unit_acknowledged: int = 0
    unit_due: int = 0  # of these, answered or over
    unit_in_time: int = 0
    returned: int = 0  # answers sent back (C09)
    recovered: int = 0  # yuan (C19)
    rated: int = 0  # first answers that were rated; what was set aside is no part of this and the next two
    rated_solved: int = 0
    rated_satisfied: int = 0  # of the three upper levels
    rated_silent: int = 0  # first answers whose days passed without a word: counted apart, never as satisfied
    rated_aside: int = 0
    rated_bad: int = 0  # of the two lowest levels, of any round, and not set aside
    rated_righted: int = 0  # of these, put right, the citizen called back
    levels: Counter[str] = field(default_factory=Counter)  # how many of the rated gave which level
    outcomes: Counter[str] = field(default_factory=Counter)  # several may hold of one case (A40)

    @property
    def open(self) -> int:
        return self.open_week + self.open_month + self.open_older

    def add(self, other: Tally) -> None:
        for one in fields(self):
            setattr(self, one.name, getattr(self, one.name) + getattr(other, one.name))


_NUMBERS = frozenset(one.name for one in fields(Tally))


def tallied(act: Act, by: str, since: date | None, until: date | None) -> dict[str, Tally]:
    """The tallies of complaints received on these days, by key: a unit's id ("" for none), 2026-11, a source, a kind.

    Windows and sections count with the unit above them. What was handed over counts for the unit that it was handed to.
    """
    return _tallied(act, by, since, until)


def mapped(act: Act, since: date | None, until: date | None) -> dict[tuple[str, str], Tally]:
    """Like `tallied`, by unit and month: (unit's id, 2026-11)."""
    return _tallied(act, _CELL, since, until)


def month_of(row: Any) -> str:
    """The month of a row that was grouped by `IN_MONTH`: 2026-11."""
    return f"{int(row.year)}-{int(row.month):02}"


def _tallied(act: Act, by: str, since: date | None, until: date | None) -> dict[Any, Tally]:
    found: dict[Any, Tally] = defaultdict(Tally)
    for query in _queries(act, by):
        for row in act.tx.execute(_within(act, query, since, until)):
            found[_key(row, by)].add(Tally(**{name: value for name, value in row._mapping.items() if name in _NUMBERS}))
    for key, row in _ratings(act, by, since, until):
        found[key].add(row)
    codes = cast(cases.c.outcomes, String).label("codes")
    outcomes = _grouped(by, cases, cases.c.unit_id, [codes, func.count().label("many")], codes)
    for row in act.tx.execute(_within(act, outcomes, since, until).where(cases.c.outcomes.is_not(None))):
        for code in msgspec.json.decode(row.codes) or ():
            found[_key(row, by)].outcomes[code] += row.many
    return dict(found)


def _key(row: Any, by: str) -> str | tuple[str, str]:
    if by == "month":
        return month_of(row)
    return (row.unit or "", month_of(row)) if by == _CELL else row[0] or ""


def _ratings(act: Act, by: str, since: date | None, until: date | None) -> Iterator[tuple[Any, Tally]]:
    """The ratings of the complaints, by key, in as many parts as there are ways to rate."""
    first, aside = (ratings.c.round == 1).label("first"), ratings.c.aside_id.is_not(None).label("aside")
    righted = ratings.c.right_on.is_not(None).label("righted")
    ways = ratings.c.state, ratings.c.level, ratings.c.solved, first, aside, righted
    rated = cases.join(ratings, ratings.c.case_id == cases.c.id)
    grouped = _grouped(by, rated, cases.c.unit_id, [*ways, func.count().label("many")], *ways)
    for row in act.tx.execute(_within(act, grouped, since, until)):
        given, bad = row.state == RatingState.GIVEN and not row.aside, row.level in BAD
        counts = given and row.first
        yield (
            _key(row, by),
            Tally(
                rated=row.many if counts else 0,
                rated_solved=row.many if counts and row.solved else 0,
                rated_satisfied=row.many if counts and not bad else 0,
                rated_silent=row.many if row.first and row.state == RatingState.LAPSED else 0,
                rated_aside=row.many if row.aside else 0,
                rated_bad=row.many if given and bad else 0,
                rated_righted=row.many if given and bad and row.righted else 0,
                levels=Counter({row.level: row.many}) if counts else Counter(),
            ),
        )


def total(tallies: Mapping[str, Tally]) -> Tally:
    whole = Tally()
    for one in tallies.values():
        whole.add(one)
    return whole


def _within(
    act: Act, query: Select[*tuple[Any, ...]], since: date | None, until: date | None
) -> Select[*tuple[Any, ...]]:
    wanted = query.where(cases.c.kind == COMPLAINT, shown(act))
    wanted = wanted.where(cases.c.received_on >= since) if since else wanted
    return wanted.where(cases.c.received_on <= until) if until else wanted


def _queries(act: Act, by: str) -> Iterator[Select[*tuple[Any, ...]]]:
    """One query for each table that is counted, whatever the number of rows."""
    yield _grouped(by, cases, cases.c.unit_id, _of_cases(act))
    own = cases.join(obligations, and_(obligations.c.subject_id == cases.c.id, obligations.c.unit_id.is_(None)))
    yield _grouped(by, own, cases.c.unit_id, _of_promises(act))
    units = cases.join(obligations, and_(obligations.c.subject_id == cases.c.id, obligations.c.unit_id.is_not(None)))
    yield _grouped(by, units, obligations.c.unit_id, _of_units(act))
    sent_back = cases.join(happenings, and_(happenings.c.subject_id == cases.c.id, happenings.c.kind == RETURNED))
    yield _grouped(by, sent_back, happenings.c.unit_id, [func.count().label("returned")])


def _grouped(by: str, rows: Any, unit_id: Any, columns: list[Any], *more: Any) -> Select[*tuple[Any, ...]]:
    keys = _KEYS[by]
    return select(*keys, *columns).select_from(placed(rows, unit_id)).group_by(*keys, *more)


def _of_cases(act: Act) -> list[ColumnElement[Any]]:
    day, ended = act.now.date(), (*ENDED_OTHERWISE, State.CLOSED)
    open_ = cases.c.state.not_in(ended)
    return [
        func.count().label("came_in"),
        _many(cases.c.state == State.CLOSED).label("closed"),
        _many(cases.c.state.in_(ENDED_OTHERWISE)).label("ended"),
        _many(and_(open_, cases.c.received_on >= day - WEEK)).label("open_week"),
        _many(and_(open_, cases.c.received_on < day - WEEK, cases.c.received_on >= day - MONTH)).label("open_month"),
        _many(and_(open_, cases.c.received_on < day - MONTH)).label("open_older"),
        cast(func.coalesce(func.sum(cases.c.recovered), 0), BigInteger).label("recovered"),
    ]


def _of_promises(act: Act) -> list[ColumnElement[Any]]:
    due_at, settled_at = obligations.c.due_at, obligations.c.settled_at
    given = obligations.c.state == ACCEPTED
    due = given | ((settled_at.is_(None)) & (due_at <= act.now))
    kept = given & (settled_at <= due_at)  # settled_at tells the day
    names = {ACCEPTANCE: "accept", HANDLING: "answer"}
    return [
        _many(and_(obligations.c.kind == kind, condition)).label(f"{name}_{what}")
        for kind, name in names.items()
        for what, condition in (("due", due), ("in_time", kept))
    ]


def _of_units(act: Act) -> list[ColumnElement[Any]]:
    answered, due_at = obligations.c.answered_at, obligations.c.due_at
    return [
        func.count().label("unit_handed"),
        _many(obligations.c.acknowledged_at.is_not(None) | answered.is_not(None)).label("unit_acknowledged"),
        _many(answered.is_not(None) | ((due_at <= act.now) & obligations.c.owed_since.is_not(None))).label("unit_due"),
        _many(answered.is_not(None) & (answered <= due_at)).label("unit_in_time"),
    ]


def _many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))
