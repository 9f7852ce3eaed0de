"""Whoever left a phone and has not opened the web chat is told by SMS that a word waits there, and nothing else.

The number comes out of the vault and is no part of what leaves but as the address; neither the case nor its number is
named, and nothing tells a telephone's reader what it is about.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from conversation.messages import Body, Say
from models.tables import SMS, cases
from services import calendar, deliveries, people
from services.deliveries import queue_apart
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.phones import BadNumber, normalised
from services.foundation.vault import KeyTrouble
from templates import DEFAULT_LANGUAGE


def nudge(act: Act, most: int) -> int:
    """Sends an SMS to whoever has not fetched what was told in days; looks at up to `most` messages, returns how many.

    One number gets one SMS, however many messages wait. A number that takes no text messages is left alone.
    """
    days = calendar.limits().nudge
    if days is None:
        return 0
    bodies = deliveries.take_unseen(act, days, most)
    numbers = {body.say.values.get("number") for body in bodies if body.say and body.say.words.startswith("status.")}
    told = select(cases.c.id).where(cases.c.number.in_(numbers - {None})).order_by(cases.c.id)
    phones = dict[str, str]()
    for case_id in act.tx.execute(told).scalars().all():
        if (phone := _phone(act, case_id)) and phone not in phones:
            phones[phone] = case_id
    contacts = people.ensure_contacts(act, SMS, [*phones], DEFAULT_LANGUAGE) if phones else []
    if queue_apart(act, contacts, Body(say=Say("sms.waits", {}))):
        _note(act, phones.values())
    return len(bodies)


def _phone(act: Act, case_id: str) -> str | None:
    """The number that was left with a case, if it takes text messages."""
    try:
        return normalised((people.identity_of(act, case_id) or {}).get("phone") or "")
    except (BadNumber, KeyTrouble):
        return None


def _note(act: Act, case_ids: Iterable[str]) -> None:
    for case_id in case_ids:
        audit.append(act, "case_nudged", case_id)
