"""Sends a notice: by its author, or released by a second clerk.

The recipients are frozen in one transaction, so that nobody is added or lost between two batches of their rows.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, literal, select, update

from conversation.messages import Attached, Body, Button, Say
from models.database import insert_or_ignore
from models.tables import listeners, notices
from services.calendar import office_quiet
from services.deliveries import seal_notice
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.notices.audience import Ways, chats, listed, open_for, reach, texted
from services.notices.codes import NoticeCode
from services.notices.looking import locked, look
from services.notices.values import DRAFT, RELEASED, WAITING, Notice, Reach
from services.people import SMS, ensure_contacts
from templates import DEFAULT_LANGUAGE

SOON = timedelta(minutes=1)  # a form takes a moment to fill in: the minute that has just begun still counts as now
NOW, WAIT = "now", "wait"  # what a clerk may want of text messages in the quiet hours
FARTHEST = timedelta(days=366)  # beyond this, somebody has mistyped the year


def send(
    act: Act,
    notice_id: str,
    seen: str,
    send_at: datetime | None,
    *,
    second_clerk_above: int,
    ways: Ways = None,
    sms: str = "",
) -> str:
    """Sends a notice on its author's word, or lays it before a second clerk where many would get it; returns the state.

    sms: what the clerk wants of text messages in the quiet hours: NOW, WAIT or nothing said.

    Raises Refusal: gone, changed, time_past, time_far, audience_empty, all_seen, sms_at_night.
    """
    notice = locked(act, notice_id, seen, DRAFT)
    _check_time(act.now, send_at)
    reached = reach(act, notice_id, notice.audience, ways)
    many = reached.total
    if many == 0:
        raise _nobody(notice)
    act.tx.execute(update(notices).where(notices.c.id == notice_id).values(send_at=send_at, created_by=act.actor))
    if many > second_clerk_above:
        act.tx.execute(update(notices).where(notices.c.id == notice_id).values(state=WAITING))
        audit.append(act, "notice_laid_before", notice_id, {"number": notice.number, "recipients": many})
        return WAITING
    _freeze(act, notice, send_at, _sms_at(act.now, send_at, reached, sms), ways)
    return RELEASED


def release(act: Act, notice_id: str, seen: str, send_at: datetime | None, *, ways: Ways = None, sms: str = "") -> None:
    """Releases a notice on a second clerk's word. Raises Refusal: second_clerk, and as `send`."""
    notice = locked(act, notice_id, seen, WAITING)
    if act.actor == notice.created_by:
        raise Refusal(NoticeCode.SECOND_CLERK, "release")
    _check_time(act.now, send_at)
    reached = reach(act, notice_id, notice.audience, ways)
    _freeze(act, notice, send_at, _sms_at(act.now, send_at, reached, sms), ways)


def take_back(act: Act, notice_id: str, seen: str) -> None:
    """Takes a notice back from the second clerk to a draft. Raises Refusal: gone, changed."""
    notice = locked(act, notice_id, seen, WAITING)
    act.tx.execute(update(notices).where(notices.c.id == notice_id).values(state=DRAFT))
    audit.append(act, "notice_taken_back", notice_id, {"number": notice.number})


def body_of(notice: Notice) -> Body:
    """The body that every recipient gets, in each language that the office has written; each reads their own."""
    buttons = (Button(f"/seen {notice.id}", words="seen"),) if notice.acknowledges else ()
    values = {"number": notice.number, "texts": dict(notice.texts), "acknowledges": notice.acknowledges}
    pieces = tuple(Attached(part.id, part.kind, part.name, part.long) for part in notice.parts)
    return Body(say=Say("notice.body", values, buttons, pieces))


def wakes_at(now: datetime, send_at: datetime | None, reached: Reach) -> datetime | None:
    """The end of the quiet hours into which text messages of a notice would fall; None where none would."""
    begins = max(send_at.astimezone(now.tzinfo), now) if send_at else now
    if not reached.channels.get(SMS) or not office_quiet().holds(begins):
        return None
    return office_quiet().awake(begins)


def _sms_at(now: datetime, send_at: datetime | None, reached: Reach, sms: str) -> datetime | None:
    """When text messages go out, if later than the rest. Raises Refusal where only the clerk can know: sms_at_night."""
    wakes = wakes_at(now, send_at, reached)
    if wakes is None or sms == NOW:
        return None
    if sms != WAIT:
        raise Refusal(NoticeCode.SMS_AT_NIGHT, "sms", ends=wakes)
    return wakes


def _check_time(now: datetime, send_at: datetime | None) -> None:
    if send_at is not None and send_at < now - SOON:
        raise Refusal(NoticeCode.TIME_PAST, "send_at")
    if send_at is not None and send_at > now + FARTHEST:
        raise Refusal(NoticeCode.TIME_FAR, "send_at")


def _nobody(notice: Notice) -> Refusal:
    return Refusal(NoticeCode.ALL_SEEN if notice.audience.root else NoticeCode.AUDIENCE_EMPTY, "audience")


def _freeze(act: Act, notice: Notice, send_at: datetime | None, sms_at: datetime | None, ways: Ways) -> None:
    audience, place = notice.audience, literal(notice.id).label("notice_id")
    if audience.chooses:
        meant = chats(act.now, audience, ways).subquery()
        rows = select(place, meant.c.id).where(meant.c.id.is_not(None)).order_by(meant.c.id)
        act.tx.execute(insert_or_ignore(act.tx, listeners).from_select(["notice_id", "contact_id"], rows))
        numbers, _ = texted(act, audience, ways)
        ids = ensure_contacts(act, SMS, list(numbers.values()), DEFAULT_LANGUAGE, list(numbers))
        texts = [{"notice_id": notice.id, "contact_id": one} for one in dict.fromkeys(ids)]
        if texts:
            act.tx.execute(insert_or_ignore(act.tx, listeners), texts)
    left = listed(act, notice.id, audience).where(open_for(ways))
    act.tx.execute(delete(listeners).where(listeners.c.notice_id == notice.id, listeners.c.contact_id.not_in(left)))
    counted = select(func.count()).select_from(listeners).where(listeners.c.notice_id == notice.id)
    total = act.tx.execute(counted).scalar_one()
    whole = look(act, notice.id)  # with the names of files
    if total == 0 or whole is None:
        raise _nobody(notice)
    values = {
        "state": RELEASED,
        "body": seal_notice(act.vault, body_of(whole)),
        "total": total,
        "send_at": send_at,
        "sms_at": sms_at,
        "released_at": act.now,
        "released_by": act.actor,
        "spread_to": "",
    }
    act.tx.execute(update(notices).where(notices.c.id == notice.id).values(**values))
    audit.append(act, "notice_released", notice.id, {"number": notice.number, "recipients": total})
