"""Takes and marks the rows of due reminders by a few statements, however many they are."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Executable, bindparam, case, delete, func, insert, select, update

from models.prepared import Prepared, among, keys
from models.tables import obligations, reminders
from models.types import Utc
from services.foundation.act import Act
from services.obligations.ladder import OFFICE, SILENCE, Step
from services.obligations.listing import BEGINS


class Row(NamedTuple):
    """A reminder with its obligation, as the driver gives it: moments are text on SQLite."""

    id: int
    kind: str
    to: str
    by: str
    nth: int
    due: Any
    obligation_id: str
    number: str
    obligation_kind: str
    unit_id: str
    deadline: Any
    state: str
    owed: int
    acknowledged: int
    asked: str


def units(act: Act, kinds: Collection[str], most: int) -> list[str]:
    """The units of the first `most` due rows of these kinds of obligation."""
    return [unit_id for (unit_id,) in _UNITS.rows(act.tx, {"now": act.now, "most": most, "keys": keys(act.tx, kinds)})]


def take(act: Act, kinds: Collection[str], unit_ids: Sequence[str], most: int) -> list[Row]:
    """Takes up to `most` due rows, oldest first; on PostgreSQL those of these units that nobody else holds."""
    due = {"now": act.now, "most": most, "keys": keys(act.tx, kinds), "units": unit_ids}
    return [Row(*row) for row in _TAKE.rows(act.tx, due)]


def mark(act: Act, rows: Sequence[Row], meant: Sequence[Row]) -> None:
    """Marks the rows that go out as fired, and deletes those that mean nothing any more."""
    if meant:
        _FIRED.run(act.tx, {"now": act.now, "ids": keys(act.tx, [row.id for row in meant])})
    if len(meant) < len(rows):
        sent = {row.id for row in meant}
        act.tx.execute(delete(reminders).where(reminders.c.id.in_([row.id for row in rows if row.id not in sent])))


def went(act: Act, ids: Sequence[int], to: str, by: str) -> None:
    """Notes to whom and by which way these reminders went in the end."""
    rows = (
        update(reminders).where(among(act.tx, reminders.c.id, "ids")).values({reminders.c.to: to, reminders.c.by: by})
    )
    act.tx.execute(rows, {"ids": keys(act.tx, ids)})


def pending(act: Act, obligation_ids: Collection[str]) -> set[tuple[str, str, str]]:
    """The steps that are coming up by themselves or stand on the office's list, as (obligation, to, by)."""
    rows = _PENDING.rows(act.tx, {"keys": keys(act.tx, obligation_ids)})
    return {(obligation_id, to, by) for obligation_id, to, by in rows}


def write(act: Act, rows: Sequence[dict[str, Any]]) -> None:
    if rows:
        _WRITE.run(act.tx, *rows)


def planned(row: Row, step: Step, nth: int) -> dict[str, Any]:
    """The row of the step that `row` leads to, as message `nth`."""
    return {
        "obligation_id": row.obligation_id,
        "kind": step.kind,
        "step": step.days,
        "to": step.to,
        "by": step.by,
        "nth": nth,
        "due_at": step.due_at,
    }


# --- the statements -------------------------------------------------------------------------------------------------

_due = reminders.c.fired_at.is_(None), reminders.c.due_at <= bindparam("now", type_=Utc())
_oldest = reminders.c.due_at, reminders.c.id


def _flag(wanted: ColumnElement[bool]) -> ColumnElement[int]:
    return case((wanted, 1), else_=0)


_COLUMNS = (
    reminders.c.id,
    reminders.c.kind,
    reminders.c.to,
    reminders.c.by,
    reminders.c.nth,
    reminders.c.due_at,
    reminders.c.obligation_id,
    obligations.c.number,
    obligations.c.kind.label("obligation_kind"),
    obligations.c.unit_id,
    obligations.c.due_at.label("deadline"),
    obligations.c.state,
    _flag(obligations.c.owed_since.is_not(None)),
    _flag(obligations.c.acknowledged_at.is_not(None)),
    func.substr(obligations.c.asked, 1, BEGINS),
)


def _chosen(tx: Connection, *columns: Any) -> Any:
    awake = among(tx, obligations.c.kind)
    joined = select(*columns).join_from(reminders, obligations).where(*_due, awake)
    return joined.order_by(*_oldest).limit(bindparam("most"))


def _taking(tx: Connection) -> Executable:
    if tx.dialect.name != "postgresql":
        return _chosen(tx, *_COLUMNS)
    known = among(tx, obligations.c.unit_id, "units")
    return _chosen(tx, *_COLUMNS).where(known).with_for_update(skip_locked=True)


def _units_due(tx: Connection) -> Executable:
    return select(_chosen(tx, obligations.c.unit_id).subquery().c.unit_id).distinct()


def _waiting(tx: Connection) -> Executable:
    coming = reminders.c.fired_at.is_(None) | (reminders.c.to == OFFICE)
    wanted = among(tx, reminders.c.obligation_id), reminders.c.kind == SILENCE, coming
    return select(reminders.c.obligation_id, reminders.c.to, reminders.c.by).where(*wanted)


_TAKE = Prepared(_taking)
_UNITS = Prepared(_units_due)
_FIRED = Prepared(
    lambda tx: update(reminders).where(among(tx, reminders.c.id, "ids")).values(fired_at=bindparam("now", type_=Utc()))
)
_PENDING = Prepared(_waiting)
_WRITE = Prepared(insert(reminders), "obligation_id", "kind", "step", "to", "by", "nth", "due_at")
