"""The office's acts: reply, accept, send back, excuse, decide about more time. The unit is told of each.

Each act returns whether somebody could be told.

An act whose words go to the unit also raises Refusal where the kind's guard refuses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, Connection, func, select, update

from models.tables import entries, extensions
from services.deliveries import withhold_about
from services.foundation.act import Act
from services.foundation.happenings import Happening, record
from services.foundation.history import require_unmoved
from services.foundation.refusal import Common, Refusal
from services.foundation.wording import worded
from services.obligations import planning
from services.obligations.codes import ObligationCode
from services.obligations.handing import deadline, put_to_unit
from services.obligations.kinds import Kind, Kinds
from services.obligations.ladder import ladders
from services.obligations.lapsing import note_overdue
from services.obligations.listing import is_open_about
from services.obligations.locking import LockedObligation, add_entry, change, unsettled
from services.obligations.telling import TO_HEAD, TO_READER, tell
from services.obligations.values import (
    ACCEPTED,
    ANSWERED,
    EXCUSED,
    FOUND_UNTRUE,
    GRANTED,
    MOOT,
    REFUSED,
    RETURNED,
    WAITING,
)


def reply_unit(act: Act, kinds: Kinds, obligation_id: str, seen: str, text: str) -> bool:
    """Answers a question of the unit. Raises Refusal: gone, changed, settled, text_wanted, text_too_long."""
    obligation, text = unsettled(act, obligation_id, seen), worded(text)
    kinds[obligation.kind].guard(act, obligation.subject_id, text)
    asked_by = _last_actor(act.tx, obligation, "unit_question")
    add_entry(act, obligation, "office_reply", text)
    offers = TO_HEAD[1:] if obligation.owed else TO_READER
    return tell(act, obligation, "office_reply", text, began=asked_by, offers=offers)[0]


def accept_answer(
    act: Act,
    kinds: Kinds,
    obligation_id: str,
    seen: str,
    word: str,
    to_citizen: bool | None = None,
    pieces: Sequence[str] = (),
) -> bool:
    """Accepts the unit's answer.

    Where somebody waits for the last one about the subject, or for this part of it, `word` is for them (C06, C22); else
    it goes to the unit, and may be empty. `to_citizen`: what the page promised; None asks for no guard. `pieces`: what
    goes to them with it, by id.

    Raises Refusal: gone, changed, settled, not_answered, text_wanted, text_too_long, and whatever the kind refuses.
    """
    obligation = unsettled(act, obligation_id, seen)
    if obligation.state != ANSWERED:
        raise Refusal(ObligationCode.NOT_ANSWERED)
    kind = kinds[obligation.kind]
    part = kind.is_part(act, obligation)
    concluded = None if part else _to_conclude(act, kind, obligation)
    if concluded:  # nobody can add to it any more: what came until now was on the page
        require_unmoved(act, obligation.id, obligation.state, seen, concluded)
    heard = part or concluded is not None
    if to_citizen not in (None, heard):
        raise Refusal(Common.CHANGED)
    text = worded(word, 2 if heard else 0)
    if part:
        kind.part_answered(act, obligation, text, pieces)
    elif not heard:
        kind.guard(act, obligation.subject_id, text)
    reached = kind.concluded(act, concluded, text, pieces) if concluded else False
    obligation = _settle(act, obligation, ACCEPTED)
    add_entry(act, obligation, "accepted", text)
    answered_by = _last_actor(act.tx, obligation, "unit_answer")
    told, _ = tell(act, obligation, "accepted", "" if heard else text, began=answered_by)
    kind.settled(act, obligation)
    return told or reached


def send_back(
    act: Act, kinds: Kinds, obligation_id: str, seen: str, why: str, due: date | None = None, *, untrue: bool = False
) -> bool:
    """Sends the answer back as not enough (C09): it is owed again, by the old deadline or a new one.

    `untrue`: the office has looked, and what was answered is not so (C10). Raises Refusal: gone, changed, settled,
    not_answered, text_wanted, text_too_long, due_past, due_far.
    """
    obligation, why = unsettled(act, obligation_id, seen), worded(why)
    if obligation.state != ANSWERED:
        raise Refusal(ObligationCode.NOT_ANSWERED)
    kinds[obligation.kind].guard(act, obligation.subject_id, why)
    due_at = deadline(act, ladders()[obligation.kind], due, None) if due else obligation.due_at
    obligation = replace(obligation, state=RETURNED, due_at=due_at, acknowledged_at=None)
    change(
        act, obligation, state=RETURNED, owed_since=act.now, due_at=due_at, acknowledged_at=None, acknowledged_by=None
    )
    if due:
        change(act, obligation, working_days=None)
    times = _times_returned(act.tx, obligation) + 1
    shown = {"times": str(times)} | ({FOUND_UNTRUE: "yes"} if untrue else {})
    entry_id = add_entry(act, obligation, "returned", why, {"due": due_at.isoformat()}, shown)
    told_of = {"kind": obligation.kind, "number": obligation.number, "due": due_at.isoformat()}
    for happened in (RETURNED, FOUND_UNTRUE) if untrue else (RETURNED,):
        about = obligation.unit_id, obligation.subject_id, obligation.id
        record(act, Happening(happened, entry_id, act.now, *about, told_of))
    answered_by = _last_actor(act.tx, obligation, "unit_answer")
    told = put_to_unit(act, obligation, "returned", why, answered_by, {"times": times, "untrue": untrue})
    kinds[obligation.kind].returned(act, obligation)
    return told


def excuse(act: Act, kinds: Kinds, obligation_id: str, seen: str, why: str) -> bool:
    """Excuses the unit, with a reason (C23): nothing is owed any more.

    Raises Refusal: gone, changed, settled, text_wanted, text_too_long.
    """
    obligation, why = unsettled(act, obligation_id, seen), worded(why)
    kinds[obligation.kind].guard(act, obligation.subject_id, why)
    note_overdue(act, obligation)
    obligation = _settle(act, obligation, EXCUSED)
    add_entry(act, obligation, "excused", why)
    told, _ = tell(act, obligation, "excused", why)
    kinds[obligation.kind].excused(act, obligation)
    kinds[obligation.kind].settled(act, obligation)
    return told


def decide_time(act: Act, kinds: Kinds, obligation_id: str, seen: str, granted: bool, word: str) -> bool:
    """Decides about the extension that is waiting (C23, A33).

    A refusal needs a word; a grant never shortens the deadline.

    Raises Refusal: gone, changed, settled, decided, text_wanted, text_too_long.
    """
    obligation, word = unsettled(act, obligation_id, seen), worded(word, 0 if granted else 2)
    kinds[obligation.kind].guard(act, obligation.subject_id, word)
    columns = extensions.c.id, extensions.c.wanted_at, extensions.c.asked_by
    row = act.tx.execute(select(*columns).where(*_waiting(obligation))).first()
    if row is None:
        raise Refusal(ObligationCode.DECIDED)
    state = GRANTED if granted else REFUSED
    decided = {"state": state, "decided_by": act.actor, "decided_at": act.now, "word": word}
    act.tx.execute(update(extensions).where(extensions.c.id == row.id).values(**decided))
    act.wrote(extensions, row.id)
    if granted:  # if sent back meanwhile, it may have got more time than was asked for
        note_overdue(act, obligation)
        obligation = replace(obligation, due_at=max(obligation.due_at, row.wanted_at.astimezone(act.now.tzinfo)))
        change(act, obligation, due_at=obligation.due_at, working_days=None)  # a date was asked for
    kind = f"time_{state}"
    add_entry(act, obligation, kind, word, {"due": obligation.due_at.isoformat()})
    offers = TO_HEAD[1:] if obligation.owed else TO_READER
    told = tell(act, obligation, kind, word, began=[row.asked_by], offers=offers)[0]
    if granted and obligation.owed:
        planning.plan(act, obligation)
    return told


def _to_conclude(act: Act, kind: Kind, obligation: LockedObligation) -> str | None:
    """The subject of which somebody hears now, locked: one of two simultaneous decisions is the last.

    None where another obligation about it is still owed or unchecked, and where nobody waits.
    """
    if not kind.waits(act, obligation.subject_id):
        return None
    return None if is_open_about(act, obligation.subject_id, obligation.id) else obligation.subject_id


def _waiting(obligation: LockedObligation) -> tuple[ColumnElement[bool], ...]:
    """The condition for the extension about which nobody has decided yet."""
    return extensions.c.obligation_id == obligation.id, extensions.c.state == WAITING


def _settle(act: Act, obligation: LockedObligation, state: str) -> LockedObligation:
    change(act, obligation, state=state, owed_since=None, settled_at=act.now)
    moot = update(extensions).where(*_waiting(obligation)).values(state=MOOT).returning(extensions.c.id)
    for extension_id in act.tx.execute(moot).scalars().all():
        act.wrote(extensions, extension_id)
    planning.drop(act, obligation.id)
    withhold_about(act, obligation.id)
    return replace(obligation, state=state)


def _times_returned(tx: Connection, obligation: LockedObligation) -> int:
    returned = entries.c.subject_id == obligation.id, entries.c.kind == RETURNED
    return tx.execute(select(func.count()).where(*returned)).scalar_one()


def _last_actor(tx: Connection, obligation: LockedObligation, kind: str) -> list[str]:
    """The people of the unit who made the last entry of this kind."""
    said = entries.c.subject_id == obligation.id, entries.c.kind == kind, entries.c.actor.is_not(None)
    newest = select(entries.c.actor).where(*said).order_by(entries.c.at.desc(), entries.c.id.desc()).limit(1)
    return list(tx.execute(newest).scalars())
