"""Lists of options that questions draw from the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from conversation.messages import Answers, Option
from handlers import duty_sight
from services import calendar, cases, directory, workdays
from services.journeys import Source, Turn
from services.obligations import Duty
from services.people import rights
from templates import clipped

BEGINS = 14  # characters of what is asked: a button shows no more on a phone


class Units:
    """Every unit and window, searched by name, pinyin or initials."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        return turn.directory.search(query)

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        return turn.directory.name(value)


class Windows:
    """The windows and sections of the unit that was chosen."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        below = turn.directory.below(answers.get("unit"))
        return [Option(unit.id, unit.name) for unit in below if query.casefold() in unit.name.casefold()]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        unit = turn.directory.get(value)
        return unit.name if unit and unit.parent_id == answers.get("unit") else None


class OwnUnits:
    """The units that somebody is appointed to look at (R10)."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        mine = self._mine(turn)
        found = turn.directory.search(query) if query else directory.options(turn.directory.units)
        return [option for option in found if option.value in mine]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        return turn.directory.name(value) if value in self._mine(turn) else None

    def _mine(self, turn: Turn) -> rights.Units:
        return rights.units_with(turn.grants, rights.Right.FILE_VISITS, turn.directory.under)


class OwnCases:
    """What this contact has filed and may add to."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        mine = cases.own(turn.tx, turn.vault, turn.contact.id)
        return [Option(case.id, self._label(turn, case)) for case in mine if query in case.number]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        mine = cases.own(turn.tx, turn.vault, turn.contact.id)
        return next((self._label(turn, case) for case in mine if case.id == value), None)

    def _label(self, turn: Turn, case: cases.Case) -> str:
        return " ".join(filter(None, [case.number, turn.directory.name(case.unit_id)]))


class OwedDuties:
    """What the person's own units owe now, first due first: by the end of the number and what is asked."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        owed = duty_sight.owed(turn)
        units = len({duty.unit_id for duty in owed}) > 1
        wanted = query.casefold()
        found = [duty for duty in owed if wanted in f"{duty.number} {self._label(turn, duty, units)}".casefold()]
        return [Option(duty.id, self._label(turn, duty, units)) for duty in found]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        return next((option.label for option in self.options(turn, "", answers) if option.value == value), None)

    def _label(self, turn: Turn, duty: Duty, units: bool) -> str:
        told = clipped(duty.begins, BEGINS)
        return " ".join(filter(None, [duty.number[-4:], told, turn.directory.name(duty.unit_id) if units else ""]))


class LaterDays:
    """Days that a unit may ask for: some working days after the deadline, or after today where it has passed."""

    AHEAD = (3, 5, 10)  # working days

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        due = datetime.fromisoformat(answers["_due"]).date()
        own = calendar.own_days(turn.tx)
        first = max(due, turn.now.date())
        return [Option(workdays.after(first, ahead, own).isoformat()) for ahead in self.AHEAD]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        return None


SOURCES: dict[str, Source] = {
    "units": Units(), "windows": Windows(), "own_units": OwnUnits(), "own_cases": OwnCases(),
    "owed_duties": OwedDuties(), "later_days": LaterDays(),
}  # fmt: skip
