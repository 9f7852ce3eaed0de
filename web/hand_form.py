"""The form of a hand-over as it is drawn: prefilled or as it was typed, with the deadline that follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services import calendar, contacts, obligations, reach, workdays
from services.desk import NotDone
from services.obligations import Duty
from services.obligations.handing import LONGEST_LIMIT, deadline
from services.obligations.ladder import FAR, FARTHEST_YEARS, ladders
from web.house import House

OF_CASE, WITHOUT_CASE = "complaint", "instruction"
FIELDS = ("unit", "kind", "text", "days", "date")
TOLD = ("hand", "hand_sms", "hand_sms_later", "hand_unreached")  # of `told_by`: what was done, and how it was told
DUE_WRONG = ("due_wanted", "due_past", "due_far", "no_date")  # told beside the field of a deadline


@dataclass(frozen=True)
class HandForm:
    typed: Mapping[str, str]  # unit, kind, text, days, date; a text that was not typed yet is missing
    kinds: Sequence[str]
    due: datetime | None = None  # what days or date come to
    works: bool = True  # whether offices work on that day
    far: int = 0  # working days until then, where they are more than FAR
    problem: str = ""
    duties: Sequence[Duty] = field(default=())  # what follows from this report already
    last: date | None = None  # that a deadline can be on
    longest: int = LONGEST_LIMIT  # working days
    due_wrong: Sequence[str] = DUE_WRONG


def limit_of(sent: Mapping[str, str], now: datetime) -> tuple[date | None, int | None]:
    """Date and working days as typed; a date wins. None for working days that are none. Raises NotDone as `due_day`."""
    due, days = due_day(sent, now), sent.get("days", "").strip()
    return due, int(days) if due is None and days.isascii() and days.isdigit() and len(days) < 5 else None


def due_day(sent: Mapping[str, str], now: datetime) -> date | None:
    """The date as typed, None for an empty field. Raises NotDone: no_date, due_past, due_far."""
    typed = sent.get("date", "").strip()
    if not typed:
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        raise NotDone("no_date") from None
    if day < now.date():
        raise NotDone("due_past")
    if day > last_day(now):
        raise NotDone("due_far")
    return day


def last_day(now: datetime) -> date:
    """The last one that a deadline can be on."""
    return date(now.year + FARTHEST_YEARS, 12, 31)


def typed_of(sent: Mapping[str, str]) -> dict[str, str]:
    return {name: sent.get(name, "") for name in FIELDS}


async def hand_form(
    house: House, kind: str = WITHOUT_CASE, *, unit_id: str | None = None, report_id: str | None = None,
    typed: Mapping[str, str] | None = None, problem: str = "",
) -> HandForm:  # fmt: skip
    """For a report, or for none. Nothing of the report but its unit comes into the form."""
    now, kinds = house.clock(), tuple(ladders())
    filled = dict(typed) if typed is not None else await _prefilled(house, unit_id, kind)
    due, works, far, wrong = await due_of(house, filled)
    duties = await house.database.read(obligations.of_report, now, report_id) if report_id else ()
    beside = problem or (wrong if typed is not None and wrong != "due_wanted" else "")
    return HandForm(filled, kinds, due, works, far, beside, duties, last_day(now))


async def look_twice(house: House, sent: Mapping[str, str]) -> None:
    """Raises NotDone: due_unsure, for a far deadline that was not confirmed by a second look at this very day."""
    due, _, far, _ = await due_of(house, sent)
    if due and far and sent.get("sure") != due.date().isoformat():
        raise NotDone("due_unsure")


async def due_of(house: House, typed: Mapping[str, str]) -> tuple[datetime | None, bool, int, str]:
    """The deadline, whether offices work on its day, the working days of a far one, and what is wrong with it."""
    ladder = ladders().get(typed.get("kind", "")) or ladders()[WITHOUT_CASE]
    try:
        day, days = limit_of(typed, house.clock())
        due = await house.database.read(deadline, house.clock(), ladder, day, days)
    except NotDone as error:
        return None, True, 0, error.code
    own = await house.database.read(calendar.own_days)
    left = workdays.left(house.clock().date(), due.date(), own)
    return due, workdays.is_workday(due.date(), own), left if left > FAR else 0, ""


async def told_by(house: House, act: str, unit_id: str, kind: str) -> str:
    """The words for how the head hears of `act`: by chat, else by SMS (in quiet hours later), else not at all."""
    now, ladder = house.clock(), ladders().get(kind)
    if await house.database.read(reach.recipients, house.vault, now, unit_id, "head", "chat"):
        return act
    sends = house.ways is None or reach.SMS in house.ways
    if not sends or not await house.database.read(reach.takes_sms, house.vault, now, unit_id):
        return f"{act}_unreached"
    return f"{act}_sms_later" if ladder and ladder.quiet(now) else f"{act}_sms"


async def _prefilled(house: House, unit_id: str | None, kind: str) -> dict[str, str]:
    """The case's own unit; for a window without a head of its own the unit that it belongs to."""
    directory = house.directory()
    chain, unit = [], directory.get(unit_id)
    while unit is not None:
        chain.append(unit.id)
        unit = directory.get(unit.parent_id)
    heads = await house.database.read(contacts.heads_of, house.clock(), chain) if chain else {}
    nearest = next((one for one in chain if one in heads), chain[0] if chain else "")
    return {"unit": nearest, "kind": kind, "days": str(ladders()[kind].working_days), "date": ""}
