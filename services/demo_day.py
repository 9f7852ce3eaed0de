"""The demo city's first day: a deadline due today, one that has passed, a notice that half of them acknowledged."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from models.tables import grants, reminders
from rulebooks import HERE
from services import cases, contacts, deliveries, notices, obligations, persons
from services.contacts import Contact
from services.demo import SHOWN, load_city, sign_in_codes
from services.desk import KINDS
from services.notices import Audience, Written
from services.people.rights import Addressee, Role
from services.phones import normalised
from services.vault import Vault, new_id
from templates import DEFAULT_LANGUAGE, LANGUAGES

WEB = "web"
OFFICE_OPENS = time(9)
SOON = timedelta(seconds=30)
CITY_IS_OLD = timedelta(days=30)  # its people have held their roles for so long


def start_demo(tx: Connection, vault: Vault, now: datetime) -> dict[str, str]:
    """A city with its first day, where there is none yet; returns fresh one-time codes by role."""
    if load_city(tx, vault, now - CITY_IS_OLD):
        load_day(tx, vault, now)
    return sign_in_codes(tx, vault, now)


def load_day(tx: Connection, vault: Vault, now: datetime) -> None:
    """Into a city that has just been loaded. `now`: in the office's zone."""
    day = tomllib.loads((HERE / "demo" / "day.toml").read_text(encoding="utf-8"))
    clerk = (
        tx.execute(select(grants.c.person_id).where(grants.c.role == Role.CLERK).order_by(grants.c.id))
        .scalars()
        .first()
    )
    if clerk is None:
        return
    [head] = persons.heads_of(tx, now, [day["head"]["unit"]])[day["head"]["unit"]]
    persons.set_phone(tx, vault, now, head, normalised(day["head"]["phone"]), clerk)
    for report in day["report"]:
        _report(tx, vault, now, clerk, report)
    _notice(tx, vault, now, clerk, day["notice"])


def _report(tx: Connection, vault: Vault, now: datetime, clerk: str, report: Mapping[str, Any]) -> None:
    citizen = Contact(_chat(tx, vault, now, None), WEB, DEFAULT_LANGUAGE)
    complaint = cases.Complaint(report["unit"], report["category"], report["what"])
    case, _ = cases.file_complaint(tx, vault, _days_ago(now, report["filed_days_ago"]), citizen, complaint)
    duty = report["duty"]
    due = _days_ago(now, duty["due_days_ago"]).date()
    handed = _days_ago(now, duty["handed_days_ago"])
    obligation_id, _ = obligations.hand_over(
        tx, vault, handed, KINDS, clerk, unit_id=duty["unit"], kind="complaint", asked=duty["asked"], due=due,
        working_days=None, subject_id=case.id, seen="received.0",
    )  # fmt: skip
    _live_through(tx, now, obligation_id)


def _live_through(tx: Connection, now: datetime, obligation_id: str) -> None:
    """What went out on the days before counts as gone, and the last of it, in chat and by SMS, comes in a moment."""
    past = reminders.c.obligation_id == obligation_id, reminders.c.due_at <= now, reminders.c.fired_at.is_(None)
    tx.execute(update(reminders).where(*past).values(fired_at=reminders.c.due_at))
    for again in (reminders.c.kind.in_(("before", "day", "over")), reminders.c.by == contacts.SMS):
        last = (
            select(reminders.c.id)
            .where(reminders.c.obligation_id == obligation_id, reminders.c.to == Addressee.HEAD, again)
            .order_by((reminders.c.fired_at.is_(None)).asc(), reminders.c.due_at.desc())
            .limit(1)
        )
        tx.execute(update(reminders).where(reminders.c.id.in_(last)).values(due_at=now + SOON, fired_at=None))


def _notice(tx: Connection, vault: Vault, now: datetime, clerk: str, notice: Mapping[str, Any]) -> None:
    readers = [_chat(tx, vault, now, head) for head in _heads(tx, notice["readers"])]
    texts = {language: notice[language] for language in LANGUAGES if language in notice}
    written = Written(texts, Audience(roles=tuple(notice["roles"])), True)
    notice_id = notices.draft(tx, now, clerk, written)
    draft = notices.look(tx, vault, notice_id)
    notices.send(tx, vault, now, clerk, notice_id, draft.seen if draft else "", None, second_clerk_above=len(readers))
    while notices.spread(tx, now, notice_id).more:
        pass
    for contact_id in readers[::2]:
        newest = deliveries.mailbox(tx, vault, now, WEB, contact_id, 0, 1)
        deliveries.received(tx, now, WEB, contact_id, newest[-1].id)
        notices.acknowledge(tx, now, contact_id, notice_id)


def _heads(tx: Connection, most: int) -> list[str]:
    """Of other units than the one whose head the visitor plays."""
    others = grants.c.role == Role.HEAD, grants.c.unit_id != SHOWN
    return list(tx.execute(select(grants.c.person_id).where(*others).order_by(grants.c.unit_id).limit(most)).scalars())


def _chat(tx: Connection, vault: Vault, now: datetime, person_id: str | None) -> str:
    """A web chat that nobody has open."""
    return contacts.ensure_all(tx, vault, now, WEB, [new_id()], DEFAULT_LANGUAGE, [person_id] if person_id else [])[0]


def _days_ago(now: datetime, days: int) -> datetime:
    return datetime.combine((now - timedelta(days)).date(), OFFICE_OPENS, now.tzinfo)
