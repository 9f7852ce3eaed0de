"""What the office does with a case: ask, accept, decline, answer; and with a visit: note that it was read.

Entry, audit event and message are one transaction. An act that speaks to the citizen returns whether an account of
theirs can be reached.

Every call brings `seen`, what the page saw. A case that has changed since, because another clerk decided or the citizen
added something, is refused with `changed`: nobody decides on what they have not read, and nothing is said twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select, update

from conversation.messages import Body, Button, Say
from models.tables import cases, entries, visits
from services import obligations, people
from services.cases import ACCEPTED, COMPLAINT, DECLINED, QUESTION, RECEIVED
from services.deliveries import queue_apart
from services.desk.codes import DeskCode
from services.desk.values import ANSWERED, SHORTEST_REASON
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.folding import sought
from services.foundation.happenings import Happening, record
from services.foundation.history import require_unmoved
from services.foundation.moments import entry_moment, first_of_day
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import new_id
from services.foundation.wording import worded
from services.inspections import NOTED


@dataclass(frozen=True)
class _Case:
    id: str
    number: str
    kind: str
    state: str
    unit_id: str | None


def ask(act: Act, case_id: str, seen: str, text: str) -> bool:
    """Asks the citizen something. Raises Refusal: gone, changed, text_wanted, text_too_long."""
    case, text = _locked(act, case_id, seen), worded(text)
    _note(act, case, "question", text, "question_asked")
    return _tell(act, case, "asked", text, Button(f"/add {case.id}", words="answer"))


def accept(act: Act, case_id: str, seen: str, text: str) -> bool:
    """Accepts a complaint; a word is optional. Raises Refusal: gone, changed, decided, text_too_long."""
    case, text = _undecided(act, case_id, seen), worded(text, 0)
    return _accepted(act, case, text)


def decline(act: Act, case_id: str, seen: str, text: str) -> bool:
    """Declines a complaint; the reason reaches the citizen. Raises Refusal: as `accept`, and reason_wanted."""
    case, text = _undecided(act, case_id, seen), worded(text, SHORTEST_REASON, DeskCode.REASON_WANTED)
    _decide(act, case, DECLINED)
    _happened(act, case, DECLINED, case.id)
    _note(act, case, "decision", text, "case_declined")
    return _tell(act, case, "declined", text, Button(f"/add {case.id}", words="add"))


def answer(act: Act, case_id: str, seen: str, text: str) -> bool:
    """Answers a question, or an accepted complaint about which no unit owes anything (C06).

    A complaint that was handed over is answered with the last of its obligations (`conclude`). Raises Refusal: gone,
    changed, text_wanted, text_too_long.
    """
    case, text = _locked(act, case_id, seen), worded(text)
    if case.kind != QUESTION and (case.state != ACCEPTED or obligations.is_open_about(act, case.id)):
        raise Refusal(Common.GONE)
    return _answered(act, case, text)


def take_on(act: Act, report_id: str, seen: str) -> None:
    """Takes on a report that is handed to a unit: accepts an undecided complaint, notes a spot check (S03).

    An empty `seen` skips the guard. Raises Refusal: gone, changed, decided (it was declined).
    """
    visit = _visit(act.tx, report_id)
    if visit is not None:
        if seen:
            require_unmoved(act, report_id, visit.state, seen)
        if visit.state == RECEIVED:
            _noted(act, visit)
        return
    case = _locked(act, report_id, seen) if seen else _held(act.tx, report_id)
    if case.state == DECLINED:
        raise Refusal(DeskCode.DECIDED)
    if (case.kind, case.state) == (COMPLAINT, RECEIVED):
        _accepted(act, case, "")


def conclude(act: Act, case_id: str, text: str) -> bool:
    """Answers the citizen once the unit has answered the office (C06). Raises Refusal: gone, text_wanted, …"""
    case, text = _held(act.tx, case_id), worded(text)
    return _answered(act, case, text)


def note_visit(act: Act, visit_id: str, seen: str, text: str) -> bool:
    """Marks a spot check as read by the office. Nobody has to be told, so it always returns True.

    Raises Refusal: gone, changed, decided.
    """
    visit = _visit(act.tx, visit_id)
    if visit is None:
        raise Refusal(Common.GONE)
    require_unmoved(act, visit_id, visit.state, seen)
    if visit.state != RECEIVED:
        raise Refusal(DeskCode.DECIDED)
    _noted(act, visit)
    return True


def _visit(tx: Connection, visit_id: str) -> Any:
    columns = visits.c.id, visits.c.number, visits.c.state
    return tx.execute(select(*columns).where(visits.c.id == visit_id).with_for_update()).first()


def _noted(act: Act, visit: Any) -> None:
    act.tx.execute(update(visits).where(visits.c.id == visit.id).values(state=NOTED))
    act.wrote(visits, visit.id)
    audit.append(act, "visit_noted", visit.id, {"number": visit.number})


def _accepted(act: Act, case: _Case, text: str) -> bool:
    _decide(act, case, ACCEPTED)
    _happened(act, case, ACCEPTED, case.id)
    _note(act, case, "decision", text, "case_accepted")
    return _tell(act, case, "accepted", text, Button(f"/status {case.id}", words="see_status"))


def _answered(act: Act, case: _Case, text: str) -> bool:
    _decide(act, case, ANSWERED)
    entry_id = _note(act, case, "answer", text, f"{case.kind}_answered")
    _happened(act, case, ANSWERED, entry_id)  # a complaint handed over once more is answered once more
    return _tell(act, case, "answered", text, Button(f"/add {case.id}", words="add"))


def _locked(act: Act, case_id: str, seen: str) -> _Case:
    case = _held(act.tx, case_id)
    require_unmoved(act, case_id, case.state, seen)
    return case


def _held(tx: Connection, case_id: str) -> _Case:
    columns = cases.c.id, cases.c.number, cases.c.kind, cases.c.state, cases.c.unit_id
    row = tx.execute(select(*columns).where(cases.c.id == case_id).with_for_update()).first()
    if row is None:
        raise Refusal(Common.GONE)
    return _Case(*row)


def _undecided(act: Act, case_id: str, seen: str) -> _Case:
    case = _locked(act, case_id, seen)
    if case.kind != COMPLAINT:
        raise Refusal(Common.GONE)
    if case.state != RECEIVED:
        raise Refusal(DeskCode.DECIDED)
    return case


def _decide(act: Act, case: _Case, state: str) -> None:
    """Decides about a case: what the office owed until then about it, its word to the citizen, is given."""
    act.tx.execute(update(cases).where(cases.c.id == case.id).values(state=state, decided_on=act.now.date()))
    act.wrote(cases, case.id)
    obligations.keep(act, case.id)


def _note(act: Act, case: _Case, kind: str, text: str, action: str) -> str:
    entry_id = new_id()
    row = {"id": entry_id, "subject_id": case.id, "kind": kind, "text": text, "sought": sought(text)}
    row |= entry_moment(act, entry_id)
    act.tx.execute(insert(entries).values(**row))
    act.wrote(entries, row)
    audit.append(act, action, case.id, {"number": case.number})
    return entry_id


def _happened(act: Act, case: _Case, what: str, once: str) -> None:
    """Records a complaint's outcome as a happening of its unit; a question to the office says nothing of a unit."""
    if case.kind == COMPLAINT:
        told = {"number": case.number}
        record(act, Happening(f"{COMPLAINT}_{what}", once, first_of_day(act.now), case.unit_id, case.id, detail=told))


def _tell(act: Act, case: _Case, words: str, text: str, button: Button) -> bool:
    say = Say(f"status.{words}", {"number": case.number, "text": text}, (button,))
    return queue_apart(act, people.owner_ids(act, case.id), Body(say=say))
