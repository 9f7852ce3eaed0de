"""Lists what came in: complaints, questions and visits, unread and newest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    String,
    Subquery,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)

from models.prepared import one_of
from models.tables import cases, evidence, visits
from models.types import Utc
from services import obligations
from services.desk.glances import just_read
from services.desk.ordering import in_order, key, place_of
from services.desk.values import BY_PROMISE, NOBODY, PAGE, UNKNOWN_UNIT, VISIT, Counts, Filters, Item, Page
from services.evidence import HELD
from services.foundation.act import Act
from services.foundation.moments import opened_or_day

SNIPPET = 200  # characters
_MOMENT = Utc()
_SHOWN = (
    "id",
    "kind",
    "number",
    "unit_id",
    "category",
    "method",
    "state",
    "unread",
    "high",
    "named",
    "text",
    "assigned_to",
    "promised_at",
)


def listed(act: Act, filters: Filters, after: str = "", keep: str = "") -> Page:
    """A page of the list. `after`: the key of the last item of the page before; an invalid key means the start.

    An item read a moment ago stays among the unread, so that nothing jumps under the clerk's hand; the report `keep`,
    which is open beside the list, stays even where only unread ones are wanted.
    """
    some = list(islice(walk(act, filters, after, keep), PAGE + 1))
    items = _filled(act, [item for _, item in some[:PAGE]])
    return Page(items, some[PAGE - 1][0] if len(some) > PAGE else None)


def walk(act: Act, filters: Filters, after: str = "", keep: str = "") -> Iterator[tuple[str, Item]]:
    """The items of the list in their order, each with the key of its place, from after this key."""
    found, by_promise = found_by(act, filters, keep, just_read(act)), filters.sort == BY_PROMISE
    beginning = place_of(after, by_promise=by_promise)
    for place, row in in_order(act, found, beginning, by_promise=by_promise):
        values = {name: row[name] for name in _SHOWN}
        yield key(place), Item(**values, moved_at=place.moved_at)


def counts(act: Act, filters: Filters) -> Counts:
    found = found_by(act, replace(filters, kind="", state="", unread=False))
    grouped = act.tx.execute(
        select(found.c.kind, found.c.state, found.c.unread, func.count().label("many")).group_by(
            found.c.kind, found.c.state, found.c.unread
        )
    ).all()
    kinds: Counter[str] = Counter()
    states: Counter[str] = Counter()
    unread = total = 0
    for row in grouped:
        total += row.many
        unread += row.many if row.unread else 0
        if filters.state in ("", row.state):
            kinds[row.kind] += row.many
        if filters.kind in ("", row.kind):
            states[row.state] += row.many
    return Counts(total, unread, kinds, states, *_waiting(act, found))


def _waiting(act: Act, found: Subquery) -> tuple[int, int]:
    """How many of these the office owes its word about, and how many of them are over."""
    owed = obligations.open_promises().subquery()
    late = func.coalesce(func.sum(case((owed.c.due_at < act.now, 1), else_=0)), 0)
    row = act.tx.execute(select(func.count(), late).join_from(owed, found, found.c.id == owed.c.subject_id)).one()
    return row[0], int(row[1])


def fresh(act: Act, filters: Filters, since: datetime) -> int:
    """Counts unread reports under the filters that came in, or had something added, after this moment."""
    found = found_by(act, replace(filters, unread=True))
    that_day = since.astimezone(act.now.tzinfo).date()
    rows = act.tx.execute(select(found.c.id, found.c.moved_on, found.c.moved).where(found.c.moved_on >= that_day))
    return sum(opened_or_day(act.vault, row.moved, row.id, row.moved_on) > since for row in rows)


def found_by(act: Act, filters: Filters, keep: str = "", just_read: Collection[str] = ()) -> Subquery:
    """The reports under the filters, of both kinds. `just_read`: ids of those that stay among the unread."""
    parts = _cases(filters, keep, just_read), _visits(filters, keep, just_read)
    if filters.words:
        ids = filters.found.ids if filters.found else ()
        parts = tuple(part.where(one_of(act.tx, part.selected_columns.id, ids)) for part in parts)
    return union_all(*parts).subquery("found")


def _cases(filters: Filters, keep: str, just_read: Collection[str]) -> Select[Any]:
    wanted: Any = select(
        cases.c.id,
        cases.c.kind,
        cases.c.number,
        cases.c.unit_id,
        cases.c.category,
        cast(null(), String).label("method"),
        cases.c.state,
        type_coerce(~cases.c.read, Boolean).label("unread"),
        _high(cases.c, just_read),
        cases.c.named,
        func.substr(cases.c.what, 1, SNIPPET).label("text"),
        cases.c.assigned_to,
        cases.c.moved_on,
        cases.c.moved,
        _promised_at(filters),
    ).where(*_shared(cases.c, filters, keep))
    if filters.kind:
        wanted = wanted.where(cases.c.kind == filters.kind)
    if filters.assigned:
        whose = cases.c.assigned_to
        wanted = wanted.where(whose.is_(None) if filters.assigned == NOBODY else whose == filters.assigned)
    if filters.category:
        wanted = wanted.where(cases.c.category == filters.category)
    return wanted


def _visits(filters: Filters, keep: str, just_read: Collection[str]) -> Select[Any]:
    wanted: Any = select(
        visits.c.id,
        literal(VISIT, String).label("kind"),
        visits.c.number,
        visits.c.unit_id,
        cast(null(), String).label("category"),
        visits.c.method,
        visits.c.state,
        type_coerce(~visits.c.read, Boolean).label("unread"),
        _high(visits.c, just_read),
        literal(False).label("named"),
        func.substr(visits.c.note, 1, SNIPPET).label("text"),
        cast(null(), String).label("assigned_to"),
        visits.c.moved_on,
        visits.c.moved,
        cast(null(), _MOMENT).label("promised_at"),
    ).where(*_shared(visits.c, filters, keep))
    if filters.kind not in ("", VISIT) or filters.category or filters.assigned:
        wanted = wanted.where(literal(False))
    return wanted


def _promised_at(filters: Filters) -> Any:
    """By when the citizen hears whether the case is accepted; looked up only for a list that is sorted by it."""
    if filters.sort != BY_PROMISE:
        return cast(null(), _MOMENT).label("promised_at")
    owed = obligations.open_promises().subquery()
    return select(owed.c.due_at).where(owed.c.subject_id == cases.c.id).scalar_subquery().label("promised_at")


def _high(columns: Any, just_read: Collection[str]) -> Any:
    return type_coerce(or_(~columns.read, columns.id.in_(just_read)), Boolean).label("high")


def _shared(columns: Any, filters: Filters, keep: str) -> list[ColumnElement[bool]]:
    """The filters that apply to both kinds of report."""
    wanted: list[ColumnElement[bool]] = []
    if filters.units == (UNKNOWN_UNIT,):
        wanted.append(columns.unit_id.is_(None))
    elif filters.units:
        wanted.append(columns.unit_id.in_(filters.units))
    if filters.state:
        wanted.append(columns.state == filters.state)
    if filters.unread:
        wanted.append(or_(~columns.read, columns.id == keep))
    if filters.since:
        wanted.append(columns.received_on >= filters.since)
    if filters.until:
        wanted.append(columns.received_on <= filters.until)
    return wanted


# --- what only the items of one page need -----------------------------------------------------------------------------


def _filled(act: Act, items: Sequence[Item]) -> list[Item]:
    tx, ids = act.tx, [item.id for item in items]
    owed = obligations.promised(act, ids)
    counted = tx.execute(
        select(evidence.c.subject_id, func.count().label("many"))
        .where(evidence.c.subject_id.in_(ids), HELD)
        .group_by(evidence.c.subject_id)
    )
    pieces = {row.subject_id: row.many for row in counted}
    ticked = tx.execute(select(visits.c.id, visits.c.findings).where(visits.c.id.in_(ids)))
    findings = {row.id: row.findings for row in ticked}
    return [
        replace(item, pieces=pieces.get(item.id, 0), findings=findings.get(item.id, {}), promised=owed.get(item.id))
        for item in items
    ]
