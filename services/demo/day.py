"""The demo city's first day: a deadline due today, one that has passed, a notice that half have acknowledged."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import Connection, or_, select, update

from models.tables import FETCHING, grants, reminders
from services import cases, deliveries, desk, notices, obligations, people
from services.cases import State
from services.demo.city import SHOWN, load_city, sign_in_codes
from services.demo.files import NoticeRules, PastRules, ReportRules, read_day
from services.desk import KINDS
from services.foundation.act import Act
from services.foundation.vault import new_id
from services.notices import Audience, Written
from services.people import Contact, Role
from templates import DEFAULT_LANGUAGE

OFFICE_OPENS = time(9)
SOON = timedelta(seconds=30)
MONTH_DAYS = 30  # of the months before
CITY_IS_OLD = timedelta(days=30)  # how long the city's people have held their roles


def start_demo(act: Act) -> dict[str, str]:
    """Makes a city with its first day where there is none yet; returns fresh one-time codes by role."""
    if load_city(act.at(act.now - CITY_IS_OLD)):
        load_day(act)
    return sign_in_codes(act)


def load_day(act: Act) -> None:
    """Loads the first day into a city that has just been loaded."""
    day = read_day()
    clerk = (
        act.tx.execute(select(grants.c.person_id).where(grants.c.role == Role.CLERK).order_by(grants.c.id))
        .scalars()
        .first()
    )
    if clerk is None:
        return
    [head] = people.heads_of(act, [day.head.unit])[day.head.unit]
    people.set_number(act.by(clerk), head, day.head.phone)
    for past in day.past:
        _past(act.by(clerk), past)
    for report in day.report:
        _report(act.by(clerk), report)
    _notice(act.by(clerk), day.notice)


def _report(act: Act, report: ReportRules) -> None:
    citizen = Contact(_chat(act, None), FETCHING, DEFAULT_LANGUAGE)
    complaint = cases.Complaint(report.unit, report.category, report.what)
    case, _ = cases.file_complaint(act.at(_days_ago(act.now, report.filed_days_ago)), citizen, complaint)
    owed = report.obligation
    due = _days_ago(act.now, owed.due_days_ago).date()
    handed = _days_ago(act.now, owed.handed_days_ago)
    given = {
        "unit_id": owed.unit,
        "kind": "complaint",
        "asked": owed.asked,
        "due": due,
        "working_days": None,
        "subject_id": case.id,
    }
    if report.items:
        typed = {f"new {n}": one for n, one in enumerate(report.items)}
        cases.split(act.at(handed), case.id, _seen(act, case.id), typed)
        first = cases.items_of(act, case.id)[0]
        obligation_id = desk.hand_item(act.at(handed), KINDS, first.id, seen=_seen(act, case.id), **given)
    else:
        obligation_id = obligations.hand_over(act.at(handed), KINDS, seen=_seen(act, case.id), **given)
    if report.items and report.answered:
        last = cases.items_of(act, case.id)[-1]
        cases.answer_item(act, case.id, _seen(act, case.id), last.id, report.answered)
    _live_through(act, obligation_id)


def _past(act: Act, past: PastRules) -> None:
    """Complaints of the last months, each accepted at once, answered after its days and read; every second is rated."""
    citizen, filed_days_ago = Contact(_chat(act, None), FETCHING, DEFAULT_LANGUAGE), list[int]()
    for month, many in enumerate(reversed(past.months)):
        filed_days_ago += [MONTH_DAYS * month + 2 + MONTH_DAYS * nth // (many + 1) for nth in range(many)]
    for nth, days in enumerate(sorted(filed_days_ago, reverse=True)):
        filed = act.at(_days_ago(act.now, days))
        case, _ = cases.file_complaint(filed, citizen, cases.Complaint(past.unit, past.category, past.what))
        desk.open_report(filed, case.id)
        desk.accept(filed, case.id, f"{State.RECEIVED}.0", "")
        if days > past.answered_after_days:
            answered = act.at(_days_ago(act.now, days - past.answered_after_days))
            desk.answer(answered, case.id, f"{State.ACCEPTED}.1", past.answer)
            if nth % 2:
                cases.rate(answered, citizen, case.id, cases.Given(past.level not in cases.BAD, past.level))


def _seen(act: Act, case_id: str) -> str:
    """What a page of the office would show of a case now."""
    found = desk.look(act, case_id)
    return found.seen if found else ""


def _live_through(act: Act, obligation_id: str) -> None:
    """Lets the newest morning's reminder, and what the unit's silence has led to, come in a moment.

    Nothing counts as gone that never went: earlier mornings are struck out, and the numbers go on without a gap.
    """
    waiting = reminders.c.obligation_id == obligation_id, reminders.c.fired_at.is_(None)
    of_mornings = select(reminders.c.id, reminders.c.due_at).where(*waiting, reminders.c.kind != "silence")
    mornings = act.tx.execute(of_mornings.order_by(reminders.c.due_at)).all()
    missed = [row.id for row in mornings if row.due_at <= act.now]
    newest = missed.pop() if missed else mornings[0].id
    act.tx.execute(reminders.delete().where(reminders.c.id.in_(missed)))
    soon = or_(reminders.c.due_at <= act.now, reminders.c.id == newest)
    act.tx.execute(update(reminders).where(*waiting, soon).values(due_at=act.now + SOON))
    for nth, row in enumerate((row for row in mornings if row.id not in missed), 2):  # the hand-over was the first
        act.tx.execute(update(reminders).where(reminders.c.id == row.id).values(nth=nth))


def _notice(act: Act, notice: NoticeRules) -> None:  # pyright: ignore[reportInvalidTypeForm]
    readers = [_chat(act, head) for head in _heads(act.tx, notice.readers)]
    written = Written(notice.texts(), Audience(roles=tuple(notice.roles)), True)
    notice_id = notices.draft(act, written)
    draft = notices.look(act, notice_id)
    notices.send(act, notice_id, draft.seen if draft else "", None, second_clerk_above=len(readers))
    while notices.spread(act, notice_id):
        pass
    for contact_id in readers[::2]:
        deliveries.number_due(act, FETCHING, contact_id)
        newest = deliveries.mailbox(act, FETCHING, contact_id, 0, 1)
        deliveries.received(act, FETCHING, contact_id, newest[-1].id)
        notices.acknowledge(act, contact_id, notice_id)


def _heads(tx: Connection, most: int) -> list[str]:
    """Heads of other units than the one whose head the visitor plays."""
    others = grants.c.role == Role.HEAD, grants.c.unit_id != SHOWN
    return list(tx.execute(select(grants.c.person_id).where(*others).order_by(grants.c.unit_id).limit(most)).scalars())


def _chat(act: Act, person_id: str | None) -> str:
    """A web chat account that nobody has open; returns its contact id."""
    return people.ensure_contacts(act, FETCHING, [new_id()], DEFAULT_LANGUAGE, [person_id] if person_id else [])[0]


def _days_ago(now: datetime, days: int) -> datetime:
    return datetime.combine((now - timedelta(days)).date(), OFFICE_OPENS, now.tzinfo)
