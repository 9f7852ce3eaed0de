"""What the office does with a case: ask, accept, decline, pass on, answer and close, reopen.

Entry, audit event and message are one transaction. An act that speaks to the citizen returns whether an account of
theirs can be reached.

`pieces`: what goes to the citizen with the words, by id (`services.evidence.enclosed`, which may refuse).

Every call brings `seen`, what the page saw. A case that has changed since, because another clerk decided or the citizen
added something, is refused with `changed`: nobody decides on what they have not read, and nothing is said twice.

What is merged under a case (A42) takes each end with it, and a new day, with the same words to its own citizen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from conversation.messages import Button
from services import cases, evidence, obligations
from services.cases import (
    CaseCode,
    LockedCase,
    State,
    Step,
    ask_rating,
    held,
    merged,
    note,
    outcome_values,
    steps_from,
    take,
    tell,
)
from services.desk.appeals import appeal_button, require_answerer
from services.desk.codes import DeskCode
from services.desk.following import move_along
from services.desk.rating import rate_button
from services.desk.values import SHORTEST_REASON
from services.evidence import Enclosure
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.foundation.wording import worded


def ask(act: Act, case_id: str, seen: str, text: str, pieces: Sequence[str] = ()) -> bool:
    """Asks the citizen something. Raises Refusal: gone, changed, decided (withdrawn), text_wanted, text_too_long."""
    case, text = held(act, case_id, seen), worded(text)
    enclosed = evidence.enclosed(act, pieces)
    until = cases.ask(act, case, text, enclosed)
    promised = obligations.promised(act, [case.id]).get(case.id)
    told = {"text": text, "until": until and until.isoformat(), "stands": promised is not None and promised.stands}
    return tell(act, case, "asked", Button(f"/add {case.id}", words="answer"), enclosed=enclosed, **told)


def accept(act: Act, case_id: str, seen: str, text: str, pieces: Sequence[str] = ()) -> bool:
    """Accepts a complaint; a word is optional. Raises Refusal: gone, changed, decided, text_too_long."""
    return accepted(act, held(act, case_id, seen), worded(text, 0), evidence.enclosed(act, pieces))


def accepted(act: Act, case: LockedCase, text: str, enclosed: Sequence[Enclosure] = ()) -> bool:
    """Accepts a case that is locked. Raises Refusal: decided."""
    moved = take(act, case, Step.ACCEPT, text, enclosed)
    by = obligations.promised(act, [moved.id]).get(moved.id)
    told = {"text": text, "by": by.due_at.date().isoformat() if by else None}
    return tell(act, moved, "accepted", Button(f"/status {moved.id}", words="see_status"), enclosed=enclosed, **told)


def decline(act: Act, case_id: str, seen: str, text: str, pieces: Sequence[str] = ()) -> bool:
    """Declines a complaint; the reason reaches the citizen (A45).

    Raises Refusal: as `accept`, and reason_wanted, merged_here.
    """
    return _ended(act, case_id, seen, Step.DECLINE, text, pieces)


def refer(act: Act, case_id: str, seen: str, text: str, pieces: Sequence[str] = ()) -> bool:
    """Passes a case on to a body that is none of our units; the text says to which and how to reach it (A45).

    Raises Refusal: as `decline`.
    """
    return _ended(act, case_id, seen, Step.REFER, text, pieces)


def reopen(act: Act, case_id: str, seen: str, text: str) -> bool:
    """Takes up again what had ended: new facts, or a mistake. The reason reaches the citizen.

    It answers an appeal that waits. Raises Refusal: as `decline`, and head_wanted.
    """
    case = held(act, case_id, seen)
    require_answerer(act, case)
    text = worded(text, SHORTEST_REASON, DeskCode.REASON_WANTED)
    moved = move_along(act, take(act, case, Step.REOPEN, text, outcomes=[], recovered=None))
    by = obligations.promised(act, [moved.id]).get(moved.id)
    told = {"text": text, "by": by.due_at.date().isoformat() if by else None, "appealed": case.is_appealed}
    return tell(act, moved, "reopened", Button(f"/status {moved.id}", words="see_status"), **told)


def answer(
    act: Act,
    case_id: str,
    seen: str,
    text: str,
    outcomes: Sequence[str] = (),
    recovered: str = "",
    pieces: Sequence[str] = (),
) -> bool:
    """Answers a question, or a complaint about which no unit owes anything, and closes it (C06, C18, C19).

    A complaint that was handed over is answered with the last of its obligations (`conclude`). `recovered`: yuan, as
    typed. Raises Refusal: gone, changed, decided, merged_here, items_open, text_wanted, text_too_long, outcome_unknown,
    yuan_wrong.
    """
    case, text = _on_its_own(held(act, case_id, seen)), worded(text)
    if obligations.is_open_about(act, case.id):
        raise Refusal(CaseCode.DECIDED)
    values = outcome_values(outcomes, recovered)
    return closed(act, case, text, evidence.enclosed(act, pieces), **values)


def conclude(act: Act, case_id: str, text: str, pieces: Sequence[str] = ()) -> bool:
    """Answers the citizen once the last unit has answered the office (C06). `pieces` may be pictures of the units'.

    Raises Refusal: gone, text_wanted, …
    """
    case, text = held(act, case_id), worded(text)
    return closed(act, case, text, evidence.enclosed(act, pieces, obligations.ids_about(act, case.id)))


def closed(act: Act, case: LockedCase, text: str, enclosed: Sequence[Enclosure] = (), **values: Any) -> bool:
    """Closes a case that is locked with the answer to whoever filed it, who may rate it, and what is merged under it.

    Its items come first (C22). What was recovered is counted once. Returns whether whoever filed this one can be
    reached. Raises Refusal: decided, items_open.
    """
    with_it = merged(act, case.id)
    reached = _closed(act, case, text, enclosed, **values)
    for one in with_it:
        shared = {name: value for name, value in values.items() if name != "recovered"}
        _closed(act, one, text, _tied(enclosed), **shared)
    return reached


def _closed(act: Act, case: LockedCase, text: str, enclosed: Sequence[Enclosure], **values: Any) -> bool:
    moved = take(act, case, Step.CLOSE, text, enclosed, closed_on=act.now.date(), **values)
    cases.tell_with_pieces(act, moved)
    until = ask_rating(act, moved)
    buttons = *rate_button(moved, until is not None), Button(f"/add {moved.id}", words="add")
    items = cases.told_items(cases.items_of(act, moved.id))
    told = {"text": text, "rated": until is not None} | ({"items": items} if items else {})
    return tell(act, moved, "closed", *buttons, enclosed=enclosed, **told)


def interim(act: Act, case_id: str, seen: str, text: str, until: date | None, pieces: Sequence[str] = ()) -> bool:
    """Tells the citizen how far it is, and until when the answer takes (P-10): what the office owes moves to that day.

    Raises Refusal: gone, changed, decided (nothing is owed), text_wanted, text_too_long, due_wanted, due_past, due_far.
    """
    case, text = held(act, case_id, seen), worded(text)
    if Step.CLOSE not in steps_from(case.kind, case.state):
        raise Refusal(CaseCode.DECIDED)
    enclosed = evidence.enclosed(act, pieces)
    reached = _put_off(act, case, text, until, enclosed)
    with_it = merged(act, case.id)
    owed = obligations.promised(act, [one.id for one in with_it])
    for one in with_it:
        if one.id in owed:
            _put_off(act, one, text, until, _tied(enclosed))
    return reached


def _put_off(act: Act, case: LockedCase, text: str, until: date | None, enclosed: Sequence[Enclosure]) -> bool:
    due_at = obligations.postpone(act, case.id, until)
    note(act, case, "interim", text, enclosed=enclosed)
    told = {"text": text, "by": due_at.date().isoformat()}
    return tell(act, case, "interim", Button(f"/status {case.id}", words="see_status"), enclosed=enclosed, **told)


_ENDED: Mapping[Step, str] = {Step.DECLINE: "declined", Step.REFER: "referred"}  # by step, the words


def _ended(act: Act, case_id: str, seen: str, step: Step, text: str, pieces: Sequence[str]) -> bool:
    case = _on_its_own(held(act, case_id, seen))
    text = worded(text, SHORTEST_REASON, DeskCode.REASON_WANTED)
    enclosed = evidence.enclosed(act, pieces)
    with_it = merged(act, case.id)
    reached = _ended_one(act, case, step, text, enclosed)
    for one in with_it:
        _ended_one(act, one, step, text, _tied(enclosed))
    return reached


def _ended_one(act: Act, case: LockedCase, step: Step, text: str, enclosed: Sequence[Enclosure]) -> bool:
    moved = take(act, case, step, text, enclosed)
    buttons = Button(f"/add {moved.id}", words="add"), *(appeals := appeal_button(act, moved))
    return tell(act, moved, _ENDED[step], *buttons, enclosed=enclosed, text=text, appeals=bool(appeals))


def _tied(enclosed: Sequence[Enclosure]) -> Sequence[Enclosure]:
    """What goes out once more with the words to another citizen: it is tied to the master's words already."""
    return [replace(one, own=False) for one in enclosed]


def _on_its_own(case: LockedCase) -> LockedCase:
    """The case, which is answered by itself. Raises Refusal: merged_here, where its master is answered for it."""
    if case.state is State.MERGED:
        raise Refusal(DeskCode.MERGED_HERE)
    return case
