"""The job: what is due becomes deliveries, each reminder exactly once, however many processes tick.

A batch is a handful of statements. What its rows share (recipients, names, days) is looked up once; a row itself costs
one body, encoded and sealed, and its share of one INSERT and one UPDATE.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Executable,
    bindparam,
    case,
    delete,
    func,
    insert,
    select,
    update,
)

from conversation.messages import Body, Say
from models.prepared import Prepared, among, keys
from models.tables import obligations, reminders
from models.types import Utc
from services import calendar, deliveries, reach, workdays
from services.obligations.ladder import BOTH, HEAD, NOBODY, OFFICE, OVER, SILENCE, Step, ladders, over, silence
from services.obligations.listing import BEGINS
from services.obligations.telling import TO_HEAD, TO_READER, buttons, told_values
from services.obligations.values import Fired
from services.reach import CHAT, SMS, SUPERIOR
from services.vault import Vault, new_id
from services.wording import first_words

# Stand in a body for those of each row.
_NUMBER, _ID, _BEGINS = f"number-{new_id()}", f"id-{new_id()}", f"begins-{new_id()}"

_Reached = Mapping[tuple[str, str, str], Sequence[tuple[str, str]]]  # of `reach.recipients_of`


class _Row(NamedTuple):
    """A reminder with its obligation, as the driver gives it: moments are text on SQLite."""

    id: int
    kind: str
    to: str
    by: str
    nth: int
    due: Any
    obligation_id: str
    number: str
    duty_kind: str
    unit_id: str
    deadline: Any
    state: str
    owed: int
    acknowledged: int
    asked: str


def fire(
    tx: Connection, vault: Vault, now: datetime, most: int, ways: Collection[str] = (CHAT, SMS)
) -> Fired:  # fmt: skip
    """Up to `most` reminders that are due. During quiet hours they wait. `ways`: without a carrier, chat alone.

    A reminder that has waited too long says so; one whose obligation is not owed any more is dropped.
    """
    awake = [kind for kind, ladder in ladders().items() if not ladder.quiet(now)]
    due = {"now": now, "most": most, "keys": keys(tx, awake)}
    units = [unit_id for (unit_id,) in _UNITS.rows(tx, due)] if awake else []
    if not units:
        return Fired(frozenset(), 0)
    # Locks the recipients before the reminders, as a turn does that acknowledges: on PostgreSQL neither waits for the
    # other in a circle.
    reached = reach.recipients_of(tx, vault, now, units, ways)
    rows = [_Row(*row) for row in _TAKE.rows(tx, due | {"units": units})]
    meant = [row for row in rows if row.owed and not (row.kind == SILENCE and row.acknowledged)]
    _mark(tx, now, rows, meant)
    batch = _Batch(tx, vault, now, meant, reached)
    ring = batch.send()
    batch.note()
    follow = batch.follow()
    if follow:
        _WRITE.run(tx, *follow)
    return Fired(ring, len(rows))


class _Batch:
    """Everything that the rows of one run share."""

    def __init__(self, tx: Connection, vault: Vault, now: datetime, rows: Sequence[_Row], reached: _Reached) -> None:
        self._tx, self._vault, self._now, self._rows, self._reached = tx, vault, now, rows, reached
        self._own = calendar.own_days(tx)
        self._names = reach.unit_names(tx, {row.unit_id for row in rows})
        self._moments: dict[Any, datetime] = {}
        self._left: dict[Any, int] = {}
        self._bodies: dict[tuple[Any, ...], bytes] = {}
        self._went: dict[tuple[str, str], list[int]] = {}  # numbers of the rows that went otherwise than planned

    def send(self) -> set[tuple[str, str]]:
        """One body a row for the unit, and one for those above it, who look and do not answer."""
        said = []
        for row in self._rows:
            if to := self._reached.get((row.unit_id, row.to, row.by)):
                said.append((to, self._encoded(row, row.to, TO_HEAD[1:] if row.acknowledged else TO_HEAD)))
            if above := self._superiors(row):
                said.append((above, self._encoded(row, SUPERIOR, TO_READER)))
            went = _went(row, bool(to), bool(above))
            if went != (row.to, row.by):
                self._went.setdefault(went, []).append(row.id)
        return deliveries.queue_shared(self._tx, self._vault, self._now, said, "reminder")

    def note(self) -> None:
        """Whom each has told in the end: the office reads it in the duty's history."""
        for (to, by), ids in self._went.items():
            rows = (
                update(reminders)
                .where(among(self._tx, reminders.c.id, "ids"))
                .values({reminders.c.to: to, reminders.c.by: by})
            )
            self._tx.execute(rows, {"ids": keys(self._tx, ids)})

    def follow(self) -> list[dict[str, Any]]:
        """The rows that those of this batch lead to: the next morning over, and the ladder of silence."""
        found = [_next(row, self._over(row)) for row in self._rows if row.kind == OVER]
        # After a standstill several rows are of one obligation: it has one ladder of silence, from the newest on.
        silent = {row.obligation_id: row for row in self._rows if row.kind != SILENCE and not row.acknowledged}
        if silent:
            there = _pending(self._tx, silent.keys())
            for row in silent.values():
                chat = bool(self._reached.get((row.unit_id, HEAD, CHAT)))
                steps = silence(ladders()[row.duty_kind], self._now, self._own, chat=chat)
                found += [_same(row, step) for step in steps if (row.obligation_id, step.to, step.by) not in there]
        return found

    def _superiors(self, row: _Row) -> Sequence[tuple[str, str]]:
        if row.kind == OVER and -self._days(row) >= ladders()[row.duty_kind].superior:
            return self._reached.get((row.unit_id, SUPERIOR, row.by), ())
        return ()

    def _encoded(self, row: _Row, to: str, offers: Sequence[str]) -> bytes:
        """Rows mostly differ in their number and id alone: what else they say is encoded once."""
        key = (row.unit_id, row.deadline, row.due, row.duty_kind, row.state, row.acknowledged, to, row.by, row.nth)
        found = self._bodies.get(key)
        if found is None:
            body = self._body(row._replace(number=_NUMBER, obligation_id=_ID, asked=_BEGINS), to, offers)
            found = self._bodies[key] = deliveries.encoded(body)
        found = found.replace(_NUMBER.encode(), row.number.encode()).replace(_ID.encode(), row.obligation_id.encode())
        begins = json.dumps(first_words(row.asked), ensure_ascii=False)[1:-1]  # as it stands between quotes
        return found.replace(_BEGINS.encode(), begins.encode())

    def _body(self, row: _Row, to: str, offers: Sequence[str]) -> Body:
        at, days = self._moment(row.due), self._days(row)
        late_by = at.isoformat() if self._now - at > ladders()[row.duty_kind].late_after else None
        unit, deadline = self._names.get(row.unit_id, ""), self._moment(row.deadline)
        begins = row.asked if row.by == CHAT else ""  # no text message holds what is asked (A53)
        offers = offers if row.by == CHAT else offers[:-1]
        values = told_values(
            row.number, row.duty_kind, unit, deadline, row.state, days, late_by, row.nth, "", to, begins
        )  # fmt: skip
        return Body(say=Say("duty.reminder", values, buttons(row.obligation_id, offers)))

    def _days(self, row: _Row) -> int:
        """The working days that are left."""
        found = self._left.get(row.deadline)
        if found is None:
            day = self._moment(row.deadline).date()
            found = self._left[row.deadline] = workdays.left(self._now.date(), day, self._own)
        return found

    def _moment(self, stored: Any) -> datetime:
        found = self._moments.get(stored)
        if found is None:
            at = datetime.fromisoformat(stored).replace(tzinfo=UTC) if isinstance(stored, str) else stored
            found = self._moments[stored] = at.astimezone(self._now.tzinfo)
        return found

    def _over(self, row: _Row) -> Step:
        return over(ladders()[row.duty_kind], self._moment(row.deadline), self._now, self._own)


# --- the rows -------------------------------------------------------------------------------------------------------


def _mark(tx: Connection, now: datetime, rows: Sequence[_Row], meant: Sequence[_Row]) -> None:
    """Those that go out have fired; those that mean nothing any more are gone."""
    if meant:
        _FIRED.run(tx, {"now": now, "ids": keys(tx, [row.id for row in meant])})
    if len(meant) < len(rows):
        sent = {row.id for row in meant}
        tx.execute(delete(reminders).where(reminders.c.id.in_([row.id for row in rows if row.id not in sent])))


def _pending(tx: Connection, obligation_ids: Collection[str]) -> set[tuple[str, str, str]]:
    """(obligation, to, by) of what is coming up by itself already, or stands on the office's list."""
    rows = _PENDING.rows(tx, {"keys": keys(tx, obligation_ids)})
    return {(obligation_id, to, by) for obligation_id, to, by in rows}


def _went(row: _Row, told: bool, above: bool) -> tuple[str, str]:
    """To whom and by which way it went in the end."""
    if above:
        return (BOTH if told else SUPERIOR), row.by
    return row.to, row.by if told or row.to == OFFICE else NOBODY[row.by]


def _next(row: _Row, step: Step) -> dict[str, Any]:
    return _planned(row, step, row.nth + 1)


def _same(row: _Row, step: Step) -> dict[str, Any]:
    """The same message by another way: it keeps its number."""
    return _planned(row, step, row.nth)


def _planned(row: _Row, step: Step, nth: int) -> dict[str, Any]:
    return {
        "obligation_id": row.obligation_id, "kind": step.kind, "step": step.days, "to": step.to, "by": step.by,
        "nth": nth, "due_at": step.due_at,
    }  # fmt: skip


# --- the statements -------------------------------------------------------------------------------------------------

_due = reminders.c.fired_at.is_(None), reminders.c.due_at <= bindparam("now", type_=Utc())
_oldest = reminders.c.due_at, reminders.c.id


def _flag(wanted: ColumnElement[bool]) -> ColumnElement[int]:
    return case((wanted, 1), else_=0)


_COLUMNS = (
    reminders.c.id, reminders.c.kind, reminders.c.to, reminders.c.by, reminders.c.nth, reminders.c.due_at,
    reminders.c.obligation_id, obligations.c.number, obligations.c.kind.label("duty_kind"), obligations.c.unit_id,
    obligations.c.due_at.label("deadline"), obligations.c.state, _flag(obligations.c.owed_since.is_not(None)),
    _flag(obligations.c.acknowledged_at.is_not(None)), func.substr(obligations.c.asked, 1, BEGINS),
)  # fmt: skip


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
