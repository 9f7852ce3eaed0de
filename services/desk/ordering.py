"""The order of the desk's list: unread first, or by promise, then by when something last came in.

The database knows only on which day that was. So it puts days in order, whole days are fetched, and their reports are
sorted here by the moments that are sealed in them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, or_

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


@dataclass(frozen=True)
class Arm:
    """The reports of one kind under the filters.

    `part`: those of one part of the list ("high", "low", "promised", "rest"): their ids, without an order, and the rows
    to such ids; None where there can be none. An index has each part in the order of its days, and all that is filtered
    by: a page costs the same however many reports there are.
    """

    part: Callable[[str], tuple[Select[Any], Select[Any]] | None]
    id: ColumnElement[str]
    moved_on: ColumnElement[date]
    promised_at: ColumnElement[datetime] | None = None


def in_order(act: Act, arms: Sequence[Arm], after: Place | None, *, by_promise: bool) -> Iterator[tuple[Place, Row]]:
    """The rows of all arms (high, promised_at, moved_on, moved, id), from after this place, each with its own."""
    parts = ("promised", "rest") if by_promise else ("high", "low")
    begins = after.group if after else None
    for part in parts[0 if begins is None else parts.index(_part_of(begins, by_promise)) :]:
        inclusive = begins is not None
        rest = True
        while rest:
            rows = _fetched(act, arms, part, begins, inclusive=inclusive)
            groups = [(group, list(some)) for group, some in groupby(rows, lambda row: _group_of(row, by_promise))]
            rest = len(rows) == AT_ONCE
            if rest:  # the last group may be longer
                begins, inclusive = groups[-1][0], False
                groups[-1] = begins, _whole(act, arms, part, begins)
            for group, some in groups:
                yield from _sorted(act, group, some, after)
        begins = None


def _fetched(act: Act, arms: Sequence[Arm], part: str, begins: _Group | None, *, inclusive: bool) -> list[Row]:
    """The first rows of a part in the order of their groups, from a group on or from behind it."""
    found: list[Row] = []
    for arm, ids, rows in _of_part(arms, part):
        place = arm.promised_at if part == "promised" else None
        ordered = ids.order_by(arm.moved_on.desc() if place is None else place).limit(AT_ONCE)
        if begins is not None:
            same = _same(arm, begins)
            ahead = arm.moved_on < begins.moved_on if place is None else place > begins.promised
            ordered = ordered.where(or_(ahead, same) if inclusive else ahead)
        found += act.tx.execute(rows.where(arm.id.in_(ordered))).mappings()
    if part == "promised":
        return sorted(found, key=lambda row: row["promised_at"])[:AT_ONCE]
    return sorted(found, key=lambda row: row["moved_on"], reverse=True)[:AT_ONCE]


def _whole(act: Act, arms: Sequence[Arm], part: str, group: _Group) -> list[Row]:
    """All rows of a group."""
    return [
        row
        for arm, ids, rows in _of_part(arms, part)
        for row in act.tx.execute(rows.where(arm.id.in_(ids.where(_same(arm, group))))).mappings()
    ]


def _of_part(arms: Sequence[Arm], part: str) -> Iterator[tuple[Arm, Select[Any], Select[Any]]]:
    return ((arm, *found) for arm in arms if (found := arm.part(part)) is not None)


def _part_of(group: _Group, by_promise: bool) -> str:
    if by_promise:
        return "promised" if group.promised else "rest"
    return "high" if group.high else "low"


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


def _same(arm: Arm, group: _Group) -> ColumnElement[bool]:
    if group.promised and arm.promised_at is not None:
        return arm.promised_at == group.promised
    return arm.moved_on == group.moved_on


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
