"""What a unit is told at once: by chat, to its heads and to whoever of the unit began it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from conversation.messages import Body, Button, Say
from services import calendar, contacts, reach, workdays
from services.deliveries import queue_for
from services.obligations import planning
from services.obligations.locking import Owed
from services.obligations.values import Ring
from services.vault import Vault

TO_HEAD, TO_READER = ("acknowledge", "answer_now", "more_time", "see_duty"), ("see_duty",)
_COMMANDS = {
    "acknowledge": "/acknowledge", "answer_now": "/answer", "more_time": "/more_time", "see_duty": "/duty"
}  # fmt: skip


def tell(
    tx: Connection, vault: Vault, now: datetime, duty: Owed, words: str, text: str, *, began: Iterable[str] = (),
    offers: Iterable[str] = TO_READER,
) -> tuple[Ring, int]:  # fmt: skip
    """To the heads by chat, and to those of `began` (person ids) who still hold a role; with the message's number."""
    nth = planning.tell_now(tx, now, duty.id)
    still = [one for one in began if any(g.unit_id == duty.unit_id for g in contacts.roles_of(tx, one, now))]
    to = {*reach.recipients(tx, vault, now, duty.unit_id, "head", "chat"), *reach.accounts_of(tx, still)}
    days = workdays.left(now.date(), duty.due_at.date(), calendar.own_days(tx))
    unit = reach.unit_names(tx, [duty.unit_id]).get(duty.unit_id, "")
    values = told_values(duty.number, duty.kind, unit, duty.due_at, duty.state, days, None, nth, text)
    body = Body(say=Say(f"duty.{words}", values, buttons(duty.id, offers)))
    return queue_for(tx, vault, now, sorted(to), body, urgency="reminder"), nth


def told_values(
    number: str, kind: str, unit: str, due_at: datetime, state: str, days: int, late_by: str | None, nth: int,
    text: str, to: str = "head",
) -> Mapping[str, Any]:  # fmt: skip
    """What every message about a duty holds. `days`: working days left, negative when over. `nth` is what is shown."""
    return {
        "number": number, "kind": kind, "unit": unit, "due": due_at.isoformat(), "state": state, "days": days,
        "late_by": late_by, "nth": f"{number}-{nth}", "text": text, "to": to,
    }  # fmt: skip


def buttons(obligation_id: str, offers: Iterable[str]) -> tuple[Button, ...]:
    return tuple(Button(f"{_COMMANDS[words]} {obligation_id}", words=words) for words in offers)
