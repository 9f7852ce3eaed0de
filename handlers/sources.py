"""Lists of options that questions draw from the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from conversation.messages import Answers, Option
from handlers.obligations import sight
from services import calendar, cases, people
from services.obligations import Obligation
from services.talk import Source, Turn
from services.units import unit_options
from templates import clipped

BEGINS = 14  # characters of the request's text: a button shows no more on a phone


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
        found = turn.directory.search(query) if query else unit_options(turn.directory.units)
        return [option for option in found if option.value in mine]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        return turn.directory.name(value) if value in self._mine(turn) else None

    def _mine(self, turn: Turn) -> people.Units:
        return people.units_with(turn.grants, people.Right.FILE_VISITS, turn.directory.under)


class OwnCases:
    """The cases that this contact has filed and may add to."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        mine = cases.own(turn.act, turn.contact.id)
        return [Option(case.id, self._label(turn, case)) for case in mine if query in case.number]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        mine = cases.own(turn.act, turn.contact.id)
        return next((self._label(turn, case) for case in mine if case.id == value), None)

    def _label(self, turn: Turn, case: cases.Case) -> str:
        return " ".join(filter(None, [case.number, turn.directory.name(case.unit_id)]))


class OwedObligations:
    """What the person's own units owe now, first due first, labelled by the number's end and what is asked."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        owed = sight.owed_now(turn)
        units = len({obligation.unit_id for obligation in owed}) > 1
        wanted = query.casefold()
        found = [
            obligation
            for obligation in owed
            if wanted in f"{obligation.number} {self._label(turn, obligation, units)}".casefold()
        ]
        return [Option(obligation.id, self._label(turn, obligation, units)) for obligation in found]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        return next((option.label for option in self.options(turn, "", answers) if option.value == value), None)

    def _label(self, turn: Turn, obligation: Obligation, units: bool) -> str:
        told = clipped(obligation.begins, BEGINS)
        return " ".join(
            filter(None, [obligation.number[-4:], told, turn.directory.name(obligation.unit_id) if units else ""])
        )


class LaterDays:
    """Days that a unit may ask for: some working days after the deadline, or after today where it has passed."""

    AHEAD = (3, 5, 10)  # working days

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        due = datetime.fromisoformat(answers["_due"]).date()
        own = calendar.own_days(turn.act)
        first = max(due, turn.now.date())
        return [Option(calendar.workday_after(first, ahead, own).isoformat()) for ahead in self.AHEAD]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        return None


SOURCES: dict[str, Source] = {
    "units": Units(),
    "windows": Windows(),
    "own_units": OwnUnits(),
    "own_cases": OwnCases(),
    "owed_obligations": OwedObligations(),
    "later_days": LaterDays(),
}
