"""The form of a hand-over as it is drawn: prefilled or as it was typed, with the deadline that follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from conversation.amounts import WORKING_DAYS, read_amount
from services import calendar, desk, obligations, people
from services.desk import DeskCode
from services.foundation.refusal import Refusal
from services.foundation.vault import new_id
from services.obligations import FAR, Obligation, ObligationCode, deadline, ladders, last_day, way_to_head
from web.site.frame import Frame

OF_CASE, WITHOUT_CASE = "complaint", "instruction"
FIELDS = ("unit", "kind", "text", "days", "date")
CONFIRMED = ("sure", "again", "telling")  # hidden fields: what was looked at a second time, and is asked about no more
ITEM = "item"  # a hidden field: the item of the case that is handed over, if it is one
TOLD = ("hand", "hand_sms", "hand_sms_later", "hand_unreached")  # of `told_by`: what was done, and how that was told
DUE_WRONG = ("due_wanted", "due_past", "due_far", "no_date")  # problems shown beside the field of a deadline


@dataclass(frozen=True)
class Limit:
    """The deadline that the form's fields come to."""

    at: datetime | None = None
    works: bool = True  # whether offices work on that day
    next: date | None = None  # the working day that follows on a day on which they do not
    provisional: bool = False  # whether it lies in a year whose holidays are not announced
    far: int = 0  # working days until then, if there are more than FAR
    problem: str = ""  # why there is no deadline


@dataclass(frozen=True)
class HandForm:
    typed: Mapping[str, str]  # by FIELDS, CONFIRMED and ITEM; a text that was not typed yet is missing
    kinds: Sequence[str]
    limit: Limit
    problem: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)  # what the words of the problem name
    chosen: str = ""  # the unit that was chosen; one without a head gives way in `typed` to the one that answers for it
    owing: Sequence[Obligation] = field(default=())  # what was handed over already because of this report
    last: date | None = None  # the last day that a deadline can be on
    number: str = field(default_factory=new_id)  # the number of this form, for `services.foundation.once`


def limit_of(sent: Mapping[str, str]) -> tuple[date | None, int | None]:
    """The date and the working days as typed; a date wins.

    None for an invalid number of days. Raises Refusal as `due_day`.
    """
    due, days = due_day(sent), sent.get("days", "").strip()
    return due, read_amount(days, WORKING_DAYS) if due is None else None


def due_day(sent: Mapping[str, str]) -> date | None:
    """The date as typed; None for an empty field. Raises Refusal: no_date."""
    typed = sent.get("date", "").strip()
    try:
        return date.fromisoformat(typed) if typed else None
    except ValueError:
        raise Refusal(ObligationCode.NO_DATE) from None


def typed_of(sent: Mapping[str, str]) -> dict[str, str]:
    return {name: sent.get(name, "") for name in (*FIELDS, *CONFIRMED, ITEM)}


async def hand_form(
    frame: Frame,
    kind: str = WITHOUT_CASE,
    *,
    unit_id: str | None = None,
    report_id: str | None = None,
    item: tuple[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    error: Refusal | None = None,
) -> HandForm:
    """The form for a report, or for none. Of the report, only its unit comes into the form.

    `item`: id and text of the item that is handed over. The text is the office's own, and is looked at once more.
    """
    now = frame.acts.clock()
    kinds = tuple(name for name, kind in frame.kinds.items() if kind.takes_subject or not report_id)
    owing = await frame.acts.at(now).read(obligations.of_subject, frame.kinds, report_id) if report_id else ()
    # What was handed over already goes to another unit this time.
    filled = dict(typed) if typed is not None else await _prefilled(frame, None if owing else unit_id, kind)
    if item and typed is None:
        filled |= {ITEM: item[0], "text": item[1]}
    limit, chosen, problem = await due_of(frame, filled), filled["unit"], error.code if error else ""
    if problem == "unit_without_head":
        filled["unit"] = await _answers_for(frame, chosen) or chosen
    return HandForm(filled, kinds, limit, problem, error.values if error else {}, chosen, owing, last_day(now))


async def look_twice(frame: Frame, sent: Mapping[str, str]) -> None:
    """Refuses a deadline that is far, or on a day off, and was not confirmed by a second look at this very day.

    Raises Refusal: due_unsure, of the field date.
    """
    limit = await due_of(frame, sent)
    if limit.at and (limit.far or not limit.works) and sent.get("sure") != limit.at.date().isoformat():
        raise Refusal(ObligationCode.DUE_UNSURE, "date")


async def look_at_words(frame: Frame, report_id: str | None, sent: Mapping[str, str]) -> None:
    """Refuses words to the unit that may give somebody away, and were not confirmed by a second look at just these.

    Raises Refusal: telling, with `found`, and `confirms`: the value of the field that confirms it.
    """
    found = await frame.acts.read(desk.telling, report_id, sent.get("text", ""))
    confirms = " · ".join(found)
    if found and sent.get("telling") != confirms:
        raise Refusal(DeskCode.TELLING, found=found, confirms=confirms)


async def due_of(frame: Frame, typed: Mapping[str, str]) -> Limit:
    """The deadline of the form's fields kind, days and date. A form without days may leave its date empty."""
    if "days" not in typed and not typed.get("date", "").strip():
        return Limit()
    ladder = ladders().get(typed.get("kind", "")) or ladders()[WITHOUT_CASE]
    try:
        due = await frame.acts.read(deadline, ladder, *limit_of(typed))
    except Refusal as error:
        return Limit(problem=error.code)
    own = await frame.acts.read(calendar.own_days)
    left = calendar.workdays_left(frame.acts.clock().date(), due.date(), own)
    provisional = await frame.acts.read(calendar.is_provisional, due.date())
    works, after = calendar.is_workday(due.date(), own), calendar.workday_after(due.date(), 1, own)
    offered = None if works or after > last_day(frame.acts.clock()) else after
    return Limit(due, works, offered, provisional, left if left > FAR else 0)


async def told_by(frame: Frame, act: str, unit_id: str, kind: str) -> str:
    """The code of the words for how the head hears of `act`: act, act_sms, act_sms_later, act_unreached."""
    by = await frame.acts.read(way_to_head, unit_id, kind, frame.ways)
    return act if by == people.CHAT else f"{act}_{by}"


async def _prefilled(frame: Frame, unit_id: str | None, kind: str) -> dict[str, str]:
    """The form's first values, with the case's own unit or the one that answers for it."""
    unit = await _answers_for(frame, unit_id)
    return {"unit": unit, "kind": kind, "days": str(ladders()[kind].working_days), "date": ""}


async def _answers_for(frame: Frame, unit_id: str | None) -> str:
    """The unit that answers for this one: itself; for a window without a head, the nearest above that has one."""
    directory = frame.directory()
    chain, unit = [], directory.get(unit_id)
    while unit is not None:
        chain.append(unit.id)
        unit = directory.get(unit.parent_id)
    heads = await frame.acts.read(people.heads_of, chain) if chain else {}
    return next((one for one in chain if one in heads), chain[0] if chain else "")
