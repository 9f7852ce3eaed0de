"""Moves a case one step on in its life, under its lock: state, history, happening and event in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import insert, select, update

from conversation.messages import Body, Button, Say
from models.tables import cases, entries
from services import calendar, evidence, obligations, people
from services.cases.codes import CaseCode
from services.cases.confining import sees
from services.cases.items import unanswered
from services.cases.life import ANSWERING, COMPLAINT, ENDS, FOLLOWING, STAYING, UNMOVED, Appeal, State, Step, after
from services.deliveries import queue_apart
from services.evidence import Enclosure
from services.foundation import audit
from services.foundation.act import CITIZEN, SYSTEM, Act
from services.foundation.happenings import Happening, record
from services.foundation.history import require_unmoved
from services.foundation.moments import entry_moment, first_of_day, sealed_now
from services.foundation.refusal import Common, Refusal
from services.foundation.searching import sealed_words
from services.foundation.vault import new_id

ENCLOSED = "pieces"  # under which an entry keeps the ids of what went to the citizen with it
HANDLING = "handling"  # what the office owes about a case that it has accepted: an answer
# Steps that say something of the unit complained of. What is handed over, answered or sent back its obligation tells.
_HAPPENED: Mapping[Step, str] = {
    Step.ACCEPT: "accepted",
    Step.DECLINE: "declined",
    Step.CLOSE: "closed",
    Step.WITHDRAW: "withdrawn",
    Step.REOPEN: "reopened",
    Step.APPEAL: "appealed",
    Step.UPHOLD: "upheld",
}
_SAID_AS: Mapping[Step, str] = {Step.ASK: "question"}  # the kinds of entries that are not called as their step


@dataclass(frozen=True)
class LockedCase:
    """A case, its row locked until the commit, so that a step is taken from its present state."""

    id: str
    number: str
    kind: str
    state: State
    unit_id: str | None
    source: str
    asked_until: date | None = None  # the last day for what the office has asked, while it waits for it
    confined: str | None = None  # a `services.cases.Confined`
    priority: str | None = None  # one of `services.cases.PRIORITIES`
    master_id: str | None = None  # the case with which it is answered, or was
    appeal: str | None = None  # how the appeal against its end stands: a `services.cases.Appeal`

    @property
    def ended(self) -> bool:
        return self.state in ENDS

    @property
    def is_appealed(self) -> bool:
        """Whether an appeal waits for its answer."""
        return self.appeal == Appeal.WAITS


_HELD = [cases.c[name] for name in LockedCase.__dataclass_fields__]


def held(act: Act, case_id: str, seen: str | None = None) -> LockedCase:
    """Locks a case. Raises Refusal: gone, also where whoever acts may not see it; changed where it has moved since the
    page that was `seen`."""
    row = act.tx.execute(select(*_HELD).where(cases.c.id == case_id).with_for_update()).first()
    if row is None or (row.confined and act.actor not in (CITIZEN, SYSTEM) and not sees(act)):
        raise Refusal(Common.GONE)
    if seen is not None:
        merged(act, case_id)  # locked as well: nothing comes in about them meanwhile either
        require_unmoved(act, case_id, row.state, seen)
    return LockedCase(**{**row._mapping, "state": State(row.state)})


def merged(act: Act, case_id: str) -> list[LockedCase]:
    """The cases that are answered with this one, locked."""
    children = cases.c.master_id == case_id, cases.c.state == State.MERGED
    rows = act.tx.execute(select(*_HELD).where(*children).order_by(cases.c.id).with_for_update())
    return [LockedCase(**{**row._mapping, "state": State(row.state)}) for row in rows]


def take(
    act: Act,
    case: LockedCase,
    step: Step,
    text: str = "",
    enclosed: Sequence[Enclosure] = (),
    *,
    detail: Mapping[str, Any] | None = None,
    **values: Any,
) -> LockedCase:
    """Takes a step: writes the state with `values`, what was said as an entry with `detail`, and what follows from it.

    A case that goes on without a master is on its own again. Raises Refusal: decided, where the step does not lead on
    from the case's state; appealed, where an appeal waits and this is no answer to it; items_open (with their numbers),
    where it would close a case of whose items some have no answer (C22); enclosed_gone.
    """
    moved = _answered(replace(case, state=after(case.kind, case.state, step)), step)
    if step is Step.CLOSE and (open_ := unanswered(act, case.id)):
        raise Refusal(CaseCode.ITEMS_OPEN, "text", numbers=[f"{case.number}-{position}" for position in open_])
    if moved.state is not State.MERGED and not moved.ended:
        moved = replace(moved, master_id=None)
    written: dict[str, Any] = {"state": moved.state, "master_id": moved.master_id, "appeal": moved.appeal}
    if step not in FOLLOWING and step not in UNMOVED:
        written["decided_on"] = act.now.date()
        if moved.ended:
            written["asked_until"] = None  # nobody waits for a reaction any more; what comes later is kept all the same
    act.tx.execute(update(cases).where(cases.c.id == case.id).values(written | values))
    act.wrote(cases, case.id)
    if step is Step.HAND or step in FOLLOWING:
        audit.append(act, f"case_{step}", case.id, {"number": case.number})
    else:
        entry_id = note(act, moved, _SAID_AS.get(step, step), text, detail, enclosed)
        if case.kind == COMPLAINT and step in _HAPPENED:
            record(act, _happening(act, moved, step, entry_id))
    _owe(act, case, moved, step)
    return moved


def note(
    act: Act,
    case: LockedCase,
    kind: str,
    text: str,
    detail: Mapping[str, Any] | None = None,
    enclosed: Sequence[Enclosure] = (),
) -> str:
    """Adds an entry to the history of a case, and an event to the audit chain; returns the entry's id.

    `enclosed`: the pieces that go to the citizen with it. Raises Refusal: enclosed_gone.
    """
    entry_id, told = new_id(), dict[str, Any](number=case.number)
    if enclosed:
        told |= (sent := {ENCLOSED: [one.id for one in enclosed]})
        detail = {**(detail or {}), **sent}
        evidence.enclose(act, enclosed, case.id, entry_id)
    row = {"id": entry_id, "subject_id": case.id, "kind": kind, "actor": act.actor, "text": text, "detail": detail}
    row |= {"sought": sealed_words(act.vault, entry_id, text), **entry_moment(act, entry_id)}
    act.tx.execute(insert(entries).values(**row))
    act.wrote(entries, row)
    audit.append(act, f"case_{kind}", case.id, told)
    return entry_id


def from_citizen(act: Act, case_id: str) -> None:
    """Notes that something came from the citizen: the case is unread again."""
    moved = {"moved_on": act.now.date(), "moved": sealed_now(act, case_id), "read": False}
    act.tx.execute(update(cases).where(cases.c.id == case_id).values(**moved))
    act.wrote(cases, case_id)


def tell(
    act: Act, case: LockedCase, words: str, *buttons: Button, enclosed: Sequence[Enclosure] = (), **values: Any
) -> bool:
    """Queues a message to everybody who follows the case; returns whether anybody can be reached."""
    pieces = tuple(one.attached for one in enclosed)
    say = Say(f"status.{words}", {"number": case.number, **values}, buttons, pieces)
    return queue_apart(act, people.owner_ids(act, case.id), Body(say=say))


def _answered(case: LockedCase, step: Step) -> LockedCase:
    """The case, with what the step makes of its appeal. Raises Refusal: appealed; decided, where none waits."""
    if step is Step.APPEAL:
        return replace(case, appeal=Appeal.WAITS)
    if case.is_appealed and step in ANSWERING:
        return replace(case, appeal=Appeal.UPHELD if step is Step.UPHOLD else Appeal.REOPENED)
    if case.is_appealed and step not in STAYING:
        raise Refusal(CaseCode.APPEALED)
    if step is Step.UPHOLD:
        raise Refusal(CaseCode.DECIDED)
    return case


def _happening(act: Act, case: LockedCase, step: Step, entry_id: str) -> Happening:
    kind, told = f"{COMPLAINT}_{_HAPPENED[step]}", {"number": case.number}
    return Happening(kind, entry_id, first_of_day(act.now), case.unit_id, case.id, detail=told)


def _owe(act: Act, before: LockedCase, case: LockedCase, step: Step) -> None:
    """The office's word whether it accepts is followed by what it owes then, an answer, until the case ends."""
    if step in UNMOVED:
        return
    awaited = before.state is State.RECEIVED and case.kind == COMPLAINT
    if not awaited and not before.ended and not case.ended:
        return
    kept = step is Step.CLOSE or (awaited and step is not Step.WITHDRAW) or before.is_appealed
    obligations.keep(act, case.id, kept=kept)
    limits = calendar.limits().of(case.source, case.priority)
    if not case.ended and limits.handle is not None:
        obligations.promise(act, HANDLING, case.id, case.number, limits.handle, counted=limits.days)
