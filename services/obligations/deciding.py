"""The office's side: reply, accept, send back, excuse, and decide about more time. The unit is told of each.

Whatever goes to the unit raises NotDone as `secrecy.own_words` too: their_words, their_number.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, exists, select, update

from models.tables import cases, entries, extensions, obligations
from services import desk
from services.deliveries import withhold_about
from services.foundation.refusal import NotDone
from services.obligations import planning
from services.obligations.handing import deadline, put_to_unit
from services.obligations.ladder import ladders
from services.obligations.locking import Owed, note, put, unsettled
from services.obligations.secrecy import own_words
from services.obligations.telling import TO_HEAD, TO_READER, tell
from services.obligations.values import ACCEPTED, ANSWERED, EXCUSED, GRANTED, MOOT, REFUSED, RETURNED, WAITING, Ring
from services.vault import Vault
from services.wording import worded


def reply_unit(
    tx: Connection, vault: Vault, now: datetime, clerk_id: str, obligation_id: str, seen: str, text: str
) -> Ring:
    """Answers what the unit asked. Raises NotDone: gone, changed, settled, text_wanted, text_too_long."""
    duty, text = unsettled(tx, now, obligation_id, seen), worded(text)
    own_words(tx, vault, duty.subject_id, text)
    asked_by = _last_actor(tx, duty, "unit_question")
    note(tx, now, clerk_id, duty, "office_reply", text)
    offers = TO_HEAD[1:] if duty.owed else TO_READER
    return tell(tx, vault, now, duty, "office_reply", text, began=asked_by, offers=offers)[0]


def accept_answer(
    tx: Connection, vault: Vault, now: datetime, clerk_id: str, obligation_id: str, seen: str, word: str,
    to_citizen: bool | None = None,
) -> Ring:  # fmt: skip
    """The answer is enough. With the last unsettled duty of a case `word` goes to the citizen, who is answered by it
    (C06); with any other to the unit, and may be empty. `to_citizen`: what the page promised; None asks for no guard.

    Raises NotDone: gone, changed, settled, not_answered, text_wanted, text_too_long.
    """
    duty = unsettled(tx, now, obligation_id, seen)
    if duty.state != ANSWERED:
        raise NotDone("not_answered")
    case_id = _case_to_answer(tx, duty)
    if to_citizen not in (None, case_id is not None):
        raise NotDone("changed")
    text = worded(word, 2 if case_id else 0)
    if not case_id:
        own_words(tx, vault, duty.subject_id, text)
    citizen: Ring = desk.conclude(tx, vault, now, clerk_id, case_id, text) if case_id else frozenset()
    duty = _settle(tx, now, duty, ACCEPTED)
    note(tx, now, clerk_id, duty, "accepted", text)
    told = "" if case_id else text
    answered_by = _last_actor(tx, duty, "unit_answer")
    return {*citizen, *tell(tx, vault, now, duty, "accepted", told, began=answered_by)[0]}


def send_back(
    tx: Connection, vault: Vault, now: datetime, clerk_id: str, obligation_id: str, seen: str, why: str,
    due: date | None = None,
) -> Ring:  # fmt: skip
    """The answer is not enough: owed again, by the old deadline or a new one.

    Raises NotDone: gone, changed, settled, not_answered, text_wanted, text_too_long, due_past, due_far.
    """
    duty, why = unsettled(tx, now, obligation_id, seen), worded(why)
    if duty.state != ANSWERED:
        raise NotDone("not_answered")
    own_words(tx, vault, duty.subject_id, why)
    due_at = deadline(tx, now, ladders()[duty.kind], due, None) if due else duty.due_at
    duty = replace(duty, state=RETURNED, due_at=due_at, acknowledged_at=None)
    put(tx, duty, state=RETURNED, owed_since=now, due_at=due_at, acknowledged_at=None, acknowledged_by=None)
    note(tx, now, clerk_id, duty, "returned", why, {"due": due_at.isoformat()})
    answered_by = _last_actor(tx, duty, "unit_answer")
    return put_to_unit(tx, vault, now, duty, "returned", why, answered_by)


def excuse(tx: Connection, vault: Vault, now: datetime, clerk_id: str, obligation_id: str, seen: str, why: str) -> Ring:
    """It is owed no longer, with a reason (C23). Raises NotDone: gone, changed, settled, text_wanted, text_too_long."""
    duty, why = unsettled(tx, now, obligation_id, seen), worded(why)
    own_words(tx, vault, duty.subject_id, why)
    duty = _settle(tx, now, duty, EXCUSED)
    note(tx, now, clerk_id, duty, "excused", why)
    return tell(tx, vault, now, duty, "excused", why)[0]


def decide_time(
    tx: Connection, vault: Vault, now: datetime, clerk_id: str, obligation_id: str, seen: str, granted: bool, word: str
) -> Ring:
    """About the extension that is waiting (C23, A33); a refusal needs a word. A grant never shortens the deadline.

    Raises NotDone: gone, changed, settled, decided, text_wanted, text_too_long.
    """
    duty, word = unsettled(tx, now, obligation_id, seen), worded(word, 0 if granted else 2)
    own_words(tx, vault, duty.subject_id, word)
    columns = extensions.c.id, extensions.c.wanted_at, extensions.c.asked_by
    row = tx.execute(select(*columns).where(*_waiting(duty))).first()
    if row is None:
        raise NotDone("decided")
    state = GRANTED if granted else REFUSED
    decided = {"state": state, "decided_by": clerk_id, "decided_at": now, "word": word}
    tx.execute(update(extensions).where(extensions.c.id == row.id).values(**decided))
    if granted:  # sent back meanwhile, it may have got more time than was asked for
        duty = replace(duty, due_at=max(duty.due_at, row.wanted_at.astimezone(now.tzinfo)))
        put(tx, duty, due_at=duty.due_at)
    kind = f"time_{state}"
    note(tx, now, clerk_id, duty, kind, word, {"due": duty.due_at.isoformat()})
    offers = TO_HEAD[1:] if duty.owed else TO_READER
    ring = tell(tx, vault, now, duty, kind, word, began=[row.asked_by], offers=offers)[0]
    if granted and duty.owed:
        planning.plan(tx, now, duty)
    return ring


def _case_to_answer(tx: Connection, duty: Owed) -> str | None:
    """The case whose citizen is answered by it, locked: of two decisions at once one is the last. None where another
    duty of the case is still owed or unchecked, and where it is about a spot check, or about nothing."""
    case_id = tx.execute(select(cases.c.id).where(cases.c.id == duty.subject_id).with_for_update()).scalar()
    of_case = obligations.c.subject_id == duty.subject_id, obligations.c.id != duty.id
    others = exists().where(*of_case, obligations.c.settled_at.is_(None))
    return None if case_id is None or tx.execute(select(others)).scalar() else case_id


def _waiting(duty: Owed) -> tuple[ColumnElement[bool], ...]:
    """The extension about which nobody has decided yet."""
    return extensions.c.obligation_id == duty.id, extensions.c.state == WAITING


def _settle(tx: Connection, now: datetime, duty: Owed, state: str) -> Owed:
    put(tx, duty, state=state, owed_since=None, settled_at=now)
    tx.execute(update(extensions).where(*_waiting(duty)).values(state=MOOT))
    planning.drop(tx, duty.id)
    withhold_about(tx, duty.id)
    return replace(duty, state=state)


def _last_actor(tx: Connection, duty: Owed, kind: str) -> list[str]:
    """Who of the unit said it last."""
    said = entries.c.subject_id == duty.id, entries.c.kind == kind, entries.c.actor.is_not(None)
    newest = select(entries.c.actor).where(*said).order_by(entries.c.at.desc(), entries.c.id.desc()).limit(1)
    return list(tx.execute(newest).scalars())
