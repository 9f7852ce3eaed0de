"""The unit's side: acknowledge, answer, ask the office, ask for more time. Who may do so the caller has checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import Connection, insert, select

from conversation.messages import Media
from models.tables import extensions
from services import evidence
from services.contacts import Contact
from services.deliveries import withhold_about
from services.foundation.refusal import NotDone
from services.obligations import planning
from services.obligations.kinds import Kinds
from services.obligations.ladder import ladders, last_day
from services.obligations.lapsing import note_overdue
from services.obligations.locking import Owed, note, put, unsettled
from services.obligations.values import ACKNOWLEDGED, ANSWERED, WAITING, Ring
from services.vault import Vault, new_id
from services.wording import worded

_NOBODY: Ring = frozenset()


def acknowledge(tx: Connection, vault: Vault, now: datetime, actor_id: str, obligation_id: str) -> Ring:
    """The unit has seen it; said again, or after the answer, it does nothing. Raises NotDone: gone, settled."""
    duty = unsettled(tx, now, obligation_id)
    if duty.owed and duty.acknowledged_at is None:
        _seen_by(tx, now, actor_id, duty)
        note(tx, now, actor_id, duty, "acknowledged", "")
    return _NOBODY


def answer(
    tx: Connection, vault: Vault, now: datetime, kinds: Kinds, contact: Contact, actor_id: str, obligation_id: str,
    text: str, media: Sequence[Media],
) -> Ring:  # fmt: skip
    """Words or evidence; more may follow until the office has decided. Raises NotDone: gone, settled, text_wanted, …"""
    duty = unsettled(tx, now, obligation_id)
    kept = worded(text, 0 if media else 1)
    entry_id = note(tx, now, actor_id, duty, "unit_answer", kept, {"late": duty.owed and now > duty.due_at})
    evidence.attach(tx, vault, now, contact, duty.id, media, entry_id)
    if duty.owed:
        note_overdue(tx, now, duty)
        first = {} if duty.acknowledged_at else {"acknowledged_at": now, "acknowledged_by": actor_id}
        put(tx, duty, state=ANSWERED, owed_since=None, answered_at=now, **first)
        planning.drop(tx, duty.id)
        withhold_about(tx, duty.id)
        duty = replace(duty, state=ANSWERED, acknowledged_at=duty.acknowledged_at or now)
    return kinds[duty.kind].answered(tx, vault, now, actor_id, duty)


def ask_office(
    tx: Connection, vault: Vault, now: datetime, actor_id: str, obligation_id: str, text: str,
    contact: Contact | None = None, media: Sequence[Media] = (),
) -> Ring:  # fmt: skip
    """With photos from `contact`, where there are any. Raises NotDone: gone, settled, text_wanted, text_too_long."""
    duty = unsettled(tx, now, obligation_id)
    kept = worded(text)
    if duty.owed:
        duty = _seen_by(tx, now, actor_id, duty)
    entry_id = note(tx, now, actor_id, duty, "unit_question", kept)
    if contact is not None:
        evidence.attach(tx, vault, now, contact, duty.id, media, entry_id)
    return _NOBODY


def request_time(
    tx: Connection, vault: Vault, now: datetime, actor_id: str, obligation_id: str, until: date, reason: str
) -> Ring:
    """Before or after the deadline (A33); nothing moves until the office decides.

    Raises NotDone: gone, settled (nothing is owed), waiting_already, due_past (not later than the deadline, or over
    itself), due_wanted (in a far year), text_wanted, text_too_long.
    """
    duty = unsettled(tx, now, obligation_id)
    if not duty.owed:
        raise NotDone("settled")
    waiting = extensions.c.obligation_id == duty.id, extensions.c.state == WAITING
    if tx.execute(select(extensions.c.id).where(*waiting)).first():
        raise NotDone("waiting_already")
    if until > last_day(now):
        raise NotDone("due_wanted")
    wanted_at = ladders()[duty.kind].due_at(until, now)
    if wanted_at <= max(duty.due_at, now):
        raise NotDone("due_past")
    kept = worded(reason)
    duty = _seen_by(tx, now, actor_id, duty)
    late = now > duty.due_at
    tx.execute(
        insert(extensions).values(
            id=new_id(), obligation_id=duty.id, state=WAITING, reason=kept, wanted_at=wanted_at, late=late,
            asked_by=actor_id, asked_at=now,
        )
    )  # fmt: skip
    note(tx, now, actor_id, duty, "time_asked", kept, {"until": wanted_at.isoformat(), "late": late})
    return _NOBODY


def _seen_by(tx: Connection, now: datetime, actor_id: str, duty: Owed) -> Owed:
    """Whoever does anything about it has seen it: the ladder of silence ends."""
    if duty.acknowledged_at is not None:
        return duty
    put(tx, duty, state=ACKNOWLEDGED, acknowledged_at=now, acknowledged_by=actor_id)
    planning.drop(tx, duty.id, silence_only=True)
    return replace(duty, state=ACKNOWLEDGED, acknowledged_at=now)
