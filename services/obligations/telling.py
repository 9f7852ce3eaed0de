"""Tells a unit something at once: by chat, to its heads and to the people of the unit who began it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from conversation.messages import Body, Button, Say
from models.tables import reminders
from services import calendar, people
from services.deliveries import queue_for
from services.foundation.act import Act
from services.foundation.wording import first_words
from services.obligations import planning
from services.obligations.locking import LockedObligation
from services.people import Addressee
from services.units import units_told

# The list comes last: a text message, which must name each button, has no room for it.
TO_HEAD = ("acknowledge", "answer_now", "more_time", "see_obligation", "menu_duties")
TO_READER = ("see_obligation", "menu_duties")
_COMMANDS = {
    "acknowledge": "/acknowledge",
    "answer_now": "/answer",
    "more_time": "/more_time",
    "see_obligation": "/duty",
}


def tell(
    act: Act,
    obligation: LockedObligation,
    words: str,
    text: str,
    *,
    began: Iterable[str] = (),
    offers: Iterable[str] = TO_READER,
    texts: bool = True,
    due_at: datetime | None = None,
    more: Mapping[str, Any] | None = None,
) -> tuple[bool, int]:
    """Tells the heads by chat, and the people of `began` (person ids) who still hold a role.

    Returns whether anybody is told, and the message's number. `texts`: where none of them has a chat, by SMS to those
    who have been reached so before. `due_at`: when it goes out; None: at once, or when
    the unit may know of it. `more`: values of this block alone.
    """
    nth = planning.tell_now(act, obligation.id)
    still = [one for one in began if any(g.unit_id == obligation.unit_id for g in people.roles_of(act, one))]
    to = {*people.recipients(act, obligation.unit_id, Addressee.HEAD, people.CHAT), *people.accounts_of(act, still)}
    if texts and not to:
        to = set(people.accounts_of(act, [*people.head_ids(act, obligation.unit_id), *still], people.SMS))
    days = calendar.workdays_left(act.now.date(), obligation.due_at.date(), calendar.own_days(act))
    unit = units_told(act, [obligation.unit_id])[obligation.unit_id]
    begins, provisional = first_words(obligation.asked), calendar.is_provisional(act, obligation.due_at.date())
    values = told_values(
        obligation.number,
        obligation.kind,
        unit,
        obligation.due_at,
        obligation.state,
        days,
        None,
        nth,
        text,
        begins=begins,
        provisional=provisional,
    )
    if due_at is None and obligation.shown_from and obligation.shown_from >= act.now:
        due_at = obligation.shown_from
    asked_for = obligation.id if "acknowledge" in offers else None
    body = Body(say=Say(f"obligation.{words}", {**values, **(more or {})}, buttons(obligation.id, offers)))
    return queue_for(act, sorted(to), body, urgency="reminder", about=asked_for, due_at=due_at), nth


def told_since(act: Act, since: datetime, obligation_ids: Collection[str]) -> list[str]:
    """Those of the obligations of which the unit has been told since then."""
    told = reminders.c.obligation_id.in_(obligation_ids), reminders.c.fired_at >= since
    return list(act.tx.execute(select(reminders.c.obligation_id).where(*told).distinct()).scalars())


def told_values(
    number: str,
    kind: str,
    unit: Mapping[str, str],
    due_at: datetime,
    state: str,
    days: int,
    late_by: str | None,
    nth: int,
    text: str,
    to: str = Addressee.HEAD,
    begins: str = "",
    provisional: bool = False,
) -> Mapping[str, Any]:
    """The values that every message about an obligation holds. `nth` is the number that is shown.

    `unit`: as `services.units.units_told` names it. `days`: working days left, negative when over.
    `begins`: the first words of what is asked, only in a chat (A53).
    `provisional`: whether the deadline falls into a year whose holidays are not announced.
    """
    return {
        "number": number,
        "kind": kind,
        **unit,
        "due": due_at.isoformat(),
        "state": state,
        "days": days,
        "late_by": late_by,
        "nth": f"{number}-{nth}",
        "text": text,
        "to": to,
        "begins": begins,
        "provisional": provisional,
    }


def buttons(obligation_id: str, offers: Iterable[str]) -> tuple[Button, ...]:
    list_ = Button("/duties", words="menu_duties")
    return tuple(
        list_ if words == list_.words else Button(f"{_COMMANDS[words]} {obligation_id}", words=words)
        for words in offers
    )
