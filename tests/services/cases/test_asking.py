"""A question to the citizen: its days, the clock that stands still meanwhile, and how the case goes on in silence."""

from __future__ import annotations

import pytest

from bot.build import Program
from services import calendar, cases, desk, obligations, people
from services.cases import Step
from tests.conftest import Clock, rows
from tests.drivers.auditing import is_whole
from tests.drivers.told_units import UNIT, Office, complaint, decide, report
from tests.services.cases.test_life import contact_of

MOST = 10


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.at("2026-11-23 09:00")  # a Monday; what comes in is due on Wednesday
    made.bind("head", "head")
    return made


def ask(office: Office, case_id: str, text: str = "几号窗口？") -> str | None:
    """The day that the citizen is told."""
    decide(office, desk.ask, case_id, text)
    [told] = [one for one in office.told() if one.words == "status.asked"]
    return told.values["until"]


def adds(office: Office, case_id: str, text: str = "三号窗口") -> None:
    office.do(cases.add, contact_of(office), case_id, text, ())


def goes_on(office: Office) -> int:
    return office.do(desk.go_on_unanswered, MOST)


def due(office: Office, case_id: str) -> str:
    owed = report(office, case_id).promised
    return f"{owed.due_at:%m-%d %H:%M}{' stands' if owed.stands else ''}" if owed else "nothing"


def kinds(office: Office, case_id: str) -> list[str]:
    return [one.kind for one in report(office, case_id).said]


def overdue(office: Office) -> int:
    return office.program.acts.look(desk.counts, desk.Filters()).overdue


def test_the_clock_goes_on_with_the_days_it_had_when_the_citizen_answers(office: Office) -> None:
    case = complaint(office)
    assert due(office, case.id) == "11-25 18:00"
    assert ask(office, case.id) == "2026-11-30"  # five working days
    assert due(office, case.id) == "12-02 18:00 stands"
    office.at("2026-11-27 17:00")  # long after the first day; two were left
    assert overdue(office) == 0
    adds(office, case.id)
    assert (due(office, case.id), report(office, case.id).asked_until) == ("12-01 18:00", None)
    planned = [f"{row['due_at']:%m-%d}" for row in rows(office.program, "reminders") if not row["fired_at"]]
    assert sorted(planned) == ["11-30", "12-01", "12-02"]
    office.at("2026-12-01 10:00")
    assert goes_on(office) == 0
    assert is_whole(office.program)


def test_in_silence_the_case_goes_on_and_a_later_answer_is_kept(office: Office) -> None:
    clerk = office.do(people.add_person, "某人", [people.Grant(people.Role.CLERK, None)])
    office.do(people.ensure_contact, "fake", "clerk", "zh", clerk)
    case = complaint(office)
    ask(office, case.id)
    office.at("2026-11-30 16:00")
    assert goes_on(office) == 0  # the last day is theirs
    report(office, case.id)
    office.office(desk.open_report, case.id)
    office.at("2026-12-01 09:00")
    assert (goes_on(office), goes_on(office)) == (1, 0)
    [told] = office.told()
    assert (told.to, told.words, told.values["numbers"]) == ("clerk", "status.no_reaction", [case.number])
    assert (due(office, case.id), kinds(office, case.id)) == ("12-02 18:00", ["question", Step.NO_REACTION])
    assert office.program.acts.look(desk.counts, desk.Filters()).unread == 1
    assert [one.kind for one in office.program.acts.look(cases.history, case.id)] == ["question", "no_reaction"]
    adds(office, case.id)
    assert (due(office, case.id), kinds(office, case.id)[-1]) == ("12-02 18:00", "addition")
    assert is_whole(office.program)


def test_asking_puts_off_nothing_for_ever_and_heals_nothing_that_is_late(office: Office) -> None:
    case, late = complaint(office), complaint(office, "窗口推来推去")
    ask(office, case.id)
    office.at("2026-11-26 09:00")
    assert ask(office, late.id) == "2026-12-03"
    assert (due(office, late.id), overdue(office)) == ("11-25 18:00", 1)
    assert ask(office, case.id, "还有，是几点？") == "2026-11-30"  # the wait grows no longer
    assert due(office, case.id) == "12-02 18:00 stands"
    office.at("2026-12-01 09:00")
    goes_on(office)
    assert ask(office, case.id, "您还在吗？") == "2026-12-08"
    assert due(office, case.id) == "12-02 18:00"  # nobody has said anything since: the clock runs
    adds(office, case.id)
    ask(office, case.id, "哪一位？")
    assert due(office, case.id) == "12-09 18:00 stands"


@pytest.mark.parametrize("asked", ["2026-11-25 10:00", "2026-11-25 17:59"])
def test_on_the_last_day_one_working_day_is_left_at_least(office: Office, asked: str) -> None:
    case = complaint(office)
    office.at(asked)
    ask(office, case.id)
    office.at("2026-11-28 22:00")  # a Saturday
    adds(office, case.id)
    assert due(office, case.id) == "11-30 18:00"


def test_after_the_decision_the_day_of_the_answer_stays_and_the_question_still_ends(office: Office) -> None:
    case = complaint(office)
    ask(office, case.id)
    decide(office, desk.accept, case.id, "")
    assert due(office, case.id) == "12-14 18:00"  # fifteen working days from the acceptance
    adds(office, case.id)
    ask(office, case.id)
    assert due(office, case.id) == "12-14 18:00"
    obligation = office.hand_over(working_days=3, kind="complaint", subject_id=case.id, unit_id=UNIT)
    office.answer(obligation)
    office.at("2026-12-01 09:00")
    assert goes_on(office) == 1
    assert kinds(office, case.id)[-1] == Step.NO_REACTION
    office.office(desk.call_back, obligation, office.seen(obligation), "已经道歉")
    [told] = [one for one in office.told() if one.words == "status.called_back"]
    assert told.values["until"] == "2026-12-08"
    office.decide(obligations.accept_answer, obligation, "已经办好")
    assert report(office, case.id).asked_until is None  # an answered case waits for nothing
    office.at("2026-12-20 09:00")
    assert goes_on(office) == 0


def test_without_a_number_of_days_a_question_waits_without_an_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = complaint(office)
    monkeypatch.setattr(calendar, "limits", lambda: calendar.Limits(accept=2, handle=15))
    assert ask(office, case.id) is None
    assert due(office, case.id) == "11-25 18:00"
    office.at("2027-01-05 09:00")
    assert goes_on(office) == 0
