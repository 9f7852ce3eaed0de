"""Opening who filed a report takes two: one asks for a purpose, another agrees or refuses; then it opens once.

Both stand in the audit chain. Nobody answers what they have asked themselves, nor what somebody with the same phone
has. What nobody answers in time, or nobody opens in time, has lapsed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, insert, select, update

from conversation.messages import Body, Say
from models.tables import cases, openings, visits
from models.tables import people as persons
from services import deliveries, people
from services.cases import is_shown, secrecy
from services.desk.codes import DeskCode
from services.desk.values import SHORTEST_REASON
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.numbers import next_number
from services.foundation.purpose import stated
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import new_id
from services.foundation.wording import worded
from services.people import Right

MOST_LISTED = 50


class OpeningState(StrEnum):
    """How an asking stands; what is over in time without being used has lapsed."""

    WAITING = "waiting"
    GRANTED = "granted"
    REFUSED = "refused"
    OPENED = "opened"
    LAPSED = "lapsed"


_UNDER_WAY = (OpeningState.WAITING, OpeningState.GRANTED)


@dataclass(frozen=True)
class Opening:
    """An asking to see who filed a report."""

    id: str
    subject_id: str
    number: str  # of the report; empty for whoever may not see it
    state: OpeningState
    purpose: str
    asked_by: str
    asked_at: datetime
    until: datetime
    answered_by: str | None
    word: str
    mine: bool  # whether whoever looks has asked it
    answerable: bool  # whether whoever looks may answer it now


def ask_identity(act: Act, report_id: str, purpose: str) -> Opening:
    """Asks to see who filed a report; whoever may answer is told by chat.

    Where the rulebook lets one person alone open identities, it is granted at once. Raises Refusal: gone,
    purpose_wanted, asked_already, nobody_else.
    """
    purpose = stated(purpose)
    if not is_shown(act, report_id) or people.identity_of(act, report_id) is None:
        raise Refusal(Common.GONE)
    before = opening_of(act, report_id)
    if before is not None and before.state in _UNDER_WAY:
        raise Refusal(DeskCode.ASKED_ALREADY)
    seconds = _seconds(act, report_id, act.actor)
    alone = not seconds and secrecy().alone
    if not seconds and not alone:
        raise Refusal(DeskCode.NOBODY_ELSE)
    opening_id = new_id()
    row = {
        "id": opening_id,
        "subject_id": report_id,
        "state": OpeningState.GRANTED if alone else OpeningState.WAITING,
        "purpose": act.vault.seal_bytes(purpose.encode(), f"opening {opening_id}"),
        "asked_by": act.actor,
        "asked_at": act.now,
        "until": act.now + timedelta(hours=secrecy().open_hours if alone else secrecy().answer_hours),
    }
    act.tx.execute(insert(openings).values(**row))
    act.wrote(openings, row)
    audit.append(act, "identity_asked", report_id, {"purpose": purpose, "alone": alone})
    _push(act, seconds, "status.identity_asked", report_id)
    found = opening_of(act, report_id)
    assert found is not None
    return found


def answer_identity(act: Act, opening_id: str, text: str, *, grant: bool) -> None:
    """Agrees, or refuses with a reason; whoever asked is told. Raises Refusal: gone, own, decided, reason_wanted."""
    row = act.tx.execute(select(openings).where(openings.c.id == opening_id).with_for_update()).first()
    if row is None or not is_shown(act, row.subject_id):
        raise Refusal(Common.GONE)
    if act.actor not in _seconds(act, row.subject_id, row.asked_by):
        raise Refusal(DeskCode.OWN_ASKING)
    if _state(row, act.now) is not OpeningState.WAITING:
        raise Refusal(DeskCode.ANSWERED_ALREADY)
    word = "" if grant else worded(text, SHORTEST_REASON, DeskCode.REASON_WANTED)
    values: dict[str, Any] = {"answered_by": act.actor, "answered_at": act.now}
    if grant:
        values |= {"state": OpeningState.GRANTED, "until": act.now + timedelta(hours=secrecy().open_hours)}
    else:
        values |= {"state": OpeningState.REFUSED, "word": act.vault.seal_bytes(word.encode(), f"opening {opening_id}")}
    _write(act, opening_id, **values)
    audit.append(act, "identity_granted" if grant else "identity_refused", row.subject_id, {"word": word})
    _push(act, {row.asked_by}, "status.identity_granted" if grant else "status.identity_refused", row.subject_id)


def open_identity(act: Act, report_id: str) -> dict[str, Any]:
    """Opens who filed it, once, after somebody else has agreed: name, phone; for a visit person, place and time.

    Raises Refusal: gone, not_granted.
    """
    identity = people.identity_of(act, report_id) if is_shown(act, report_id) else None
    if identity is None:
        raise Refusal(Common.GONE)
    found = opening_of(act, report_id, lock=True)
    if found is None or found.state is not OpeningState.GRANTED:
        raise Refusal(DeskCode.NOT_GRANTED)
    _write(act, found.id, state=OpeningState.OPENED)
    told = {"purpose": found.purpose, "agreed": found.answered_by}
    audit.append(act, "identity_opened", report_id, told)
    return identity


def opening_of(act: Act, report_id: str, *, lock: bool = False) -> Opening | None:
    """The newest asking of whoever acts about this report."""
    mine = openings.c.subject_id == report_id, openings.c.asked_by == act.actor
    newest = select(openings).where(*mine).order_by(openings.c.asked_at.desc(), openings.c.id).limit(1)
    row = act.tx.execute(newest.with_for_update() if lock else newest).first()
    return _opening(act, row) if row else None


def asked_openings(act: Act) -> Sequence[Opening]:
    """The newest askings; what waits first. Of a report that the discipline desk alone sees, an auditor reads who
    asked and who answered, and nobody else anything."""
    rows = act.tx.execute(_newest()).all()
    auditing = people.may(people.roles_of(act, act.actor), Right.READ_AUDIT)
    found = [one for one in (_opening(act, row) for row in rows) if one.number or auditing]
    return sorted(found, key=lambda one: one.state is not OpeningState.WAITING)


def waiting_openings(act: Act) -> int:
    """How many wait for whoever acts."""
    return sum(one.answerable for one in asked_openings(act))


def _newest() -> Select[*tuple[Any, ...]]:
    return select(openings).order_by(openings.c.asked_at.desc(), openings.c.id).limit(MOST_LISTED)


def _opening(act: Act, row: Any) -> Opening:
    shown, state = is_shown(act, row.subject_id), _state(row, act.now)
    return Opening(
        row.id,
        row.subject_id,
        _number(act, row.subject_id) if shown else "",
        state,
        _unsealed(act, row.id, row.purpose) if shown else "",
        row.asked_by,
        row.asked_at.astimezone(act.now.tzinfo),
        row.until.astimezone(act.now.tzinfo),
        row.answered_by,
        _unsealed(act, row.id, row.word) if shown else "",
        row.asked_by == act.actor,
        state is OpeningState.WAITING and shown and act.actor in _seconds(act, row.subject_id, row.asked_by),
    )


def _state(row: Any, now: datetime) -> OpeningState:
    return OpeningState.LAPSED if row.state in _UNDER_WAY and row.until <= now else OpeningState(row.state)


def _unsealed(act: Act, opening_id: str, sealed: bytes | None) -> str:
    return act.vault.open_bytes(sealed, f"opening {opening_id}").decode() if sealed else ""


def _number(act: Act, report_id: str) -> str:
    known = (select(table.c.number).where(table.c.id == report_id) for table in (cases, visits))
    return next(filter(None, (act.tx.execute(one).scalar() for one in known)), "")


def _seconds(act: Act, report_id: str, asked_by: str) -> set[str]:
    """Whoever may answer what this person asks: nobody with the same phone, and nobody who may not see the report."""
    able = act.once("answering", lambda: frozenset(people.people_with(act, Right.ANSWER_OPENINGS)))
    confined = select(cases.c.id).where(cases.c.id == report_id, cases.c.confined.is_not(None))
    if act.tx.execute(confined).first() is not None:
        able &= people.people_with(act, Right.HANDLE_CONFLICTS)
    phone = act.tx.execute(select(persons.c.phone_hash).where(persons.c.id == asked_by)).scalar()
    same = set(act.tx.execute(select(persons.c.id).where(persons.c.phone_hash == phone)).scalars()) if phone else set()
    return set(able) - same - {asked_by}


def _write(act: Act, opening_id: str, **values: Any) -> None:
    act.tx.execute(update(openings).where(openings.c.id == opening_id).values(**values))
    act.wrote(openings, opening_id)


def _push(act: Act, person_ids: set[str], words: str, report_id: str) -> None:
    accounts = people.chats_of(act, person_ids)
    if accounts:
        values = {"nth": next_number(act, "reminder", "R"), "number": _number(act, report_id)}
        deliveries.queue_shared(act, [(accounts, deliveries.encoded(Body(say=Say(words, values))))], "reminder")
