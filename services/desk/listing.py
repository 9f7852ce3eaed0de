"""Lists what came in: complaints, questions and visits, unread and newest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Select,
    String,
    Subquery,
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
    union_all,
)

from models.tables import cases, entries, evidence, visits
from models.types import Utc
from services import obligations
from services.desk.values import BY_PROMISE, PAGE, UNKNOWN_UNIT, VISIT, Counts, Filters, Item, Page
from services.evidence import HELD
from services.foundation.act import Act
from services.foundation.searching import found_in, numbered

SNIPPET = 200  # characters
_MOMENT = Utc()
JUST_READ = timedelta(minutes=10)


def listed(act: Act, filters: Filters, after: str = "", keep: str = "") -> Page:
    """A page of the list. `after`: the key of the last item of the page before; an invalid key means the start.

    An item read a moment ago stays among the unread, so that nothing jumps under the clerk's hand; the report `keep`,
    which is open beside the list, stays even where only unread ones are wanted.
    """
    found, by_promise = found_by(filters, act.now, keep), filters.sort == BY_PROMISE
    wanted = in_order(found, select(found), filters)
    place = _place(after, by_promise=by_promise)
    if place:
        wanted = wanted.where((_after_promise if by_promise else _beyond)(found, *place))
    items = [Item(**row) for row in act.tx.execute(wanted.limit(PAGE + 1)).mappings()]
    more = len(items) > PAGE
    return Page(_filled(act, items[:PAGE]), _key(items[PAGE - 1], by_promise=by_promise) if more else None)


def counts(act: Act, filters: Filters) -> Counts:
    found = found_by(replace(filters, kind="", state="", unread=False), act.now)
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
    found = found_by(replace(filters, unread=True), act.now)
    return act.tx.execute(select(func.count()).select_from(found).where(found.c.moved_at > since)).scalar_one()


def in_order(found: Subquery, wanted: Select[Any], filters: Filters) -> Select[Any]:
    """The order of the list: by promise, or the unread first, each part by when something last came in."""
    newest = found.c.high.desc(), found.c.moved_at.desc(), found.c.id.desc()
    return wanted.order_by(*(_by_promise(found) if filters.sort == BY_PROMISE else newest))


def found_by(filters: Filters, now: datetime, keep: str = "") -> Subquery:
    """The reports under the filters, of both kinds."""
    return union_all(_cases(filters, now, keep), _visits(filters, now, keep)).subquery("found")


def _cases(filters: Filters, now: datetime, keep: str) -> Select[Any]:
    wanted: Any = select(
        cases.c.id,
        cases.c.kind,
        cases.c.number,
        cases.c.unit_id,
        cases.c.category,
        cast(null(), String).label("method"),
        cases.c.state,
        type_coerce(cases.c.read_at.is_(None), Boolean).label("unread"),
        _high(cases.c, now),
        cases.c.named,
        func.substr(cases.c.what, 1, SNIPPET).label("text"),
        cases.c.received_at,
        func.coalesce(cases.c.fresh_at, cases.c.received_at).label("moved_at"),
        _promised_at(filters),
    ).where(*_shared(cases.c, filters, now, keep))
    if filters.kind:
        wanted = wanted.where(cases.c.kind == filters.kind)
    if filters.category:
        wanted = wanted.where(cases.c.category == filters.category)
    for word in filters.words.split():
        wanted = wanted.where(
            or_(
                numbered(cases.c.number, word),
                found_in(cases.c.sought, word),
                exists().where(entries.c.subject_id == cases.c.id, found_in(entries.c.sought, word)),
                _of_unit(cases.c, filters, word),
            )
        )
    return wanted


def _visits(filters: Filters, now: datetime, keep: str) -> Select[Any]:
    wanted: Any = select(
        visits.c.id,
        literal(VISIT, String).label("kind"),
        visits.c.number,
        visits.c.unit_id,
        cast(null(), String).label("category"),
        visits.c.method,
        visits.c.state,
        type_coerce(visits.c.read_at.is_(None), Boolean).label("unread"),
        _high(visits.c, now),
        literal(False).label("named"),
        func.substr(visits.c.note, 1, SNIPPET).label("text"),
        visits.c.received_at,
        func.coalesce(visits.c.fresh_at, visits.c.received_at).label("moved_at"),
        cast(null(), _MOMENT).label("promised_at"),
    ).where(*_shared(visits.c, filters, now, keep))
    if filters.kind not in ("", VISIT) or filters.category:
        wanted = wanted.where(literal(False))
    for word in filters.words.split():
        said = numbered(visits.c.number, word), found_in(visits.c.sought, word)
        wanted = wanted.where(or_(*said, _of_unit(visits.c, filters, word)))
    return wanted


def _promised_at(filters: Filters) -> Any:
    """By when the citizen hears whether the case is accepted; looked up only for a list that is sorted by it."""
    if filters.sort != BY_PROMISE:
        return cast(null(), _MOMENT).label("promised_at")
    owed = obligations.open_promises().subquery()
    return select(owed.c.due_at).where(owed.c.subject_id == cases.c.id).scalar_subquery().label("promised_at")


def _high(columns: Any, now: datetime) -> Any:
    return type_coerce(or_(columns.read_at.is_(None), columns.read_at > now - JUST_READ), Boolean).label("high")


def _shared(columns: Any, filters: Filters, now: datetime, keep: str) -> list[ColumnElement[bool]]:
    """The filters that apply to both kinds of report."""
    wanted: list[ColumnElement[bool]] = []
    if filters.units == (UNKNOWN_UNIT,):
        wanted.append(columns.unit_id.is_(None))
    elif filters.units:
        wanted.append(columns.unit_id.in_(filters.units))
    if filters.state:
        wanted.append(columns.state == filters.state)
    if filters.unread:
        wanted.append(or_(columns.read_at.is_(None), columns.id == keep))
    if filters.since:
        wanted.append(columns.received_at >= _midnight(filters.since, now))
    if filters.until:
        wanted.append(columns.received_at < _midnight(filters.until + timedelta(days=1), now))
    return wanted


def _midnight(day: date, now: datetime) -> datetime:
    return datetime.combine(day, time(), now.tzinfo)


def _of_unit(columns: Any, filters: Filters, word: str) -> ColumnElement[bool]:
    named = filters.named.get(word)
    return columns.unit_id.in_(named) if named else literal(False)


# --- keys of pages ------------------------------------------------------------------------------------------------


def _key(item: Item, *, by_promise: bool) -> str:
    group, moment = item.high, item.moved_at
    if by_promise:
        group, moment = item.promised_at is not None, item.promised_at or item.moved_at
    return f"{2 * by_promise + group}.{round(moment.timestamp() * 1_000_000)}.{item.id}"


def _place(key: str, *, by_promise: bool) -> tuple[bool, datetime, str] | None:
    parts = key.split(".")
    if len(parts) != 3 or not (
        parts[1].isascii() and parts[1].isdigit() and len(parts[1]) <= 17 and parts[2].isalnum()
    ):
        return None
    if parts[0] not in (("2", "3") if by_promise else ("0", "1")):
        return None
    return parts[0] in ("1", "3"), datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=int(parts[1])), parts[2]


def _by_promise(found: Subquery) -> tuple[Any, ...]:
    """What is promised soonest comes first; what nothing is promised about follows, the newest first."""
    promised = found.c.promised_at.is_not(None)
    moved = case((promised, null()), else_=found.c.moved_at)
    return case((promised, 0), else_=1), found.c.promised_at, moved.desc(), found.c.id.desc()


def _after_promise(found: Subquery, promised: bool, moment: datetime, id_: str) -> ColumnElement[bool]:
    columns = found.c
    if not promised:
        newer = or_(columns.moved_at < moment, and_(columns.moved_at == moment, columns.id < id_))
        return and_(columns.promised_at.is_(None), newer)
    later = or_(columns.promised_at > moment, and_(columns.promised_at == moment, columns.id < id_))
    return or_(columns.promised_at.is_(None), later)


def _beyond(found: Subquery, high: bool, moved_at: datetime, id_: str) -> ColumnElement[bool]:
    columns = found.c
    later = or_(columns.moved_at < moved_at, and_(columns.moved_at == moved_at, columns.id < id_))
    same = and_(columns.high if high else ~columns.high, later)
    return or_(same, ~columns.high) if high else same


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
