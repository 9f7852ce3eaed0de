"""The life of a case: every step, what its citizen hears of it, and what the office owes meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.build import Program
from services import calendar, cases, desk, obligations, people
from services.cases import ENDS, LIFE, REVIEWING, Appeal, Given, State, Step
from services.foundation.refusal import Refusal
from services.obligations import SETTLED, Standing
from tests.conftest import Clock, rows
from tests.drivers.auditing import is_whole
from tests.drivers.told_units import CLERK, UNIT, Office, complaint, decide, refused, report

WHY = "归市医保局管，电话 12393"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.at("2026-11-23 09:00")  # a Monday
    made.bind("head", "head")
    return made


def heard(office: Office) -> list[str]:
    """What the citizen was told since the last call."""
    return [one.words.removeprefix("status.") for one in office.told() if one.to == "citizen"]


def head_of(office: Office) -> str:
    """Somebody who heads the office."""
    if "office_head" not in office.people:
        office.people["office_head"] = office.do(
            people.add_person, "某人", [people.Grant(people.Role.OFFICE_HEAD, None)]
        )
    return office.people["office_head"]


def handed(office: Office, case_id: str, unit: str = UNIT) -> str:
    seen = report(office, case_id).seen
    return office.hand_over(working_days=5, kind="complaint", subject_id=case_id, seen=seen, unit_id=unit)


def contact_of(office: Office, address: str = "citizen") -> people.Contact:
    key = people.address_hash(office.program.vault, "fake", address)
    return office.do(people.lock_contacts, {key: ("fake", address, "zh")})[key]


def test_a_case_follows_its_units_until_the_citizen_is_answered(office: Office) -> None:
    case = complaint(office)
    first = handed(office, case.id)
    office.bind("head", "other", unit="gsj")
    second = handed(office, case.id, "gsj")
    assert report(office, case.id).state == State.HANDED
    office.answer(first)
    assert report(office, case.id).state == State.HANDED  # the other owes still
    office.decide(obligations.accept_answer, first, "")
    office.office(obligations.excuse, office.program.tools.kinds, second, office.seen(second), "不归该单位管")
    assert report(office, case.id).state == State.ACCEPTED  # nobody is waited for, and the citizen is not answered
    third = handed(office, case.id)
    office.answer(third)
    assert report(office, case.id).state == State.ANSWERED
    office.decide(obligations.send_back, third, "没有说明收费依据")
    assert report(office, case.id).state == State.HANDED
    office.answer(third)
    assert refused(decide, office, desk.answer, case.id, "已经办好") == "decided"  # a unit's answer is unchecked
    office.decide(obligations.accept_answer, third, "窗口已经增开，多收的钱已退。")
    assert report(office, case.id).state == State.CLOSED
    assert heard(office) == ["accepted", "closed"]
    assert is_whole(office.program)


def test_what_is_not_ours_ends_with_where_to_turn_and_can_be_taken_up_again(office: Office) -> None:
    case = complaint(office)
    decide(office, desk.accept, case.id, "")
    assert refused(decide, office, desk.refer, case.id, "不管") == "reason_wanted"
    decide(office, desk.refer, case.id, WHY)
    assert (report(office, case.id).state, report(office, case.id).promised) == (State.REFERRED, None)
    assert refused(handed, office, case.id) == "decided"
    office.at("2026-11-25 09:00")
    decide(office, desk.reopen, case.id, "医保局说归我们管")
    promised = report(office, case.id).promised
    assert promised is not None
    assert f"{promised.due_at:%m-%d %H:%M} {promised.kind}" == "12-16 18:00 handling"
    assert heard(office) == ["accepted", "referred", "reopened"]
    happened = {row["kind"] for row in rows(office.program, "happenings")}
    assert happened == {"complaint_accepted", "complaint_reopened"}


@ON_SQLITE
def test_declining_can_be_put_right(office: Office) -> None:
    case = complaint(office)
    decide(office, desk.decline, case.id, "此事正在诉讼中")
    assert refused(decide, office, desk.decline, case.id, "此事正在诉讼中") == "decided"
    decide(office, desk.reopen, case.id, "法院已经裁定不予受理")
    decide(office, desk.decline, case.id, "材料不足，无法核实")
    assert [one.kind for one in report(office, case.id).said] == ["decline", "reopen", "decline"]
    assert {one.actor for one in report(office, case.id).said} == {CLERK}


def test_an_interim_reply_moves_the_day_that_was_promised(office: Office) -> None:
    case = complaint(office)
    assert refused(decide, office, desk.interim, case.id, "还在核实", date(2026, 12, 30)) == "decided"
    decide(office, desk.accept, case.id, "")
    for due, code in ((None, "due_wanted"), (date(2026, 11, 20), "due_past"), (date(2031, 1, 1), "due_far")):
        assert refused(decide, office, desk.interim, case.id, "还在核实", due) == code
    office.told()
    decide(office, desk.interim, case.id, "正在调取监控", date(2026, 12, 30))
    [told] = office.told()
    assert (told.words, told.values["by"]) == ("status.interim", "2026-12-30")
    promised = report(office, case.id).promised
    assert promised is not None
    assert f"{promised.due_at:%m-%d %H:%M}" == "12-30 18:00"
    planned = sorted(row["due_at"].isoformat()[:10] for row in rows(office.program, "reminders") if not row["fired_at"])
    assert planned == ["2026-12-25", "2026-12-29", "2026-12-30", "2026-12-31"]
    assert is_whole(office.program)


def test_outcomes_are_noted_at_the_end_and_can_be_put_right(office: Office) -> None:
    case = complaint(office)
    decide(office, desk.accept, case.id, "")
    assert refused(decide, office, cases.note_outcomes, case.id, ["solved"], "") == "decided"
    assert refused(decide, office, desk.answer, case.id, "已经办好", ["bribed"], "") == "outcome_unknown"
    assert refused(decide, office, desk.answer, case.id, "已经办好", ["solved"], "很多") == "yuan_wrong"
    decide(office, desk.answer, case.id, "多收的钱已退", ["solved", "corrected"], "88万")
    assert (report(office, case.id).outcomes, report(office, case.id).recovered) == (["corrected", "solved"], 880_000)
    decide(office, cases.note_outcomes, case.id, ["solved_business"], "")
    assert (report(office, case.id).outcomes, report(office, case.id).recovered) == (["solved_business"], None)
    assert is_whole(office.program)


def test_only_who_filed_it_withdraws_it_and_what_units_owe_stays(office: Office) -> None:
    case = complaint(office)
    obligation = handed(office, case.id)
    assert refused(office.do, cases.withdraw, contact_of(office, "stranger"), case.id) == "gone"
    office.do(cases.withdraw, contact_of(office), case.id)
    assert (report(office, case.id).state, report(office, case.id).promised) == (State.WITHDRAWN, None)
    assert refused(office.do, cases.withdraw, contact_of(office), case.id) == "decided"
    office.answer(obligation)
    office.told()
    office.decide(obligations.accept_answer, obligation, "")  # the conduct was looked into; nobody waits any more
    assert heard(office) == []
    assert report(office, case.id).state == State.WITHDRAWN
    assert is_whole(office.program)


def test_what_ended_otherwise_is_no_answer_given_in_time(office: Office) -> None:
    """A withdrawn or declined complaint was not answered; the word whether it is accepted was given all the same."""
    told, taken_back, unheard = complaint(office), complaint(office), complaint(office)
    decide(office, desk.accept, told.id, "")
    decide(office, desk.decline, told.id, "此事正在诉讼中")
    decide(office, desk.accept, taken_back.id, "")
    for one in (taken_back, unheard):
        office.do(cases.withdraw, contact_of(office), one.id)
    found = office.program.acts.look(desk.tallied, "unit", None, None)[UNIT]
    assert (found.accept_due, found.accept_in_time, found.answer_due, found.answer_in_time) == (2, 2, 0, 0)


def test_a_question_can_be_told_a_new_day_too(office: Office) -> None:
    question, _ = office.do(cases.file_question, contact_of(office), "几点开门", ())
    decide(office, desk.interim, question.id, "正在问主管部门", date(2026, 12, 30))
    promised = report(office, question.id).promised
    assert promised is not None
    assert f"{promised.due_at:%m-%d}" == "12-30"


def test_nobody_is_asked_about_a_case_that_they_have_withdrawn(office: Office) -> None:
    case = complaint(office)
    obligation = handed(office, case.id)
    office.answer(obligation)
    office.do(cases.withdraw, contact_of(office), case.id)
    office.told()
    assert refused(decide, office, desk.ask, case.id, "几号窗口？") == "decided"
    assert refused(office.office, desk.call_back, obligation, office.seen(obligation), "已经道歉") == "gone"
    assert heard(office) == []


def test_without_a_limit_nothing_is_promised_and_nothing_can_be_late(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calendar, "limits", calendar.Limits)
    case = complaint(office)
    decide(office, desk.accept, case.id, "")
    assert report(office, case.id).promised is None
    office.at("2028-01-01 09:00")
    assert office.program.acts.look(desk.counts, desk.Filters()).overdue == 0


def test_every_state_is_reached_and_every_end_is_left_again() -> None:
    for kind, life in LIFE.items():
        reached = {State.RECEIVED} | {state for steps in life.values() for state in steps.values()}
        assert reached == set(life), kind
        assert all(Step.REOPEN in life[end] for end in ENDS if end in life)
        assert all(not set(steps.values()).isdisjoint(ENDS) for state, steps in life.items() if state not in ENDS)


# --- any walk through it ----------------------------------------------------------------------------------------------


@dataclass
class Walk:
    """A complaint and another one, and whatever anybody does with either."""

    office: Office
    case: cases.Case
    other: cases.Case
    owed: list[str] = field(default_factory=list)
    owed_of_other: list[str] = field(default_factory=list)

    def turn(self) -> None:
        """What follows is done with the other one."""
        self.case, self.other, self.owed, self.owed_of_other = self.other, self.case, self.owed_of_other, self.owed

    def merge(self) -> None:
        decide(self.office, desk.merge, self.case.id, self.other.number, desk.UNDER, "")

    def part(self) -> None:
        decide(self.office, desk.part, self.case.id)

    def accept(self) -> None:
        decide(self.office, desk.accept, self.case.id, "")

    def decline(self) -> None:
        decide(self.office, desk.decline, self.case.id, "此事正在诉讼中")

    def refer(self) -> None:
        decide(self.office, desk.refer, self.case.id, WHY)

    def reopen(self) -> None:
        decide(self.office, desk.reopen, self.case.id, "有新的情况")

    def close(self) -> None:
        decide(self.office, desk.answer, self.case.id, "已经办好")

    def interim(self) -> None:
        decide(self.office, desk.interim, self.case.id, "还在核实", date(2027, 6, 1))

    def rate_badly(self) -> None:
        self.office.do(cases.rate, contact_of(self.office), self.case.id, Given(False, "dissatisfied"))

    def make_good(self) -> None:
        decide(self.office, desk.make_good, self.case.id, "现在每天有人值守")

    def set_aside(self) -> None:
        decide(self.office, desk.set_aside, self.case.id, "评的是另一个单位")

    def appeal(self) -> None:
        self.office.do(cases.appeal, contact_of(self.office), self.case.id, "没有人来核实过")

    def uphold(self) -> None:
        decide(self.office, desk.uphold, self.case.id, "与当天的监控一致")

    def head_upholds(self) -> None:
        self._heads(desk.uphold, "与当天的监控一致")

    def head_reopens(self) -> None:
        self._heads(desk.reopen, "请重新核实一次")

    def _heads(self, what: Any, text: str) -> None:
        self.office.do(what, self.case.id, report(self.office, self.case.id).seen, text, by=head_of(self.office))

    def ask(self) -> None:
        decide(self.office, desk.ask, self.case.id, "几号窗口？")

    def add(self) -> None:
        self.office.do(cases.add, contact_of(self.office), self.case.id, "谢谢", ())

    def days_pass(self) -> None:
        self.office.clock.passes(days=8)
        self.office.do(desk.go_on_unanswered, 10)

    def withdraw(self) -> None:
        self.office.do(cases.withdraw, contact_of(self.office), self.case.id)

    def hand(self) -> None:
        self.owed.append(handed(self.office, self.case.id))

    def unit_answers(self) -> None:
        for one in self.owed[-1:]:
            self.office.answer(one)

    def send_back(self) -> None:
        for one in self.owed[-1:]:
            self.office.decide(obligations.send_back, one, "没有说清楚")

    def accept_answer(self) -> None:
        for one in self.owed[-1:]:
            self.office.decide(obligations.accept_answer, one, "已经办好")

    def excuse(self) -> None:
        for one in self.owed[:1]:
            self.office.decide(obligations.excuse, one, "不归该单位管")

    def stands(self) -> Mapping[str, Any]:
        """Everything that a refused act must leave alone."""
        tables = "cases", "entries", "obligations", "deliveries", "happenings", "reminders"
        return {table: rows(self.office.program, table) for table in tables}

    def check(self) -> None:
        for case in (self.case, self.other):
            self._check(case.id)
        self.owed = [one for one in self.owed if self.office.look(one).obligation.state not in SETTLED]

    def _check(self, case_id: str) -> None:
        now = report(self.office, case_id)
        of_case = [one for one in rows(self.office.program, "obligations") if one["subject_id"] == case_id]
        if now.state == State.MERGED:
            assert now.master, "nobody answers it"
            master = report(self.office, now.master[0])
            assert master.state not in (State.MERGED, *ENDS), "its master was answered without it, or is merged itself"
            assert [one.id for one in master.children] == [case_id]
        elif now.state not in ENDS:
            assert now.master is None
        own = [one["kind"] for one in of_case if one["unit_id"] is None and one["owed_since"] is not None]
        waits = now.appeal == Appeal.WAITS
        rights = now.state == State.CLOSED and now.rated == now.ratings[0] and now.rated and now.rated.is_to_be_righted
        ended = [REVIEWING] if waits else ["righting"] if rights else []
        assert own == (own[:1] if now.state not in ENDS else ended), f"{now.state}: an ended case is due for a reason"
        assert len(own) == (now.state not in ENDS or bool(ended)), f"{now.state}: an open case is due on one day"
        appealed, answered = ([one for one in now.said if one.kind in kinds] for kinds in (("appeal",), APPEAL_ENDS))
        assert len(appealed) == (now.appeal is not None) <= 1, "once for ever"
        assert not waits or (now.state in ENDS and not [one for one in answered if one.at > appealed[0].at])
        assert (now.appeal == Appeal.UPHELD) == any(one.kind == Step.UPHOLD for one in now.said)
        assert len([one for one in of_case if one["kind"] == REVIEWING]) == len(appealed)
        answers = [one.text for one in now.said if one.kind == Step.CLOSE]
        if now.state == State.CLOSED:
            assert answers
            assert answers[-1]
        standing = self.office.program.acts.look(obligations.standing, case_id)
        if now.state not in ENDS:
            wanted = {Standing.OWED: State.HANDED, Standing.ANSWERED: State.ANSWERED}.get(standing)
            assert now.state == wanted or (
                wanted is None and now.state in (State.RECEIVED, State.ACCEPTED, State.MERGED)
            )
        if now.promised is not None and now.promised.stands:
            assert now.asked_until is not None, "a clock stands still and nobody is waited for"
            assert not now.promised.late
        if now.asked_until is not None:
            silent = [one.kind for one in now.said if one.kind in ("question", "addition", Step.NO_REACTION)]
            assert silent[-1] == "question"


APPEAL_ENDS = (Step.UPHOLD, Step.REOPEN)
DOINGS = tuple(name for name in vars(Walk) if not name.startswith("_") and name not in ("stands", "check"))


@settings(max_examples=16, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(doings=["hand", "withdraw", "reopen"])
@example(
    doings=["accept", "close", "rate_badly", "make_good", "appeal", "rate_badly", "make_good", "set_aside", "uphold"]
)
@example(doings=["accept", "close", "rate_badly", "make_good", "appeal", "rate_badly", "head_upholds", "make_good"])
@example(doings=["decline", "appeal", "reopen", "hand", "uphold", "head_reopens", "decline", "appeal"])
@example(doings=["accept", "close", "rate_badly", "set_aside", "appeal", "hand", "ask", "days_pass", "head_upholds"])
@example(doings=["merge", "turn", "hand", "refer", "close", "turn", "appeal", "part", "head_reopens", "merge"])
@example(doings=["ask", "days_pass", "ask", "add", "ask", "accept", "days_pass", "close", "ask", "days_pass", "reopen"])
@example(doings=["turn", "hand", "turn", "merge", "ask", "turn", "unit_answers", "accept_answer", "turn", "reopen"])
@example(doings=["merge", "part", "merge", "turn", "withdraw", "reopen", "merge", "turn", "interim", "decline"])
@example(doings=["hand", "unit_answers", "send_back", "unit_answers", "accept_answer", "hand", "excuse", "close"])
@given(doings=st.lists(st.sampled_from(DOINGS), max_size=16))
def test_no_walk_loses_an_answer_skips_a_step_or_leaves_a_case_without_a_day(office: Office, doings: list[str]) -> None:
    walk = Walk(replace(office), complaint(office), complaint(office))
    said = {walk.case.id: 0, walk.other.id: 0}
    for doing in doings:
        before = walk.stands()
        with suppress(Refusal):
            getattr(walk, doing)()
            before = {}
        if before:
            assert walk.stands() == before, f"{doing} was refused and changed something"
        walk.check()
        for one, before_now in said.items():
            told = [line for line in report(office, one).said if line.kind not in ("addition", "withdraw")]
            assert len(told) >= before_now
            said[one] = len(told)
    assert is_whole(office.program)
