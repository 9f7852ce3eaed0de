"""A class of priority moves what the office owes from now on: a higher one nearer, a lower one away, nothing into the
past."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from bot.build import Program
from services import calendar, cases, desk
from services.cases import PRIORITIES, Case
from services.desk import Filters
from tests.conftest import Clock, rows
from tests.drivers.auditing import is_whole
from tests.drivers.told_units import CLERK, UNIT, Office, complaint, decide, refused, report
from tests.services.cases.test_asking import adds, ask, due, goes_on, overdue
from tests.services.cases.test_life import contact_of

WHY = "几户群众家里停暖"


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.at("2026-11-23 09:00")  # a Monday; what comes in is due on Wednesday, what is urgent on Tuesday
    return made


def classed(office: Office, case: Case, priority: str) -> Any:
    return decide(office, desk.prioritise, case.id, priority, WHY)


def told_later(office: Office) -> list[str]:
    return [one.values["by"] for one in office.told() if one.words == "status.due_later"]


def test_an_urgent_case_is_due_sooner_from_today_and_the_citizen_hears_only_of_a_later_day(office: Office) -> None:
    case = complaint(office)
    assert classed(office, case, "urgent")
    assert (due(office, case.id), told_later(office)) == ("11-24 18:00", [])
    classed(office, case, "")
    assert (due(office, case.id), told_later(office)) == ("11-25 18:00", ["2026-11-25"])
    decide(office, desk.accept, case.id, "")
    assert due(office, case.id) == "12-14 18:00"
    office.at("2026-11-30 09:00")
    classed(office, case, "urgent")
    assert (due(office, case.id), told_later(office)) == ("12-07 18:00", [])  # five days from now, not from the 23rd
    planned = [f"{row['due_at']:%m-%d}" for row in rows(office.program, "reminders") if not row["fired_at"]]
    assert max(planned) <= "12-08"
    classed(office, case, "key")
    assert (due(office, case.id), told_later(office)) == ("12-07 18:00", [])  # ten from the acceptance: not later
    classed(office, case, "")
    assert (due(office, case.id), told_later(office)) == ("12-14 18:00", ["2026-12-14"])
    moved = [one.moved["priority"] for one in report(office, case.id).said if one.moved]
    assert moved == [[None, "urgent"], ["urgent", None], [None, "urgent"], ["urgent", "key"], ["key", None]]
    assert is_whole(office.program)


def test_nothing_becomes_overdue_by_it_and_what_is_overdue_stays_so(office: Office) -> None:
    case, late, urgent = complaint(office), complaint(office, "窗口推来推去"), complaint(office, "家里停暖")
    classed(office, urgent, "urgent")
    office.at("2026-11-24 19:00")  # an hour late as an urgent one, a day early as any other
    assert overdue(office) == 1
    classed(office, urgent, "")
    assert (due(office, urgent.id), overdue(office), told_later(office)) == ("11-24 18:00", 1, [])
    office.at("2026-11-23 10:00")
    decide(office, desk.accept, case.id, "")
    office.at("2026-12-14 09:00")  # the last of fifteen days, the eleventh after five would have passed
    classed(office, case, "urgent")
    assert due(office, case.id) == "12-14 18:00"
    for priority in ("urgent", "key", ""):
        classed(office, late, priority)
        assert (due(office, late.id), overdue(office)) == ("11-25 18:00", 2)


def test_a_date_that_was_told_in_between_is_brought_nearer_from_now_and_never_back_into_the_past(
    office: Office,
) -> None:
    case = complaint(office)
    decide(office, desk.accept, case.id, "")
    decide(office, desk.interim, case.id, "正在调取监控", date(2027, 1, 15))
    office.at("2026-12-21 09:00")
    classed(office, case, "key")
    assert due(office, case.id) == "01-05 18:00"  # ten working days from now: New Year is a day off
    classed(office, case, "")
    assert (due(office, case.id), overdue(office)) == ("01-05 18:00", 0)  # fifteen from November are over


def test_a_clock_that_stands_still_keeps_standing_and_goes_on_with_fewer_days(office: Office) -> None:
    case = complaint(office)
    ask(office, case.id)
    assert due(office, case.id) == "12-02 18:00 stands"
    classed(office, case, "urgent")
    assert due(office, case.id) == "12-01 18:00 stands"
    office.at("2026-11-26 09:00")
    adds(office, case.id)
    assert due(office, case.id) == "11-27 18:00"
    other = complaint(office, "窗口推来推去")
    ask(office, other.id)
    classed(office, other, "urgent")
    classed(office, other, "")
    assert (due(office, other.id), told_later(office)) == ("12-04 18:00 stands", [])
    office.at("2026-12-04 09:00")
    assert (goes_on(office), overdue(office)) == (1, 1)  # the first one, which nobody has decided about
    assert due(office, other.id) == "12-04 18:00"


def test_what_follows_has_the_limits_of_the_class_and_without_a_table_those_of_the_source(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = complaint(office)
    classed(office, case, "key")
    decide(office, desk.accept, case.id, "")
    assert due(office, case.id) == "12-07 18:00"
    monkeypatch.setattr(calendar, "limits", lambda: calendar.Limits(accept=2, handle=15))
    other = complaint(office, "窗口推来推去")
    classed(office, other, "urgent")
    assert due(office, other.id) == "11-25 18:00"
    monkeypatch.setattr(calendar, "limits", calendar.Limits)
    third = complaint(office, "收费没有票据")
    classed(office, third, "urgent")
    assert due(office, third.id) == "nothing"  # no limit, no promise (A32)
    urgent = calendar.SourceLimits(accept=1, handle=5, reply=3)
    monkeypatch.setattr(calendar, "limits", lambda: calendar.Limits(urgent=urgent))
    classed(office, third, "key")
    classed(office, third, "urgent")
    assert due(office, third.id) == "11-24 18:00"  # nothing was promised until now
    classed(office, third, "")
    assert due(office, third.id) == "11-24 18:00"  # a date that was told is not taken back


def test_a_question_has_the_limit_of_its_answer(office: Office) -> None:
    question, _ = office.do(cases.file_question, contact_of(office), "几点下班？", ())
    assert due(office, question.id) == "12-02 18:00"
    classed(office, question, "urgent")
    assert due(office, question.id) == "11-26 18:00"


def test_of_an_ended_case_no_day_moves(office: Office) -> None:
    case = complaint(office)
    decide(office, desk.decline, case.id, "此事正在诉讼中")
    classed(office, case, "urgent")
    assert (due(office, case.id), told_later(office)) == ("nothing", [])


def test_a_wrong_class_and_a_missing_reason_change_nothing(office: Office) -> None:
    case = complaint(office)
    assert refused(decide, office, desk.prioritise, case.id, "highest", WHY) == "priority_unknown"
    assert refused(decide, office, desk.prioritise, case.id, "", WHY) == "same"
    assert refused(decide, office, desk.prioritise, case.id, "key", "急") == "reason_wanted"
    assert refused(office.do, desk.prioritise, case.id, "accepted.9", "key", WHY, by=CLERK) == "changed"
    assert (report(office, case.id).priority, report(office, case.id).said) == (None, [])


def test_the_list_is_narrowed_by_class_and_neither_citizen_nor_unit_reads_it(office: Office) -> None:
    cases_of = {priority: complaint(office, f"第 {n} 件事") for n, priority in enumerate((*PRIORITIES, ""))}
    for priority in PRIORITIES:
        classed(office, cases_of[priority], priority)
        page = office.program.acts.look(desk.listed, Filters(priority=priority))
        assert [(one.id, one.priority) for one in page.items] == [(cases_of[priority].id, priority)]
        assert office.program.acts.look(desk.counts, Filters(priority=priority)).all == 1
        assert office.program.acts.look(cases.history, cases_of[priority].id) == []
    office.bind("head", "head", unit=UNIT)
    kinds = office.program.tools.kinds
    told = office.program.acts.look(kinds["complaint"].sight, cases_of["urgent"].id, UNIT, "请核实")
    assert told is not None
    assert "urgent" not in repr(told)
    assert WHY not in repr(told)
