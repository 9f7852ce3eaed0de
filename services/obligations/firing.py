"""The job of reminding: what is due becomes deliveries, each reminder once, however many processes tick.

A batch is a handful of statements. What its rows share (recipients, names, days) is looked up once; each row costs
only one body, encoded and sealed, and its share of one INSERT and one UPDATE.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from conversation.messages import Body, Say
from services import calendar, deliveries, people
from services.foundation.act import Act
from services.foundation.vault import new_id
from services.foundation.wording import first_words
from services.obligations import due
from services.obligations.due import Row
from services.obligations.ladder import BOTH, NOBODY, OFFICE, OVER, SILENCE, UNIT, Step, awake, ladders, over, silence
from services.obligations.telling import TO_HEAD, TO_READER, buttons, told_values
from services.people import CHAT, SMS, Addressee
from services.units import units_told

# Placeholders in a shared body for the values of each row.
_NUMBER, _ID, _BEGINS = f"number-{new_id()}", f"id-{new_id()}", f"begins-{new_id()}"

_Reached = Mapping[tuple[str, str, str], Sequence[tuple[str, str]]]  # the result of `reach.recipients_of`


def fire(act: Act, most: int, ways: Collection[str] = (CHAT, SMS), *, any_hour: bool = False) -> int:
    """Sends up to `most` due reminders and returns how many there were, including those that found nobody.

    During quiet hours they wait. A reminder that has waited too long says so; one for what is not owed any more
    is dropped. `ways`: chat alone where there is no carrier for text messages. `any_hour`: no hours are quiet.
    """
    kinds = awake(UNIT, act.now, any_hour=any_hour)
    units = due.units(act, kinds, most) if kinds else []
    if not units:
        return 0
    # Locks the recipients before the reminders, as a turn that acknowledges does: on PostgreSQL neither can deadlock
    # with the other.
    reached = people.recipients_of(act, units, ways)
    rows = due.take(act, kinds, units, most)
    meant = [row for row in rows if row.owed and not (row.kind == SILENCE and row.acknowledged)]
    due.mark(act, rows, meant)
    batch = _Batch(act, meant, reached)
    batch.send()
    batch.note()
    due.write(act, batch.follow())
    return len(rows)


class _Batch:
    """The rows of one run and everything that they share."""

    def __init__(self, act: Act, rows: Sequence[Row], reached: _Reached) -> None:
        self._act, self._now, self._rows, self._reached = act, act.now, rows, reached
        self._own, self._years = calendar.own_days(act), calendar.loaded_years(act.tx)
        self._names = units_told(act, {row.unit_id for row in rows})
        self._moments: dict[Any, datetime] = {}
        self._left: dict[Any, int] = {}
        self._bodies: dict[tuple[Any, ...], bytes] = {}
        self._went: dict[tuple[str, str], list[int]] = {}  # ids of the rows that went otherwise than planned

    def send(self) -> None:
        """Queues one body per row for the unit, and one for those above it, who only look and do not answer."""
        said, about = [], []
        for planned in self._rows:
            row, to = self._by_what_is_left(planned)
            if to:
                said.append((to, self._encoded(row, row.to, TO_HEAD[1:] if row.acknowledged else TO_HEAD)))
            by, above = self._superiors(planned)
            if above:
                said.append((above, self._encoded(planned._replace(by=by), Addressee.SUPERIOR, TO_READER)))
            about += [row.obligation_id] * (len(said) - len(about))
            went = _went(row, bool(to), bool(above))
            if went != (planned.to, planned.by):
                self._went.setdefault(went, []).append(row.id)
        deliveries.queue_shared(self._act, said, "reminder", about=about)

    def note(self) -> None:
        """Notes whom each reminder reached in the end; the office reads it in the obligation's history."""
        for (to, by), ids in self._went.items():
            due.went(self._act, ids, to, by)

    def follow(self) -> list[dict[str, Any]]:
        """The rows that this batch leads to: the next morning after the deadline, and the ladder of silence."""
        found = [_next(row, self._over(row)) for row in self._rows if row.kind == OVER]
        # After a standstill, rows may belong to one obligation: it has one ladder of silence, from the newest on.
        silent = {row.obligation_id: row for row in self._rows if row.kind != SILENCE and not row.acknowledged}
        if silent:
            there = due.pending(self._act, silent.keys())
            for row in silent.values():
                chat = bool(self._reached.get((row.unit_id, Addressee.HEAD, CHAT)))
                steps = silence(ladders()[row.obligation_kind], self._now, self._own, chat=chat)
                found += [_same(row, step) for step in steps if (row.obligation_id, step.to, step.by) not in there]
        return found

    def _by_what_is_left(self, row: Row) -> tuple[Row, Sequence[tuple[str, str]]]:
        """The row as it goes out, and its recipients.

        Once acknowledged there is no ladder of silence any more: where the head has no chat, or there is no head, its
        steps are taken at once (A52).
        """
        silent = (Addressee.HEAD, SMS), (Addressee.DEPUTY, CHAT), (Addressee.DEPUTY, SMS)
        others = silent if row.acknowledged and row.by == CHAT else ()
        for to, by in ((row.to, row.by), *others):
            if reached := self._reached.get((row.unit_id, to, by)):
                return row._replace(to=to, by=by), reached
        return row, ()

    def _superiors(self, row: Row) -> tuple[str, Sequence[tuple[str, str]]]:
        """How and where the unit above hears of it: by chat, else by SMS."""
        if row.kind == OVER and -self._days(row) >= ladders()[row.obligation_kind].superior:
            for by in (CHAT, SMS):
                if reached := self._reached.get((row.unit_id, Addressee.SUPERIOR, by)):
                    return by, reached
        return row.by, ()

    def _encoded(self, row: Row, to: str, offers: Sequence[str]) -> bytes:
        """The row's encoded body. Rows mostly differ in number and id alone; everything else is encoded once."""
        key = (
            row.unit_id,
            row.deadline,
            row.due,
            row.obligation_kind,
            row.state,
            row.acknowledged,
            to,
            row.by,
            row.nth,
        )
        found = self._bodies.get(key)
        if found is None:
            body = self._body(row._replace(number=_NUMBER, obligation_id=_ID, asked=_BEGINS), to, offers)
            found = self._bodies[key] = deliveries.encoded(body)
        found = found.replace(_NUMBER.encode(), row.number.encode()).replace(_ID.encode(), row.obligation_id.encode())
        begins = json.dumps(first_words(row.asked), ensure_ascii=False)[1:-1]  # as it stands between JSON's quotes
        return found.replace(_BEGINS.encode(), begins.encode())

    def _body(self, row: Row, to: str, offers: Sequence[str]) -> Body:
        at, days = self._moment(row.due), self._days(row)
        late_by = at.isoformat() if self._now - at > ladders()[row.obligation_kind].late_after else None
        unit, deadline = self._names[row.unit_id], self._moment(row.deadline)
        begins = row.asked if row.by == CHAT else ""  # no text message says what is asked (A53)
        offers = offers if row.by == CHAT else offers[:-1]
        provisional = not calendar.is_announced(deadline.year, self._years)
        values = told_values(
            row.number,
            row.obligation_kind,
            unit,
            deadline,
            row.state,
            days,
            late_by,
            row.nth,
            "",
            to,
            begins,
            provisional,
        )
        return Body(say=Say("obligation.reminder", values, buttons(row.obligation_id, offers)))

    def _days(self, row: Row) -> int:
        """The working days that are left for the row's obligation."""
        found = self._left.get(row.deadline)
        if found is None:
            day = self._moment(row.deadline).date()
            found = self._left[row.deadline] = calendar.workdays_left(self._now.date(), day, self._own)
        return found

    def _moment(self, stored: Any) -> datetime:
        found = self._moments.get(stored)
        if found is None:
            at = datetime.fromisoformat(stored).replace(tzinfo=UTC) if isinstance(stored, str) else stored
            found = self._moments[stored] = at.astimezone(self._now.tzinfo)
        return found

    def _over(self, row: Row) -> Step:
        return over(ladders()[row.obligation_kind], self._moment(row.deadline), self._now, self._own)


def _went(row: Row, told: bool, above: bool) -> tuple[str, str]:
    """To whom and by which way a reminder went in the end."""
    if above:
        return (BOTH if told else Addressee.SUPERIOR), row.by
    return row.to, row.by if told or row.to == OFFICE else NOBODY[row.by]


def _next(row: Row, step: Step) -> dict[str, Any]:
    return due.planned(row, step, row.nth + 1)


def _same(row: Row, step: Step) -> dict[str, Any]:
    """The row of a message repeated by another way: it keeps its number."""
    return due.planned(row, step, row.nth)
