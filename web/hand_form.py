"""The form of a hand-over as it is drawn: prefilled or as it was typed, with the deadline that follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from services import calendar, contacts, obligations
from services.desk import NotDone
from services.obligations import Duty
from services.obligations.handing import deadline
from services.obligations.ladder import ladders
from services.workdays import is_workday
from web.filters import a_day
from web.house import House

OF_CASE, WITHOUT_CASE = "complaint", "instruction"
FIELDS = ("unit", "kind", "text", "days", "date")


@dataclass(frozen=True)
class HandForm:
    typed: Mapping[str, str]  # unit, kind, text, days, date; a text that was not typed yet is missing
    kinds: Sequence[str]
    due: datetime | None = None  # what days or date come to
    works: bool = True  # whether offices work on that day
    problem: str = ""
    duties: Sequence[Duty] = field(default=())  # what follows from this case already


def limit_of(sent: Mapping[str, str]) -> tuple[date | None, int | None]:
    """Date and working days as typed; a date wins. None for what is none."""
    due, days = a_day(sent.get("date", "").strip()), sent.get("days", "").strip()
    return due, int(days) if due is None and days.isascii() and days.isdigit() and len(days) < 5 else None


def typed_of(sent: Mapping[str, str]) -> dict[str, str]:
    return {name: sent.get(name, "") for name in FIELDS}


async def hand_form(
    house: House, *, unit_id: str | None = None, case_id: str | None = None, typed: Mapping[str, str] | None = None,
    problem: str = "",
) -> HandForm:  # fmt: skip
    """For a case, or for none. Nothing of the case but its unit comes into the form."""
    now, kinds = house.clock(), tuple(ladders())
    filled = (
        dict(typed) if typed is not None else await _prefilled(house, unit_id, OF_CASE if case_id else WITHOUT_CASE)
    )
    due, works, wrong = await due_of(house, filled)
    duties = await house.database.read(obligations.of_case, now, case_id) if case_id else ()
    beside = problem or (wrong if typed is not None and wrong == "due_past" else "")
    return HandForm(filled, kinds, due, works, beside, duties)


async def due_of(house: House, typed: Mapping[str, str]) -> tuple[datetime | None, bool, str]:
    """The deadline, whether offices work on its day, and what is wrong with it."""
    ladder = ladders().get(typed.get("kind", "")) or ladders()[WITHOUT_CASE]
    day, days = limit_of(typed)
    try:
        due = await house.database.read(deadline, house.clock(), ladder, day, days)
    except NotDone as error:
        return None, True, error.code
    own = await house.database.read(calendar.own_days)
    return due, is_workday(due.date(), own), ""


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
