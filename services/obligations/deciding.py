"""The office's side: reply, accept, send back, excuse, and decide about more time. The unit is told of each.

Whatever goes to the unit raises NotDone also where the kind's guard refuses it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Connection, exists, select, update

from models.tables import entries, extensions, obligations
from services.deliveries import withhold_about
from services.foundation.happenings import Happening, record
from services.foundation.refusal import NotDone
from services.obligations import planning
from services.obligations.handing import deadline, put_to_unit
from services.obligations.kinds import Kind, Kinds
from services.obligations.ladder import ladders
from services.obligations.lapsing import note_overdue
from services.obligations.locking import Owed, note, put, unsettled
from services.obligations.telling import TO_HEAD, TO_READER, tell
from services.obligations.values import ACCEPTED, ANSWERED, EXCUSED, GRANTED, MOOT, REFUSED, RETURNED, WAITING, Ring
from services.vault import Vault
from services.wording import worded


def reply_unit(
    tx: Connection, vault: Vault, now: datetime, kinds: Kinds, clerk_id: str, obligation_id: str, seen: str, text: str
) -> Ring:
    """Answers what the unit asked. Raises NotDone: gone, changed, settled, text_wanted, text_too_long."""
    duty, text = unsettled(tx, now, obligation_id, seen), worded(text)
    kinds[duty.kind].guard(tx, vault, duty.subject_id, text)
    asked_by = _last_actor(tx, duty, "unit_question")
    note(tx, now, clerk_id, duty, "office_reply", text)
    offers = TO_HEAD[1:] if duty.owed else TO_READER
    return tell(tx, vault, now, duty, "office_reply", text, began=asked_by, offers=offers)[0]


def accept_answer(
    tx: Connection, vault: Vault, now: datetime, kinds: Kinds, clerk_id: str, obligation_id: str, seen: str, word: str,
    to_citizen: bool | None = None,
) -> Ring:  # fmt: skip
    """The answer is enough. Where somebody waits for the last one about the subject, `word` goes to them (C06); else it
    goes to the unit, and may be empty. `to_citizen`: what the page promised; None asks for no guard.

    Raises NotDone: gone, changed, settled, not_answered, text_wanted, text_too_long.
    """
    duty = unsettled(tx, now, obligation_id, seen)
    if duty.state != ANSWERED:
        raise NotDone("not_answered")
    kind = kinds[duty.kind]
    concluded = _to_conclude(tx, kind, duty)
    if to_citizen not in (None, concluded is not None):
        raise NotDone("changed")
    text = worded(word, 2 if concluded else 0)
    if not concluded:
        kind.guard(tx, vault, duty.subject_id, text)
    others: Ring = kind.concluded(tx, vault, now, clerk_id, concluded, text) if concluded else frozenset()
    duty = _settle(tx, now, duty, ACCEPTED)
    note(tx, now, clerk_id, duty, "accepted", text)
    told = "" if concluded else text
    answered_by = _last_actor(tx, duty, "unit_answer")
    ring = tell(tx, vault, now, duty, "accepted", told, began=answered_by)[0]
    return {*others, *ring, *kind.settled(tx, vault, now, clerk_id, duty)}


def send_back(
    tx: Connection, vault: Vault, now: datetime, kinds: Kinds, clerk_id: str, obligation_id: str, seen: str, why: str,
    due: date | None = None,
) -> Ring:  # fmt: skip
    """The answer is not enough: owed again, by the old deadline or a new one.

    Raises NotDone: gone, changed, settled, not_answered, text_wanted, text_too_long, due_past, due_far.
    """
    duty, why = unsettled(tx, now, obligation_id, seen), worded(why)
    if duty.state != ANSWERED:
        raise NotDone("not_answered")
    kinds[duty.kind].guard(tx, vault, duty.subject_id, why)
    due_at = deadline(tx, now, ladders()[duty.kind], due, None) if due else duty.due_at
    duty = replace(duty, state=RETURNED, due_at=due_at, acknowledged_at=None)
    put(tx, duty, state=RETURNED, owed_since=now, due_at=due_at, acknowledged_at=None, acknowledged_by=None)
    entry_id = note(tx, now, clerk_id, duty, "returned", why, {"due": due_at.isoformat()})
    told = {"kind": duty.kind, "number": duty.number, "due": due_at.isoformat()}
    record(tx, Happening(RETURNED, entry_id, now, duty.unit_id, duty.subject_id, duty.id, told))
    answered_by = _last_actor(tx, duty, "unit_answer")
    ring = put_to_unit(tx, vault, now, duty, "returned", why, answered_by)
    return {*ring, *kinds[duty.kind].returned(tx, vault, now, clerk_id, duty)}


def excuse(
    tx: Connection, vault: Vault, now: datetime, kinds: Kinds, clerk_id: str, obligation_id: str, seen: str, why: str
) -> Ring:
    """It is owed no longer, with a reason (C23). Raises NotDone: gone, changed, settled, text_wanted, text_too_long."""
    duty, why = unsettled(tx, now, obligation_id, seen), worded(why)
    kinds[duty.kind].guard(tx, vault, duty.subject_id, why)
    note_overdue(tx, now, duty)
    duty = _settle(tx, now, duty, EXCUSED)
    note(tx, now, clerk_id, duty, "excused", why)
    ring, kind, moved = (
        tell(tx, vault, now, duty, "excused", why)[0],
        kinds[duty.kind],
        (tx, vault, now, clerk_id, duty),
    )
    return {*ring, *kind.excused(*moved), *kind.settled(*moved)}


def decide_time(
    tx: Connection,
    vault: Vault,
    now: datetime,
    kinds: Kinds,
    clerk_id: str,
    obligation_id: str,
    seen: str,
    granted: bool,
    word: str,
) -> Ring:
    """About the extension that is waiting (C23, A33); a refusal needs a word. A grant never shortens the deadline.

    Raises NotDone: gone, changed, settled, decided, text_wanted, text_too_long.
    """
    duty, word = unsettled(tx, now, obligation_id, seen), worded(word, 0 if granted else 2)
    kinds[duty.kind].guard(tx, vault, duty.subject_id, word)
    columns = extensions.c.id, extensions.c.wanted_at, extensions.c.asked_by
    row = tx.execute(select(*columns).where(*_waiting(duty))).first()
    if row is None:
        raise NotDone("decided")
    state = GRANTED if granted else REFUSED
    decided = {"state": state, "decided_by": clerk_id, "decided_at": now, "word": word}
    tx.execute(update(extensions).where(extensions.c.id == row.id).values(**decided))
    if granted:  # sent back meanwhile, it may have got more time than was asked for
        note_overdue(tx, now, duty)
        duty = replace(duty, due_at=max(duty.due_at, row.wanted_at.astimezone(now.tzinfo)))
        put(tx, duty, due_at=duty.due_at)
    kind = f"time_{state}"
    note(tx, now, clerk_id, duty, kind, word, {"due": duty.due_at.isoformat()})
    offers = TO_HEAD[1:] if duty.owed else TO_READER
    ring = tell(tx, vault, now, duty, kind, word, began=[row.asked_by], offers=offers)[0]
    if granted and duty.owed:
        planning.plan(tx, now, duty)
    return ring


def _to_conclude(tx: Connection, kind: Kind, duty: Owed) -> str | None:
    """The subject of which somebody hears now, locked: of two decisions at once one is the last. None where another
    obligation about it is still owed or unchecked, and where nobody waits."""
    if not kind.waits(tx, duty.subject_id):
        return None
    about_it = obligations.c.subject_id == duty.subject_id, obligations.c.id != duty.id
    others = exists().where(*about_it, obligations.c.settled_at.is_(None))
    return None if tx.execute(select(others)).scalar() else duty.subject_id


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
