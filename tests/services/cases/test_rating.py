"""Rating an answer: once a matter, voluntary, and what follows from a bad one. On both databases."""

from __future__ import annotations

from datetime import date, time

import pytest

from bot.build import Program
from services import calendar, cases, desk, people
from services.cases import Given, Rating, RatingState, State
from services.people import Grant, Role
from tests.conftest import Clock, rows
from tests.drivers.auditing import is_whole
from tests.drivers.told_units import CLERK, ZONE, Office, complaint, decide, refused, report

GOOD, BAD = Given(True, "satisfied"), Given(False, "dissatisfied", ("not_solved", "slow"), "窗口还是没有人")
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
MOST = 50


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.at("2026-11-23 09:00")  # a Monday
    made.bind("head", "head")
    return made


def closed(office: Office, what: str = "等了两个小时") -> str:
    case = complaint(office, what)
    decide(office, desk.accept, case.id, "")
    decide(office, desk.answer, case.id, "窗口已经增开")
    office.told()
    return case.id


def contact_of(office: Office, address: str = "citizen") -> people.Contact:
    key = people.address_hash(office.program.vault, "fake", address)
    return office.do(people.lock_contacts, {key: ("fake", address, "zh")})[key]


def rates(office: Office, case_id: str, given: Given, address: str = "citizen") -> Rating:
    return office.do(cases.rate, contact_of(office, address), case_id, given)


def owed(office: Office, case_id: str) -> str:
    promised = report(office, case_id).promised
    return f"{promised.kind} {promised.due_at:%m-%d %H:%M}" if promised else "nothing"


def counted(office: Office) -> desk.Tally:
    return desk.total(office.program.acts.look(desk.tallied, "unit", None, None))


def job(office: Office) -> int:
    """One run of the job: how many were reminded."""
    reminded = office.do(cases.remind_raters, MOST)
    office.do(cases.lapse_ratings, MOST)
    return reminded


def test_an_answer_carries_the_question_and_is_rated_once(office: Office) -> None:
    case = complaint(office)
    decide(office, desk.accept, case.id, "")
    assert refused(rates, office, case.id, GOOD) == "gone"  # nothing is asked before the answer
    office.told()
    decide(office, desk.answer, case.id, "窗口已经增开")
    [told] = office.told()
    assert (told.words, told.presses) == ("status.closed", [f"/rate {case.id}", f"/add {case.id}"])
    rates(office, case.id, GOOD)
    assert refused(rates, office, case.id, BAD) == "decided"
    [row] = rows(office.program, "ratings")
    assert (row["state"], row["level"], row["solved"], row["round"]) == ("given", "satisfied", True, 1)
    assert owed(office, case.id) == "nothing"
    assert report(office, case.id).state == State.CLOSED
    assert is_whole(office.program)


@ON_SQLITE
def test_nobody_rates_somebody_elses_case(office: Office) -> None:
    case_id = closed(office)
    assert refused(rates, office, case_id, GOOD, "stranger") == "gone"
    assert [row["state"] for row in rows(office.program, "ratings")] == ["asked"]


@ON_SQLITE
def test_without_a_number_of_days_nothing_is_asked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar, "limits", calendar.Limits)
    case = complaint(office)
    decide(office, desk.accept, case.id, "")
    office.told()
    decide(office, desk.answer, case.id, "窗口已经增开")
    [told] = office.told()
    assert told.presses == [f"/add {case.id}"]
    assert rows(office.program, "ratings") == []


def test_a_bad_rating_is_put_right_and_asked_about_once_more(office: Office) -> None:
    case_id = closed(office)
    office.office(desk.open_report, case_id)
    office.at("2026-11-24 10:00")
    rates(office, case_id, BAD)
    assert owed(office, case_id) == "righting 12-01 18:00"
    assert [row["read"] for row in rows(office.program, "cases")] == [False]  # the office looks at it again
    [rated] = report(office, case_id).ratings
    assert (rated.reasons, rated.text, rated.asks_for_reopening) == (["slow", "not_solved"], "窗口还是没有人", True)
    clerk = office.do(people.add_person, "某人", [Grant(Role.CLERK, None)])
    office.do(people.ensure_contact, "fake", "clerk", "zh", clerk)
    office.told()
    office.at("2026-11-30 08:30")
    office.fire()
    [reminded] = office.told()
    assert [(one["kind"], one["days"]) for one in reminded.values["waiting"]] == [("righting", 1)]
    decide(office, desk.make_good, case_id, "现在每天有人值守")
    [told] = office.told()
    assert (told.words, told.to, told.presses) == (
        "status.made_good",
        "citizen",
        [f"/rate {case_id}", f"/appeal {case_id}"],
    )
    assert (owed(office, case_id), report(office, case_id).state) == ("nothing", State.CLOSED)
    assert refused(decide, office, desk.make_good, case_id, "现在每天有人值守") == "decided"
    rates(office, case_id, GOOD)
    assert [(one.round, one.level) for one in report(office, case_id).ratings] == [
        (2, "satisfied"),
        (1, "dissatisfied"),
    ]
    found = counted(office)
    assert (found.rated, found.rated_satisfied, found.rated_bad, found.rated_righted) == (1, 0, 1, 1)
    assert is_whole(office.program)


def test_reopening_takes_over_from_putting_right_and_the_next_answer_is_rated_anew(office: Office) -> None:
    case_id = closed(office)
    rates(office, case_id, BAD)
    decide(office, desk.reopen, case_id, "来件人说没有解决")
    assert owed(office, case_id).startswith("handling")
    assert refused(rates, office, case_id, GOOD) == "decided"
    assert refused(decide, office, desk.make_good, case_id, "现在每天有人值守") == "decided"
    decide(office, desk.answer, case_id, "这次真的办好了")
    rates(office, case_id, GOOD)
    assert [one.round for one in report(office, case_id).ratings] == [2, 1]
    assert is_whole(office.program)


@ON_SQLITE
def test_what_was_not_rated_before_a_reopening_is_asked_anew(office: Office) -> None:
    case_id = closed(office)
    decide(office, desk.reopen, case_id, "有新的情况")
    assert refused(rates, office, case_id, GOOD) == "decided"
    office.at("2026-11-25 09:00")
    decide(office, desk.answer, case_id, "这次真的办好了")
    assert [(row["round"], row["asked_on"]) for row in rows(office.program, "ratings")] == [(1, date(2026, 11, 25))]


def test_silence_is_reminded_of_once_and_never_counts_as_content(office: Office) -> None:
    silent, content, angry = (closed(office, f"等了{n}个小时") for n in (2, 3, 4))
    rates(office, content, GOOD)
    rates(office, angry, BAD)
    office.told()
    office.at("2026-12-02 09:00")  # seven working days
    assert [job(office), job(office)] == [1, 0]
    [told] = office.told()
    assert (told.words, told.presses) == ("rate.remind", [f"/rate {silent}"])
    office.at("2026-12-14 09:00")  # the last day
    job(office)
    assert counted(office).rated_silent == 0
    office.at("2026-12-15 09:00")
    job(office)
    assert office.told() == []
    assert refused(rates, office, silent, GOOD) == "decided"
    found = counted(office)
    assert (found.rated, found.rated_silent, found.rated_solved, found.rated_satisfied) == (2, 1, 1, 1)
    assert (found.rated_bad, found.rated_righted, found.rated_aside) == (1, 0, 0)
    assert [one.state for one in report(office, silent).ratings] == [RatingState.LAPSED]
    assert is_whole(office.program)


def test_what_is_set_aside_stays_visible_and_is_counted_apart(office: Office) -> None:
    case_id = closed(office)
    assert refused(decide, office, desk.set_aside, case_id, "与本件无关") == "decided"  # nothing was given yet
    rates(office, case_id, BAD)
    assert refused(decide, office, desk.set_aside, case_id, "无关") == "reason_wanted"
    decide(office, desk.set_aside, case_id, "评的是另一个单位")
    [rated] = report(office, case_id).ratings
    assert (rated.level, rated.aside, rated.aside_by) == ("dissatisfied", "评的是另一个单位", CLERK)
    assert owed(office, case_id) == "nothing"
    found = counted(office)
    assert (found.rated, found.rated_aside, found.rated_bad, found.levels) == (0, 1, 0, {})
    assert office.told() == []
    assert refused(decide, office, desk.set_aside, case_id, "评的是另一个单位") == "decided"
    assert is_whole(office.program)


def test_what_was_put_right_can_still_be_set_aside_while_the_citizen_is_asked_again(office: Office) -> None:
    """An appeal may be decided after the call-back: what was given is meant, not what is asked for."""
    case_id = closed(office)
    rates(office, case_id, BAD)
    decide(office, desk.make_good, case_id, "现在每天有人值守")
    assert [one.state for one in report(office, case_id).ratings] == [RatingState.ASKED, RatingState.GIVEN]
    assert refused(decide, office, desk.make_good, case_id, "又打了一次电话") == "decided"
    decide(office, desk.set_aside, case_id, "评的是另一个单位")
    assert [one.aside for one in report(office, case_id).ratings] == [None, "评的是另一个单位"]
    assert (counted(office).rated, counted(office).rated_aside) == (0, 1)
    rates(office, case_id, GOOD)
    decide(office, desk.set_aside, case_id, "评的也是另一个单位")
    assert [bool(one.aside) for one in report(office, case_id).ratings] == [True, True]
    assert is_whole(office.program)


def test_a_bad_rating_of_an_earlier_answer_is_not_put_right_after_the_new_one(office: Office) -> None:
    case_id = closed(office)
    rates(office, case_id, BAD)
    decide(office, desk.reopen, case_id, "来件人说没有解决")
    decide(office, desk.answer, case_id, "这次真的办好了")
    assert refused(decide, office, desk.make_good, case_id, "现在每天有人值守") == "decided"


def test_the_unit_hears_the_level_by_its_day_and_nothing_of_the_words(office: Office) -> None:
    case_id = closed(office)
    rates(office, case_id, BAD)
    [happened] = [row for row in rows(office.program, "happenings") if row["kind"] == "complaint_rated"]
    assert (happened["unit_id"], happened["at"].astimezone(ZONE).time()) == ("gtj", time())
    assert happened["detail"].keys() == {"number", "level", "solved"}
    assert [one for one in office.told() if one.to == "head"] == []
    guard, said = office.program.tools.kinds["complaint"].guard, "上次去窗口还是没有一个人在，等到中午也没有人来办理"
    other = closed(office, "另一件事")
    rates(office, other, Given(False, "very_dissatisfied", (), said))
    assert refused(office.office, guard, other, f"整改：{said}") == "their_words"


def test_thanks_and_more_words_after_the_answer_neither_reopen_nor_start_a_clock(office: Office) -> None:
    case_id = closed(office)
    assert office.do(cases.add, contact_of(office), case_id, "谢谢你们", ())
    assert (report(office, case_id).state, owed(office, case_id)) == (State.CLOSED, "nothing")
    assert [row["state"] for row in rows(office.program, "ratings")] == ["asked"]
    assert [row for row in rows(office.program, "obligations") if row["owed_since"] is not None] == []


@ON_SQLITE
def test_enough_ratings_are_told_by_level(office: Office) -> None:
    for n, level in enumerate(("very_satisfied", "fairly_satisfied", "very_dissatisfied")):
        rates(office, closed(office, f"等了{n}个小时"), Given(True, level))
    found = counted(office)
    assert [found.levels[one] for one in cases.LEVELS] == [1, 0, 1, 0, 1]
