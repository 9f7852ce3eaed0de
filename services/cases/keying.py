"""Cases that a clerk enters for somebody: calls, letters, petitions, from every source into one table (C01-C03)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from models.database import is_new
from models.tables import cases, intakes
from services import calendar, people
from services.calendar import PRIORITIES, SOURCES, Limits
from services.cases.codes import KeyingCode
from services.cases.confining import OFFICE_ITSELF, is_shown
from services.cases.filing import CATEGORIES, LONGEST_TEXT, Case, file, promised
from services.cases.life import COMPLAINT, OPINION, QUESTION
from services.foundation import audit
from services.foundation.act import Act
from services.foundation.folding import plain
from services.foundation.phones import callback
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import new_id
from services.foundation.wording import readable

KINDS = (COMPLAINT, QUESTION, OPINION)
# The fields in their order: those of the form, and the columns of a sheet.
FIELDS = ("source", "number", "arrived", "kind", "unit", "category", "priority", "text", "happened", "name", "phone")
PLAIN = "plain"  # said of a case without a priority of its own
LONGEST_NUMBER, LONGEST_NAME = 40, 50
_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]0{1,2}:00(?::00)?)?|(\d{4})(\d{2})(\d{2})")


@dataclass(frozen=True)
class Keyed:
    """A case as a clerk enters it. `number`, `arrived_on`: the source's own number, and the day it came in there."""

    source: str
    kind: str
    what: str
    unit_id: str | None = None
    category: str | None = None
    happened: str | None = None
    name: str | None = None
    phone: str | None = None
    number: str | None = None
    arrived_on: date | None = None
    priority: str | None = field(default=None, repr=False, compare=False)  # it makes no other case of the same thing


@dataclass(frozen=True)
class Intake:
    """What only a case has that was entered by a clerk."""

    number: str | None
    arrived_on: date | None
    phoned: bool


@dataclass
class _Reading:
    """Reads typed fields one by one and notes what is wrong in each."""

    typed: Mapping[str, str]
    wrong: dict[str, str] = field(default_factory=dict)  # code by field

    def words(self, name: str, most: int, code: str) -> str:
        said = readable(self.typed.get(name, ""))
        if len(said) > most:
            self.wrong[name] = code
        return said

    def choice(self, name: str, known: Container[str], code: str, *, wanted: bool = True) -> str | None:
        chosen = self.typed.get(name, "").strip()
        if chosen in known:
            return chosen
        if chosen or wanted:
            self.wrong[name] = code
        return None

    def day(self, name: str, today: date) -> date | None:
        """A day that is not ahead, as forms and sheets write it."""
        typed = unicodedata.normalize("NFKC", self.typed.get(name, "")).strip()
        found = _DAY.fullmatch(typed)
        try:
            day = date(*(int(part) for part in found.groups() if part)) if found else None
        except ValueError:
            day = None
        if typed and (day is None or not 2000 <= day.year <= 2100):
            self.wrong[name] = KeyingCode.DAY_WRONG
        elif day and day > today:
            self.wrong[name] = KeyingCode.DAY_AHEAD
        return day


def read_keyed(typed: Mapping[str, str], units: Collection[str], today: date) -> tuple[Keyed | None, Mapping[str, str]]:
    """The case that `FIELDS` describe, or None; and by field the code of what is wrong with it.

    No unit means that whoever complained did not know it; OFFICE_ITSELF is one too. A complaint needs a category.
    """
    reading = _Reading(typed)
    what = reading.words("text", LONGEST_TEXT, Common.TEXT_TOO_LONG)
    if len(what) < 2:
        reading.wrong["text"] = Common.TEXT_WANTED
    kind = reading.choice("kind", KINDS, KeyingCode.KIND_WANTED)
    phone = readable(typed.get("phone", ""))
    dialled = callback(phone) if phone else None
    if phone and dialled is None:
        reading.wrong["phone"] = KeyingCode.PHONE_WRONG
    happened, arrived = reading.day("happened", today), reading.day("arrived", today)
    if happened and arrived and arrived < happened:
        reading.wrong["arrived"] = KeyingCode.ARRIVED_EARLY
    priority = reading.choice("priority", (*PRIORITIES, PLAIN), KeyingCode.PRIORITY_UNKNOWN, wanted=False)
    keyed = Keyed(
        reading.choice("source", SOURCES, KeyingCode.SOURCE_WANTED) or "",
        kind or "",
        what,
        reading.choice("unit", {*units, OFFICE_ITSELF}, KeyingCode.UNIT_UNKNOWN, wanted=False),
        reading.choice("category", CATEGORIES, KeyingCode.CATEGORY_WANTED, wanted=kind == COMPLAINT),
        happened.isoformat() if happened else None,
        reading.words("name", LONGEST_NAME, KeyingCode.NAME_TOO_LONG) or None,
        dialled,
        reading.words("number", LONGEST_NUMBER, KeyingCode.NUMBER_TOO_LONG) or None,
        arrived,
        priority if priority != PLAIN else None,
    )
    ordered = {name: reading.wrong[name] for name in FIELDS if name in reading.wrong}
    return (None if ordered else keyed), ordered


def same(keyed: Keyed) -> str:
    """What two entries of the same thing share: source and number, else everything that was said."""
    if keyed.number:
        return f"{keyed.source}\0{''.join(plain(keyed.number).split())}"
    return repr(keyed)


def mark(act: Act, keyed: Keyed) -> str:
    """A keyed hash of what two entries of the same thing share."""
    return act.vault.index(same(keyed), "intake")


def intake(act: Act, keyed: Keyed) -> dict[str, Any]:
    """The row by which a case is known that a clerk enters; its id is the new case's."""
    noted = {"number": keyed.number, "arrived_on": keyed.arrived_on, "phoned": keyed.phone is not None}
    return {"id": new_id(), **noted, "mark": mark(act, keyed)}


def key_in(act: Act, keyed: Keyed, limits: Limits | None = None, again: str = "") -> tuple[Case, str]:
    """Enters a case; returns it and the receipt code, which can be told this once and is kept nowhere.

    Limits count from now, not from the day at the source. `again`: the number of the newest report that is the same in
    every field, if this one came besides. Raises Refusal: keyed_already (the source's number is known), keyed_alike,
    both with `id` and `report` (the number) of the one that is there, empty where whoever enters it may not see that.
    """
    row = intake(act, keyed)
    row["mark"], like = _free_mark(act, row["mark"])
    if (like and (keyed.number or like.number != again)) or not is_new(act.tx, intakes, row):
        like = like or act.tx.execute(entered_as(row["mark"])).one()
        code = KeyingCode.KEYED_ALREADY if keyed.number else KeyingCode.KEYED_ALIKE
        told = {"id": like.id, "report": like.number} if is_shown(act, like.id) else {"id": "", "report": ""}
        raise Refusal(code, "number", **told)
    return enter(act, keyed, row, limits or calendar.limits())


def enter(act: Act, keyed: Keyed, row: Mapping[str, Any], limits: Limits) -> tuple[Case, str]:
    """Files the case of an `intake` that has been written."""
    act.wrote(intakes, row)
    values = {
        "source": keyed.source,
        "kind": keyed.kind,
        "what": keyed.what,
        "unit_id": keyed.unit_id,
        "category": keyed.category,
        "happened": keyed.happened,
        "named": bool(keyed.name or keyed.phone),
        "priority": keyed.priority,
    }
    case = file(act, values, case_id=row["id"])
    receipt = people.keep_identity(act, case.id, None, {"name": keyed.name, "phone": keyed.phone}, receipt=True)
    told = {"priority": keyed.priority} if keyed.priority else {}
    audit.append(act, "case_keyed_in", case.id, {"number": case.number, "source": keyed.source, **told})
    return promised(act, case, limits.of(keyed.source, keyed.priority)), receipt or ""


def entered_as(*marks: str) -> Select[*tuple[Any, ...]]:
    """Mark, id and number of the cases that were entered with these marks."""
    return _FIRST.where(intakes.c.mark.in_(marks))


def _free_mark(act: Act, found: str) -> tuple[str, Any]:
    """The mark that this entry gets, and the newest case that is the same: each further one's mark is made of that."""
    like = None
    while (row := act.tx.execute(entered_as(found)).first()) is not None:
        found, like = act.vault.index(f"{found}\0{row.number}", "intake"), row
    return found, like


def intake_of(act: Act, case_id: str) -> Intake | None:
    """What a clerk noted who entered the case; None for one that its citizen has sent."""
    row = act.tx.execute(select(intakes).where(intakes.c.id == case_id)).first()
    return Intake(row.number, row.arrived_on, row.phoned) if row else None


_FIRST = select(intakes.c.mark, cases.c.id, cases.c.number).join_from(intakes, cases, cases.c.id == intakes.c.id)
