"""Lists of options that questions draw from the database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from conversation.messages import Answers, Option
from handlers import told
from handlers.cases.status import about
from handlers.obligations import sight
from services import calendar, cases, people
from services.foundation.matching import fits
from services.obligations import Obligation
from services.talk import Source, Turn
from templates import clipped

BEGINS = 14  # characters of the request's text: a button shows no more on a phone


class Unmatched:
    """A list in which nothing comes near a search that fits nothing: numbers, days."""

    def nearest(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        return ()


class Units:
    """Every unit and window, searched by name, pinyin, initials or English; the office itself stands at the end."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        office = Option(cases.OFFICE_ITSELF, self._office(turn))
        called = turn.spoken("complaint", "office", Option("called"))
        return [*turn.directory.search(query), *[office] * fits(query, f"{office.label} {called}")]

    def nearest(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        return turn.directory.nearest(query)

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        return self._office(turn) if value == cases.OFFICE_ITSELF else turn.directory.name(value)

    def _office(self, turn: Turn) -> str:
        return turn.spoken("complaint", "office", Option("itself"))


class Windows:
    """The windows and sections of the unit that was chosen, by their own names."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        windows = turn.directory.windows(answers.get("unit"))
        return self._of(windows, turn.directory.search(query)) if query else windows

    def nearest(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        return self._of(turn.directory.windows(answers.get("unit")), turn.directory.nearest(query))

    def _of(self, windows: Sequence[Option], found: Sequence[Option]) -> list[Option]:
        known = {window.value: window for window in windows}
        return [known[option.value] for option in found if option.value in known]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        unit = turn.directory.get(value)
        return turn.directory.own_name(unit) if unit and unit.parent_id == answers.get("unit") else None


class OwnUnits:
    """The units that somebody is appointed to look at (R10)."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        return self._mine(turn, turn.directory.search(query) if query else turn.directory.options(turn.directory.units))

    def nearest(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        return self._mine(turn, turn.directory.nearest(query))

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        return turn.directory.name(value) if value in self._ids(turn) else None

    def _mine(self, turn: Turn, found: Sequence[Option]) -> list[Option]:
        mine = self._ids(turn)
        return [option for option in found if option.value in mine]

    def _ids(self, turn: Turn) -> people.Units:
        return people.units_with(turn.grants, people.Right.FILE_VISITS, turn.directory.under)


class OwnCases(Unmatched):
    """The cases that this contact has filed and may add to."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        mine = [Option(case.id, self._label(turn, case)) for case in cases.own(turn.act, turn.contact.id)]
        return [option for option in mine if fits(query, option.label or "")]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        case = cases.own_case(turn.act, turn.contact.id, value)
        return self._label(turn, case) if case else None

    def _label(self, turn: Turn, case: cases.Case) -> str:
        return " ".join(filter(None, [case.number, about(turn, case)]))


class OwedObligations(Unmatched):
    """What the person's own units owe now, first due first, labelled by the number's end and what is asked."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        owed = sight.owed_now(turn)
        units = len({obligation.unit_id for obligation in owed}) > 1
        labels = {obligation.id: self._label(turn, obligation, units) for obligation in owed}
        return [
            Option(obligation.id, labels[obligation.id])
            for obligation in owed
            if fits(query, f"{obligation.number} {labels[obligation.id]}")
        ]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        return next((option.label for option in self.options(turn, "", answers) if option.value == value), None)

    def _label(self, turn: Turn, obligation: Obligation, units: bool) -> str:
        told = clipped(obligation.begins, BEGINS)
        return " ".join(
            filter(None, [obligation.number[-4:], told, turn.directory.name(obligation.unit_id) if units else ""])
        )


class Places(Unmatched):
    """Where words that answer no question may belong: a complaint about what they name, an answer, an addition."""

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        """An answer only where the office waits for it, first to what it has asked; an addition only to a report."""
        if query:
            return ()
        owed, filed = sight.owed_now(turn), cases.own(turn.act, turn.contact.id)
        told_of = told.options(turn, answers["_told"])
        values = (*told.OBLIGATION_PLACES * bool(owed), "complaint", *["addition"] * bool(filed), "question")
        return [*told.answers_to(turn, filed), *told_of, *map(Option, values)]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        found = next((option for option in self.options(turn, "", answers) if option.value == value), None)
        return found and (found.label or turn.spoken("placing", "place", found))


class LaterDays(Unmatched):
    """Days that a unit may ask for: so many working days after the deadline, or after today where it has passed."""

    AHEAD = (3, 5, 10)  # working days

    def options(self, turn: Turn, query: str, answers: Answers) -> Sequence[Option]:
        due = datetime.fromisoformat(answers["_due"]).date()
        own = calendar.own_days(turn.act)
        first = max(due, turn.now.date())
        ahead = [int(query)] if query else self.AHEAD
        return [Option(calendar.workday_after(first, one, own).isoformat()) for one in ahead]

    def label(self, turn: Turn, value: str, answers: Answers) -> str | None:
        return None


SOURCES: dict[str, Source] = {
    "units": Units(),
    "windows": Windows(),
    "own_units": OwnUnits(),
    "own_cases": OwnCases(),
    "owed_obligations": OwedObligations(),
    "later_days": LaterDays(),
    "places": Places(),
}
