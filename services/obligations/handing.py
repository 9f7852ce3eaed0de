"""Handing something over to a unit: what is asked, by when, and the reminders that follow from it (R21, C08)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from models.tables import obligations, units
from services import calendar, reach, workdays
from services.deliveries import withhold_about
from services.foundation.numbers import next_number
from services.foundation.refusal import NotDone
from services.obligations import planning
from services.obligations.kinds import Kinds
from services.obligations.ladder import Ladder, ladders, last_day
from services.obligations.locking import Owed, note
from services.obligations.telling import TO_HEAD, tell
from services.obligations.values import OPEN, Ring
from services.once import once
from services.people.rights import Addressee
from services.vault import Vault
from services.wording import worded

LONGEST_LIMIT = 480  # working days: a little less than `last_day`, so that both fields have one limit


def hand_over(
    tx: Connection, vault: Vault, now: datetime, kinds: Kinds, clerk_id: str, *, unit_id: str, kind: str, asked: str,
    due: date | None, working_days: int | None, subject_id: str | None = None, seen: str = "", number: str = "",
) -> tuple[str, Ring]:  # fmt: skip
    """Hands something over to a unit and returns the obligation's id. Its subject hears of it first (`Kind.handed`).

    `asked` is the clerk's own text: nothing of the subject is copied. `number`: of the form; the same form again
    returns the same id and does nothing more. Raises NotDone: kind_wanted, unit_wanted, unit_without_head,
    text_wanted, text_too_long, due_wanted, due_past, due_far, and whatever the kind refuses.
    """
    given = clerk_id, subject_id, unit_id, kind, asked, due, working_days
    duty_id, first = once(tx, vault, now, number, *given)
    if not first:
        return duty_id, frozenset()
    ladder, about = ladders().get(kind), kinds.get(kind)
    if ladder is None or about is None:
        raise NotDone("kind_wanted")
    text = worded(asked)
    about.guard(tx, vault, subject_id, text)
    _able(tx, now, unit_id)
    # Locked first, as by a turn: neither waits in a circle.
    reach.recipients(tx, vault, now, unit_id, Addressee.HEAD, reach.CHAT)
    due_at = deadline(tx, now, ladder, due, working_days)
    others = about.handed(tx, vault, now, clerk_id, subject_id, seen)
    duty = Owed(
        duty_id, next_number(tx, now, "duty", "D"), kind, unit_id, subject_id, text, OPEN, due_at, None
    )  # fmt: skip
    tx.execute(
        insert(obligations).values(
            id=duty.id, number=duty.number, kind=kind, unit_id=unit_id, subject_id=subject_id, asked=text, state=OPEN,
            owed_since=now, due_at=due_at, created_at=now, created_by=clerk_id,
        )
    )  # fmt: skip
    detail = {"kind": kind, "due": due_at.isoformat(), "report": subject_id}
    note(tx, now, clerk_id, duty, "handed", "", detail)
    ring = put_to_unit(tx, vault, now, duty, "handed", text)
    return duty.id, {*others, *ring}


def put_to_unit(
    tx: Connection, vault: Vault, now: datetime, duty: Owed, words: str, text: str, began: Iterable[str] = ()
) -> Ring:
    """It is the unit's turn from now on: told at once, reminded later, and not left alone while it is silent.

    `began`: as by `tell`. The ladder of silence sends the text messages.
    """
    withhold_about(tx, duty.id)
    ring, nth = tell(tx, vault, now, duty, words, text, began=began, offers=TO_HEAD, texts=False)
    planning.drop(tx, duty.id)
    planning.plan(tx, now, duty)
    planning.plan_silence(tx, now, duty, nth, chat=bool(ring))
    return ring


def deadline(
    tx: Connection, now: datetime, ladder: Ladder, due: date | None, working_days: int | None
) -> datetime:  # fmt: skip
    """A date stays as it is, be it a holiday (A34). Raises NotDone: due_wanted, due_past, due_far."""
    if due is None:
        if working_days is None or working_days > LONGEST_LIMIT:
            raise NotDone("due_wanted")
        if working_days < 1:
            raise NotDone("due_past")
        due = workdays.after(now.date(), working_days, calendar.own_days(tx))
    if due > last_day(now):
        raise NotDone("due_far")
    due_at = ladder.due_at(due, now)
    if due_at <= now:
        raise NotDone("due_past")
    return due_at


def _able(tx: Connection, now: datetime, unit_id: str) -> None:
    """Raises NotDone where the unit is none, or nobody answers for it."""
    open_units = units.c.id == unit_id, ~units.c.closed
    if tx.execute(select(units.c.id).where(*open_units)).first() is None:
        raise NotDone("unit_wanted")
    if not reach.heads(tx, now, unit_id):
        raise NotDone("unit_without_head")
