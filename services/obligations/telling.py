"""What a unit is told at once: by chat, to its heads and to whoever of the unit began it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from conversation.messages import Body, Button, Say
from services import calendar, persons, reach, workdays
from services.deliveries import queue_for
from services.obligations import planning
from services.obligations.locking import Owed
from services.obligations.values import Ring
from services.people.rights import Addressee
from services.vault import Vault
from services.wording import first_words

# The list comes last: a text message, which names each of its buttons, has no room for it.
TO_HEAD = ("acknowledge", "answer_now", "more_time", "see_duty", "menu_duties")
TO_READER = ("see_duty", "menu_duties")
_COMMANDS = {
    "acknowledge": "/acknowledge", "answer_now": "/answer", "more_time": "/more_time", "see_duty": "/duty"
}  # fmt: skip


def tell(
    tx: Connection, vault: Vault, now: datetime, duty: Owed, words: str, text: str, *, began: Iterable[str] = (),
    offers: Iterable[str] = TO_READER, texts: bool = True,
) -> tuple[Ring, int]:  # fmt: skip
    """To the heads by chat, and to those of `began` (person ids) who still hold a role; with the message's number.

    `texts`: where none of them has a chat, by SMS to those who have been reached so before.
    """
    nth = planning.tell_now(tx, now, duty.id)
    still = [one for one in began if any(g.unit_id == duty.unit_id for g in persons.roles_of(tx, one, now))]
    to = {*reach.recipients(tx, vault, now, duty.unit_id, Addressee.HEAD, reach.CHAT), *reach.accounts_of(tx, still)}
    if texts and not to:
        to = set(reach.accounts_of(tx, [*reach.heads(tx, now, duty.unit_id), *still], reach.SMS))
    days = workdays.left(now.date(), duty.due_at.date(), calendar.own_days(tx))
    unit = reach.unit_names(tx, [duty.unit_id]).get(duty.unit_id, "")
    begins = first_words(duty.asked)
    values = told_values(duty.number, duty.kind, unit, duty.due_at, duty.state, days, None, nth, text, begins=begins)
    asked_for = duty.id if "acknowledge" in offers else None
    body = Body(say=Say(f"obligation.{words}", values, buttons(duty.id, offers)))
    return queue_for(tx, vault, now, sorted(to), body, urgency="reminder", about=asked_for), nth


def told_values(
    number: str, kind: str, unit: str, due_at: datetime, state: str, days: int, late_by: str | None, nth: int,
    text: str, to: str = Addressee.HEAD, begins: str = "",
) -> Mapping[str, Any]:  # fmt: skip
    """What every message about a duty holds. `days`: working days left, negative when over. `nth` is what is shown.

    `begins`: the first words of what is asked, in a chat alone (A53).
    """
    return {
        "number": number, "kind": kind, "unit": unit, "due": due_at.isoformat(), "state": state, "days": days,
        "late_by": late_by, "nth": f"{number}-{nth}", "text": text, "to": to,
        "begins": begins,
    }  # fmt: skip


def buttons(obligation_id: str, offers: Iterable[str]) -> tuple[Button, ...]:
    list_ = Button("/duties", words="menu_duties")
    return tuple(
        list_ if words == list_.words else Button(f"{_COMMANDS[words]} {obligation_id}", words=words)
        for words in offers
    )
