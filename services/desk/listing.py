"""Lists what came in: complaints, questions and visits, unread and newest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    String,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
)

from models.prepared import one_of
from models.tables import cases, evidence, visits
from models.types import Utc
from services import obligations
from services.cases import shown
from services.desk.glances import just_read
from services.desk.ordering import Arm, in_order, key, place_of
from services.desk.tagging import tagged, tags_of
from services.desk.values import BY_PROMISE, NOBODY, PAGE, UNKNOWN_UNIT, VISIT, Counts, Filters, Item, Page
from services.evidence import HELD
from services.foundation.act import Act
from services.foundation.history import seen_of
from services.foundation.moments import opened_or_day

SNIPPET = 200  # characters
_MOMENT = Utc()
_OWED = obligations.open_promises().subquery("owed")
Only = Callable[[Any], Sequence[ColumnElement[bool]]]
_NOT_PROMISED = cast(null(), _MOMENT).label("promised_at")
_CASE: Sequence[ColumnElement[Any]] = (
    cases.c.id,
    cases.c.kind,
    cases.c.number,
    cases.c.unit_id,
    cases.c.category,
    cast(null(), String).label("method"),
    cases.c.state,
    type_coerce(~cases.c.read, Boolean).label("unread"),
    cases.c.named,
    func.substr(cases.c.what, 1, SNIPPET).label("text"),
    cases.c.assigned_to,
    cases.c.confined,
    cases.c.priority,
    cases.c.moved_on,
    cases.c.moved,
)
_VISIT: Sequence[ColumnElement[Any]] = (
    visits.c.id,
    literal(VISIT, String).label("kind"),
    visits.c.number,
    visits.c.unit_id,
    cast(null(), String).label("category"),
    visits.c.method,
    visits.c.state,
    type_coerce(~visits.c.read, Boolean).label("unread"),
    literal(False).label("named"),
    func.substr(visits.c.note, 1, SNIPPET).label("text"),
    cast(null(), String).label("assigned_to"),
    cast(null(), String).label("confined"),
    cast(null(), String).label("priority"),
    visits.c.moved_on,
    visits.c.moved,
)
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
    "confined",
    "priority",
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


def ticked(act: Act, ids: tuple[str, ...]) -> list[Item]:
    """The items with these ids that whoever acts may see, in the order of the list."""
    return _filled(act, [item for _, item in walk(act, Filters(only=ids))])


def ticks(act: Act, items: Sequence[Item]) -> dict[str, str]:
    """What the list shows of each item, as an act on it tells (`seen`)."""
    return seen_of(act, {item.id: item.state for item in items})


def walk(act: Act, filters: Filters, after: str = "", keep: str = "") -> Iterator[tuple[str, Item]]:
    """The items of the list in their order, each with the key of its place, from after this key."""
    found, by_promise = found_by(act, filters, keep, just_read(act)), filters.sort == BY_PROMISE
    beginning = place_of(after, by_promise=by_promise)
    for place, row in in_order(act, found, beginning, by_promise=by_promise):
        values = {name: row[name] for name in _SHOWN}
        yield key(place), Item(**values, moved_at=place.moved_at)


def counts(act: Act, filters: Filters) -> Counts:
    kinds: Counter[str] = Counter()
    states: Counter[str] = Counter()
    unread = total = 0
    for row in _grouped(act, replace(filters, kind="", state="", unread=False)):
        total += row.many
        unread += 0 if row.read else row.many
        if filters.state in ("", row.state):
            kinds[row.kind] += row.many
        if filters.kind in ("", row.kind):
            states[row.state] += row.many
    return Counts(total, unread, kinds, states, *_waiting(act, replace(filters, kind="", state="", unread=False)))


def owed_about(act: Act, filters: Filters) -> int:
    """How many cases under the filters the office owes its word or its answer about."""
    return _waiting(act, filters)[0]


def _grouped(act: Act, filters: Filters) -> Iterator[Any]:
    """How many reports there are of each kind, state and whether read; an index has them in this order."""
    many = func.count().label("many")
    groups = cases.c.kind, cases.c.state, cases.c.read
    yield from act.tx.execute(select(*groups, many).where(*_of_cases(act, filters)).group_by(*groups))
    if (wanted := _of_visits(act, filters)) is not None:
        groups = visits.c.state, visits.c.read
        kind = literal(VISIT, String).label("kind")
        yield from act.tx.execute(select(kind, *groups, many).where(*wanted).group_by(*groups))


def _waiting(act: Act, filters: Filters) -> tuple[int, int]:
    """How many of these the office owes its word about, and how many of them are over."""
    owed = obligations.open_promises().subquery()
    late = func.coalesce(func.sum(case((owed.c.due_at < act.now, 1), else_=0)), 0)
    counted = select(func.count(), late).select_from(owed)
    if wanted := _of_cases(act, filters):
        counted = counted.join(cases, cases.c.id == owed.c.subject_id).where(*wanted)
    row = act.tx.execute(counted).one()
    return row[0], int(row[1])


def fresh(act: Act, filters: Filters, since: datetime) -> int:
    """Counts unread reports under the filters that came in, or had something added, after this moment."""
    that_day = since.astimezone(act.now.tzinfo).date()
    rows = [
        row
        for arm in found_by(act, replace(filters, unread=True))
        if (unread := arm.part("high")) is not None
        for row in act.tx.execute(unread[1].where(arm.id.in_(unread[0].where(arm.moved_on >= that_day))))
    ]
    return sum(opened_or_day(act.vault, row.moved, row.id, row.moved_on) > since for row in rows)


def ids_of(act: Act, filters: Filters, among: Collection[str] | None = None) -> frozenset[str]:
    """The ids of the reports under the filters; of these alone, where they are given."""
    found: list[str] = []
    for table, wanted in ((cases, _of_cases(act, filters)), (visits, _of_visits(act, filters))):
        if wanted is not None:
            these = [] if among is None else [table.c.id.in_(among)]
            found += act.tx.execute(select(table.c.id).where(*wanted, *these)).scalars()
    return frozenset(found)


def found_by(
    act: Act, filters: Filters, keep: str = "", just_read: Collection[str] = (), *, only: Only = lambda _: ()
) -> Sequence[Arm]:
    """The reports under the filters, of both kinds. `just_read`: ids of those that stay among the unread.

    `only`: further conditions on the columns of either kind.
    """

    def of_cases(part: str) -> tuple[Select[Any], Select[Any]]:
        ids = select(cases.c.id).where(*_of_cases(act, filters, keep), *only(cases.c))
        if part == "promised":
            owed = _OWED.c.subject_id == cases.c.id
            until = _OWED.c.due_at.label("promised_at")
            rows = select(*_CASE, literal(False).label("high"), until).where(owed)
            return ids.join_from(cases, _OWED, owed), rows
        if part == "rest":
            ids = ids.where(~exists().where(_OWED.c.subject_id == cases.c.id))
        else:
            ids = ids.where(_as_high(cases.c, just_read, high=part == "high"))
        return ids, select(*_CASE, literal(part == "high").label("high"), _NOT_PROMISED)

    def of_visits(part: str) -> tuple[Select[Any], Select[Any]] | None:
        wanted = _of_visits(act, filters, keep)
        if wanted is None or part == "promised":
            return None
        ids = select(visits.c.id).where(*wanted, *only(visits.c))
        if part != "rest":
            ids = ids.where(_as_high(visits.c, just_read, high=part == "high"))
        return ids, select(*_VISIT, literal(part == "high").label("high"), _NOT_PROMISED)

    return (Arm(of_cases, cases.c.id, cases.c.moved_on, _OWED.c.due_at), Arm(of_visits, visits.c.id, visits.c.moved_on))


def _as_high(columns: Any, just_read: Collection[str], *, high: bool) -> ColumnElement[bool]:
    if not just_read:
        return ~columns.read if high else columns.read
    return or_(~columns.read, columns.id.in_(just_read)) if high else and_(columns.read, columns.id.not_in(just_read))


def _of_cases(act: Act, filters: Filters, keep: str = "") -> list[ColumnElement[bool]]:
    wanted = [shown(act), *_shared(act, cases.c, filters, keep)]
    if filters.kind:
        wanted.append(cases.c.kind == filters.kind)
    if filters.assigned:
        whose = cases.c.assigned_to
        wanted.append(whose.is_(None) if filters.assigned == NOBODY else whose == filters.assigned)
    if filters.category:
        wanted.append(cases.c.category == filters.category)
    if filters.priority:
        wanted.append(cases.c.priority == filters.priority)
    if filters.tag:
        wanted.append(tagged(filters.tag))
    if filters.appeal:
        wanted.append(cases.c.appeal == filters.appeal)
    return wanted


def _of_visits(act: Act, filters: Filters, keep: str = "") -> list[ColumnElement[bool]] | None:
    """The conditions on visits; None where there can be none among what is wanted."""
    of_cases = filters.category, filters.assigned, filters.priority, filters.tag, filters.appeal
    if filters.kind not in ("", VISIT) or any(of_cases):
        return None
    return _shared(act, visits.c, filters, keep)


def _shared(act: Act, columns: Any, filters: Filters, keep: str) -> list[ColumnElement[bool]]:
    """The filters that apply to both kinds of report."""
    wanted: list[ColumnElement[bool]] = []
    if filters.units == (UNKNOWN_UNIT,):
        wanted.append(columns.unit_id.is_(None))
    elif filters.units:
        wanted.append(columns.unit_id.in_(filters.units))
    if filters.state:
        wanted.append(columns.state == filters.state)
    if filters.unread:
        wanted.append(or_(~columns.read, columns.id == keep) if keep else ~columns.read)
    if filters.since:
        wanted.append(columns.received_on >= filters.since)
    if filters.until:
        wanted.append(columns.received_on <= filters.until)
    if filters.words:
        wanted.append(one_of(act.tx, columns.id, filters.found.ids if filters.found else ()))
    if filters.only is not None:
        wanted.append(columns.id.in_(filters.only))
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
    tags = tags_of(act, ids)
    return [
        replace(
            item,
            pieces=pieces.get(item.id, 0),
            tags=tags.get(item.id, ()),
            findings=findings.get(item.id, {}),
            promised=owed.get(item.id),
        )
        for item in items
    ]
