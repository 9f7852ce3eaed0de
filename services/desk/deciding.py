"""What the office does with a case: ask, accept, decline, answer; and with a visit: note that it was read.

Entry, audit event and message are one transaction.

Every call brings `seen`, what the page saw. A case that has moved since, because another clerk decided or the citizen
added something, is refused with `changed`: nobody decides on what they have not read, and nothing is said twice.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, exists, insert, select, update

from conversation.messages import Body, Button, Say
from models.tables import cases, entries, obligations, visits
from services import audit, reports
from services.cases import ACCEPTED, COMPLAINT, DECLINED, QUESTION, RECEIVED
from services.deliveries import queue_for
from services.desk.values import ANSWERED, SHORTEST_REASON
from services.foundation.happenings import Happening, record
from services.foundation.history import unmoved
from services.foundation.refusal import NotDone
from services.vault import Vault, new_id
from services.visits import NOTED
from services.wording import worded

Ring = Set[tuple[str, str]]  # for whom something was queued; empty when no account of the citizen can be reached


@dataclass(frozen=True)
class _Case:
    id: str
    number: str
    kind: str
    state: str
    unit_id: str | None


def ask(tx: Connection, vault: Vault, now: datetime, clerk: str, case_id: str, seen: str, text: str) -> Ring:
    """Asks the citizen something. Raises NotDone: gone, changed, text_wanted, text_too_long."""
    case, text = _locked(tx, case_id, seen), worded(text)
    _note(tx, now, clerk, case, "question", text, "question_asked")
    return _tell(tx, vault, now, case, "asked", text, Button(f"/add {case.id}", words="answer"))


def accept(tx: Connection, vault: Vault, now: datetime, clerk: str, case_id: str, seen: str, text: str) -> Ring:
    """Takes a complaint on; a word is optional. Raises NotDone: gone, changed, decided, text_too_long."""
    case, text = _undecided(tx, case_id, seen), worded(text, 0)
    return _accepted(tx, vault, now, clerk, case, text)


def decline(tx: Connection, vault: Vault, now: datetime, clerk: str, case_id: str, seen: str, text: str) -> Ring:
    """Turns a complaint down; the reason reaches the citizen. Raises NotDone: also reason_wanted."""
    case, text = _undecided(tx, case_id, seen), worded(text, SHORTEST_REASON, "reason_wanted")
    _decide(tx, now, case, DECLINED)
    _happened(tx, now, case, DECLINED, case.id)
    _note(tx, now, clerk, case, "decision", text, "case_declined")
    return _tell(tx, vault, now, case, "declined", text, Button(f"/add {case.id}", words="add"))


def answer(tx: Connection, vault: Vault, now: datetime, clerk: str, case_id: str, seen: str, text: str) -> Ring:
    """Answers a question, or an accepted complaint about which no unit owes anything (C06): one that was handed over is
    answered with the last of its duties (`conclude`). Raises NotDone: gone, changed, text_wanted, text_too_long."""
    case, text = _locked(tx, case_id, seen), worded(text)
    if case.kind != QUESTION and (case.state != ACCEPTED or _owes(tx, case.id)):
        raise NotDone("gone")
    return _answered(tx, vault, now, clerk, case, text)


def take_on(tx: Connection, vault: Vault, now: datetime, clerk: str, report_id: str, seen: str) -> Ring:
    """A report that is handed to a unit: by it an undecided complaint is accepted, and a spot check noted (S03).

    An empty `seen` asks for no guard. Raises NotDone: gone, changed, decided (it was declined).
    """
    visit = _visit(tx, report_id)
    if visit is not None:
        if seen:
            unmoved(tx, report_id, visit.state, seen)
        if visit.state == RECEIVED:
            _noted(tx, now, clerk, visit)
        return frozenset()
    case = _locked(tx, report_id, seen) if seen else _held(tx, report_id)
    if case.state == DECLINED:
        raise NotDone("decided")
    if (case.kind, case.state) != (COMPLAINT, RECEIVED):
        return frozenset()
    return _accepted(tx, vault, now, clerk, case, "")


def conclude(tx: Connection, vault: Vault, now: datetime, clerk: str, case_id: str, text: str) -> Ring:
    """Answers the citizen once the unit has answered the office (C06). Raises NotDone: gone, text_wanted, …"""
    case, text = _held(tx, case_id), worded(text)
    return _answered(tx, vault, now, clerk, case, text)


def note(tx: Connection, vault: Vault, now: datetime, clerk: str, visit_id: str, seen: str, text: str) -> Ring:
    """Marks a spot check as read by the office; nobody is told. Raises NotDone: gone, changed, decided."""
    visit = _visit(tx, visit_id)
    if visit is None:
        raise NotDone("gone")
    unmoved(tx, visit_id, visit.state, seen)
    if visit.state != RECEIVED:
        raise NotDone("decided")
    _noted(tx, now, clerk, visit)
    return frozenset()


def _visit(tx: Connection, visit_id: str) -> Any:
    columns = visits.c.id, visits.c.number, visits.c.state
    return tx.execute(select(*columns).where(visits.c.id == visit_id).with_for_update()).first()


def _noted(tx: Connection, now: datetime, clerk: str, visit: Any) -> None:
    tx.execute(update(visits).where(visits.c.id == visit.id).values(state=NOTED))
    audit.append(tx, now, clerk, "visit_noted", visit.id, {"number": visit.number})


def _accepted(tx: Connection, vault: Vault, now: datetime, clerk: str, case: _Case, text: str) -> Ring:
    _decide(tx, now, case, ACCEPTED)
    _happened(tx, now, case, ACCEPTED, case.id)
    _note(tx, now, clerk, case, "decision", text, "case_accepted")
    return _tell(tx, vault, now, case, "accepted", text, Button(f"/status {case.id}", words="see_status"))


def _answered(tx: Connection, vault: Vault, now: datetime, clerk: str, case: _Case, text: str) -> Ring:
    _decide(tx, now, case, ANSWERED)
    entry_id = _note(tx, now, clerk, case, "answer", text, f"{case.kind}_answered")
    _happened(tx, now, case, ANSWERED, entry_id)  # handed over once more, it is answered once more
    return _tell(tx, vault, now, case, "answered", text, Button(f"/add {case.id}", words="add"))


def _owes(tx: Connection, case_id: str) -> bool:
    unsettled = exists().where(obligations.c.subject_id == case_id, obligations.c.settled_at.is_(None))
    return bool(tx.execute(select(unsettled)).scalar())


def _locked(tx: Connection, case_id: str, seen: str) -> _Case:
    case = _held(tx, case_id)
    unmoved(tx, case_id, case.state, seen)
    return case


def _held(tx: Connection, case_id: str) -> _Case:
    columns = cases.c.id, cases.c.number, cases.c.kind, cases.c.state, cases.c.unit_id
    row = tx.execute(select(*columns).where(cases.c.id == case_id).with_for_update()).first()
    if row is None:
        raise NotDone("gone")
    return _Case(*row)


def _undecided(tx: Connection, case_id: str, seen: str) -> _Case:
    case = _locked(tx, case_id, seen)
    if case.kind != COMPLAINT:
        raise NotDone("gone")
    if case.state != RECEIVED:
        raise NotDone("decided")
    return case


def _decide(tx: Connection, now: datetime, case: _Case, state: str) -> None:
    tx.execute(update(cases).where(cases.c.id == case.id).values(state=state, decided_at=now))


def _note(tx: Connection, now: datetime, clerk: str, case: _Case, kind: str, text: str, action: str) -> str:
    entry_id = new_id()
    tx.execute(insert(entries).values(id=entry_id, subject_id=case.id, kind=kind, text=text, at=now))
    audit.append(tx, now, clerk, action, case.id, {"number": case.number})
    return entry_id


def _happened(tx: Connection, now: datetime, case: _Case, what: str, once: str) -> None:
    """A question is to the office, and says nothing of a unit."""
    if case.kind == COMPLAINT:
        told = {"number": case.number}
        record(tx, Happening(f"{COMPLAINT}_{what}", once, now, case.unit_id, case.id, detail=told))


def _tell(tx: Connection, vault: Vault, now: datetime, case: _Case, words: str, text: str, button: Button) -> Ring:
    say = Say(f"status.{words}", {"number": case.number, "text": text}, (button,))
    return queue_for(tx, vault, now, reports.owner_ids(tx, vault, case.id), Body(say=say))
