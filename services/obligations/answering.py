"""The unit's acts: acknowledge, answer, ask the office, ask for more time. The caller has checked the right to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import insert, select

from conversation.messages import Media
from models.tables import extensions
from services import evidence
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.foundation.vault import new_id
from services.foundation.wording import worded
from services.obligations import planning
from services.obligations.codes import ObligationCode
from services.obligations.handing import put_to_office
from services.obligations.kinds import Kinds
from services.obligations.ladder import ladders, last_day
from services.obligations.locking import LockedObligation, add_entry, change, unsettled
from services.obligations.values import ACKNOWLEDGED, ANSWERED, WAITING
from services.people import Contact


def acknowledge(act: Act, obligation_id: str) -> None:
    """Records that the unit has seen it; a repeat, or one after the answer, does nothing.

    Raises Refusal: gone, settled.
    """
    obligation = unsettled(act, obligation_id)
    if obligation.owed and obligation.acknowledged_at is None:
        _seen_by(act, obligation)
        add_entry(act, obligation, "acknowledged", "")


def answer(act: Act, kinds: Kinds, contact: Contact, obligation_id: str, text: str, media: Sequence[Media]) -> None:
    """Records the unit's answer, words or evidence; more may follow until the office has decided.

    Raises Refusal: gone, settled, text_wanted, …
    """
    obligation = unsettled(act, obligation_id)
    kept = worded(text, 0 if media else 1)
    entry_id = add_entry(
        act, obligation, "unit_answer", kept, {"late": obligation.owed and act.now > obligation.due_at}
    )
    evidence.attach(act, contact, obligation.id, media, entry_id)
    if obligation.state != ANSWERED:  # also where the unit has said that it is not its duty, and does it after all
        obligation = put_to_office(act, obligation, ANSWERED, answered_at=act.now)
    kinds[obligation.kind].answered(act, obligation)


def ask_office(
    act: Act, obligation_id: str, text: str, contact: Contact | None = None, media: Sequence[Media] = ()
) -> None:
    """Asks the office something, perhaps with photos from `contact`.

    Raises Refusal: gone, settled, text_wanted, text_too_long.
    """
    obligation = unsettled(act, obligation_id)
    kept = worded(text)
    if obligation.owed:
        obligation = _seen_by(act, obligation)
    entry_id = add_entry(act, obligation, "unit_question", kept)
    if contact is not None:
        evidence.attach(act, contact, obligation.id, media, entry_id)


def request_time(act: Act, obligation_id: str, until: date, reason: str) -> None:
    """Asks for more time, before or after the deadline (A33); nothing moves until the office decides.

    Raises Refusal: gone, settled (nothing is owed), waiting_already, due_past (no later than the deadline, or already
    past), due_wanted (in a far year), text_wanted, text_too_long.
    """
    obligation = unsettled(act, obligation_id)
    if not obligation.owed:
        raise Refusal(ObligationCode.SETTLED)
    waiting = extensions.c.obligation_id == obligation.id, extensions.c.state == WAITING
    if act.tx.execute(select(extensions.c.id).where(*waiting)).first():
        raise Refusal(ObligationCode.WAITING_ALREADY)
    if until > last_day(act.now):
        raise Refusal(ObligationCode.DUE_WANTED)
    wanted_at = ladders()[obligation.kind].due_at(until, act.now)
    if wanted_at <= max(obligation.due_at, act.now):
        raise Refusal(ObligationCode.DUE_PAST)
    kept = worded(reason)
    obligation = _seen_by(act, obligation)
    late = act.now > obligation.due_at
    row = {
        "id": new_id(),
        "obligation_id": obligation.id,
        "state": WAITING,
        "reason": kept,
        "wanted_at": wanted_at,
        "late": late,
        "asked_by": act.actor,
        "asked_at": act.now,
    }
    act.tx.execute(insert(extensions).values(**row))
    act.wrote(extensions, row)
    add_entry(act, obligation, "time_asked", kept, {"until": wanted_at.isoformat(), "late": late})


def _seen_by(act: Act, obligation: LockedObligation) -> LockedObligation:
    """Notes that the unit has seen the obligation, as anybody acting on it has: the ladder of silence ends."""
    if obligation.acknowledged_at is not None:
        return obligation
    change(act, obligation, state=ACKNOWLEDGED, acknowledged_at=act.now, acknowledged_by=act.actor)
    planning.drop(act, obligation.id, silence_only=True)
    return replace(obligation, state=ACKNOWLEDGED, acknowledged_at=act.now)
