"""The order of the desk's list: unread first, or by promise, then by when something last came in.

The database knows only on which day that was. So it puts days in order, whole days are fetched, and their reports are
sorted here by the moments that are sealed in them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, or_, select

from services.foundation.act import Act
from services.foundation.moments import opened_or_day

AT_ONCE = 100  # rows
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)
Row = Mapping[Any, Any]


@dataclass(frozen=True)
class _Group:
    """Reports among which the database cannot tell an order: of one day, or promised by the same moment."""

    promised: datetime | None
    high: bool  # always False where the list is by promise
    moved_on: date | None  # None where there is a promise


@dataclass(frozen=True)
class Place:
    """The place of a report in the list."""

    group: _Group
    moved_at: datetime
    id: str

    @property
    def within(self) -> tuple[datetime, str]:
        return self.moved_at, self.id


def in_order(act: Act, found: Subquery, after: Place | None, *, by_promise: bool) -> Iterator[tuple[Place, Row]]:
    """The rows of `found` (high, promised_at, moved_on, moved, id), from after this place, each with its own."""
    order = (found.c.high.desc(), found.c.moved_on.desc())
    if by_promise:
        promised = found.c.promised_at.is_not(None)
        newest = case((promised, None), else_=found.c.moved_on)
        order = (case((promised, 0), else_=1), found.c.promised_at, newest.desc())
    wanted = select(found).order_by(*order, found.c.id)
    begins, rest = after.group if after else None, True
    inclusive = True
    while rest:
        ahead = wanted if begins is None else wanted.where(_not_before(found, begins, by_promise, inclusive=inclusive))
        rows = act.tx.execute(ahead.limit(AT_ONCE)).mappings().all()
        groups = [(group, list(some)) for group, some in groupby(rows, lambda row: _group_of(row, by_promise))]
        rest = len(rows) == AT_ONCE
        if rest:  # the last group may be longer
            begins, inclusive = groups[-1][0], False
            groups[-1] = begins, list(act.tx.execute(wanted.where(_same(found, begins, by_promise))).mappings())
        for group, some in groups:
            yield from _sorted(act, group, some, after)


def _sorted(act: Act, group: _Group, rows: Sequence[Row], after: Place | None) -> list[tuple[Place, Row]]:
    """The rows of a group, the newest first; of the group in which the last page ended, those that come after."""
    placed = [
        (Place(group, opened_or_day(act.vault, row["moved"], row["id"], row["moved_on"]), row["id"]), row)
        for row in rows
    ]
    if after and after.group == group:
        placed = [one for one in placed if one[0].within < after.within]
    return sorted(placed, key=lambda one: one[0].within, reverse=True)


def _group_of(row: Row, by_promise: bool) -> _Group:
    promised = row["promised_at"] if by_promise else None
    return _Group(promised, not by_promise and row["high"], None if promised else row["moved_on"])


def _same(found: Subquery, group: _Group, by_promise: bool) -> ColumnElement[bool]:
    if group.promised:
        return found.c.promised_at == group.promised
    high = found.c.promised_at.is_(None) if by_promise else _as_high(found, group.high)
    return and_(high, found.c.moved_on == group.moved_on)


def _not_before(found: Subquery, group: _Group, by_promise: bool, *, inclusive: bool) -> ColumnElement[bool]:
    """What comes after a group, or also, where inclusive, the group itself."""
    if group.promised:
        later = found.c.promised_at > group.promised
        after = or_(later, found.c.promised_at.is_(None))
    else:
        same_part = found.c.promised_at.is_(None) if by_promise else _as_high(found, group.high)
        after = and_(same_part, found.c.moved_on < group.moved_on)
        if group.high:
            after = or_(after, _as_high(found, False))
    return or_(after, _same(found, group, by_promise)) if inclusive else after


def _as_high(found: Subquery, high: bool) -> ColumnElement[bool]:
    return found.c.high if high else ~found.c.high


# --- keys of pages ----------------------------------------------------------------------------------------------------


def key(place: Place) -> str:
    """The place as letters, digits and points, for an address."""
    group = place.group
    mark = f"p{_ticks(group.promised)}" if group.promised else f"{'h' if group.high else 'd'}{group.moved_on:%Y%m%d}"
    return f"{mark}.{_ticks(place.moved_at)}.{place.id}"


def place_of(given: str, *, by_promise: bool) -> Place | None:
    """The place of a key; None for anything else, and for the key of a list in another order."""
    mark, _, rest = given.partition(".")
    moved, _, id_ = rest.partition(".")
    number = mark[1:]
    if not (_is_number(number) and _is_number(moved) and id_.isalnum()) or (mark[0] == "h" and by_promise):
        return None
    try:
        if mark[0] == "p":
            group = _Group(_moment(number), high=False, moved_on=None) if by_promise else None
        else:
            day = datetime.strptime(number, "%Y%m%d").replace(tzinfo=UTC).date()
            group = _Group(None, mark[0] == "h", day) if mark[0] in "hd" else None
    except ValueError:
        return None
    return Place(group, _moment(moved), id_) if group else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 17


def _ticks(moment: datetime) -> int:
    return (moment - _EPOCH) // _TICK


def _moment(ticks: str) -> datetime:
    return _EPOCH + int(ticks) * _TICK
