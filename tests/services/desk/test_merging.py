"""Cases about one thing are merged under a master: a clerk decides, each citizen is answered, nobody learns of it."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from bot.build import Program
from services import cases, desk, obligations, people
from services.cases import State
from services.foundation.act import Act
from services.people import Grant, Role
from tests.conftest import Clock, rows
from tests.drivers.auditing import is_whole
from tests.drivers.told_units import UNIT, Office, decide, refused, report

SAME = "三号窗口的工作人员一直在看手机，我排了两个小时没有人理"
ANSWER = "窗口已经增派一人，中午不断人。"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.at("2026-11-23 09:00")  # a Monday
    made.bind("head", "head")
    return made


def contact_of(office: Office, address: str) -> people.Contact:
    key = people.address_hash(office.program.vault, "fake", address)
    return office.do(people.lock_contacts, {key: ("fake", address, "zh")})[key]


def filed(office: Office, by: str, unit: str | None = UNIT, what: str = SAME, category: str = "slow") -> cases.Case:
    return office.do(cases.file_complaint, contact_of(office, by), cases.Complaint(unit, category, what))[0]


def asked(office: Office, by: str) -> cases.Case:
    return office.do(cases.file_question, contact_of(office, by), "办证要带什么", ())[0]


def merged(office: Office, case: cases.Case, master: cases.Case, sure: str = "") -> bool:
    return decide(office, desk.merge, case.id, master.number, desk.UNDER, sure)


def state(office: Office, case: cases.Case) -> str:
    return report(office, case.id).state


def heard(office: Office) -> list[tuple[str, str, str]]:
    """Who was told what about which number since the last call."""
    found = [(one.to, one.words.removeprefix("status."), one.values["number"]) for one in office.told()]
    return sorted(one for one in found if one[1] not in ("discipline", "waiting"))


def handed(office: Office, case: cases.Case) -> str:
    return office.hand_over(working_days=5, kind="complaint", subject_id=case.id, seen=report(office, case.id).seen)


def test_each_of_three_is_accepted_and_answered_under_a_number_of_its_own(office: Office) -> None:
    first, second, third = (filed(office, by) for by in ("a", "b", "c"))
    merged(office, second, first)
    decide(office, desk.merge, first.id, third.number, desk.OVER, "")
    assert heard(office) == [("b", "accepted", second.number), ("c", "accepted", third.number)]
    assert [state(office, one) for one in (first, second, third)] == ["received", "merged", "merged"]
    page = report(office, first.id)
    assert [(one.number, one.state) for one in page.children] == [(second.number, "merged"), (third.number, "merged")]
    assert report(office, second.id).master == (first.id, first.number)
    decide(office, desk.accept, first.id, "")
    office.told()
    decide(office, desk.answer, first.id, ANSWER, ["solved"], "300")
    told = office.told()
    assert sorted((one.to, one.values["number"], one.values["text"], one.values["rated"]) for one in told) == [
        (by, case.number, ANSWER, True) for by, case in zip("abc", (first, second, third), strict=True)
    ]
    assert [state(office, one) for one in (first, second, third)] == ["closed"] * 3
    of_first, of_second = (row for row in rows(office.program, "cases") if row["id"] in (first.id, second.id))
    assert {of_first["recovered"], of_second["recovered"]} == {300, None}, "the money is counted once"
    found = office.program.acts.look(desk.tallied, "unit", None, None)[UNIT]
    assert (found.came_in, found.closed, found.answer_due, found.recovered) == (3, 3, 3, 300)
    assert found.outcomes == Counter(solved=3)
    happened = Counter(str(row["kind"]) for row in rows(office.program, "happenings"))
    assert happened == {"complaint_accepted": 3, "complaint_closed": 3}
    assert all(len(one.ratings) == 1 for one in (report(office, case.id) for case in (first, second, third)))
    assert is_whole(office.program)


@pytest.mark.parametrize("way", ["decline", "refer", "conclude"])
def test_whatever_end_the_master_takes_its_children_take(office: Office, way: str) -> None:
    first, second = filed(office, "a"), filed(office, "b")
    merged(office, second, first)
    office.told()
    if way == "conclude":
        duty = handed(office, first)
        office.answer(duty)
        assert state(office, second) == State.MERGED
        office.decide(obligations.accept_answer, duty, ANSWER)
    else:
        decide(office, desk.decline if way == "decline" else desk.refer, first.id, "归市医保局管，电话 12393")
    word = {"decline": "declined", "refer": "referred", "conclude": "closed"}[way]
    assert state(office, first) == state(office, second) == word
    told = [one for one in heard(office) if one[1] == word]
    assert told == [("a", word, first.number), ("b", word, second.number)]
    owed = [row for row in rows(office.program, "obligations") if row["unit_id"] is None and row["owed_since"]]
    assert owed == []
    assert is_whole(office.program)


def test_what_was_merged_can_be_parted_and_is_answered_by_itself(office: Office) -> None:
    first, second = filed(office, "a"), filed(office, "b")
    merged(office, second, first)
    office.told()
    before = report(office, first.id).seen
    decide(office, desk.part, first.id, second.id)
    assert (state(office, second), report(office, second.id).master) == (State.ACCEPTED, None)
    assert heard(office) == []
    assert refused(office.office, desk.accept, first.id, before, "") == "changed"
    assert refused(decide, office, desk.part, second.id) == "decided"
    merged(office, second, first)
    decide(office, desk.part, second.id)
    decide(office, desk.accept, first.id, "")
    office.told()
    decide(office, desk.answer, first.id, ANSWER)
    assert heard(office) == [("a", "closed", first.number)]
    assert state(office, second) == State.ACCEPTED
    assert is_whole(office.program)


def test_there_is_no_chain(office: Office) -> None:
    first, second, third = (filed(office, by) for by in ("a", "b", "c"))
    merged(office, third, second)
    assert refused(merged, office, first, third) == "under_merged"
    assert refused(merged, office, third, first) == "merged_already"
    assert refused(merged, office, second, third) == "under_merged"
    merged(office, second, first)
    assert {report(office, one.id).master for one in (second, third)} == {(first.id, first.number)}
    decide(office, desk.accept, first.id, "")
    decide(office, desk.answer, first.id, ANSWER)
    assert [state(office, one) for one in (first, second, third)] == ["closed"] * 3
    assert is_whole(office.program)


def test_what_cannot_be_merged_is_refused_and_stays(office: Office) -> None:
    first, second, else_ = filed(office, "a"), filed(office, "b"), filed(office, "c", unit="gsj")
    question = asked(office, "d")
    assert refused(merged, office, first, first) == "other_self"
    for number in ("", "99999999-0001", "没有"):
        assert refused(decide, office, desk.merge, first.id, number, desk.UNDER, "") == "other_unknown"
    assert refused(merged, office, first, question) == "other_kind"
    assert refused(merged, office, first, else_) == "other_unit"
    assert refused(merged, office, first, else_, second.number) == "other_unit", "sure of another number"
    merged(office, first, else_, else_.number)
    duty = handed(office, second)
    assert refused(merged, office, second, else_, else_.number) == "merged_owed"
    office.answer(duty)
    office.decide(obligations.accept_answer, duty, ANSWER)
    assert refused(merged, office, second, else_) == "decided"
    assert refused(decide, office, desk.merge, else_.id, second.number, desk.UNDER, "") == "other_ended"
    office.clock.passes(days=1)
    for act in (desk.answer, desk.decline, desk.refer):
        assert refused(decide, office, act, first.id, "这一件另外答复") == "merged_here"
    assert refused(handed, office, first) == "decided"
    assert is_whole(office.program)


def test_a_number_is_understood_however_its_dash_is_typed(office: Office) -> None:
    first, second = filed(office, "a"), filed(office, "b")
    typed = " " + second.number.replace("-", "—").translate({ord(str(n)): chr(0xFF10 + n) for n in range(10)})
    decide(office, desk.merge, first.id, typed, desk.UNDER, "")
    assert report(office, first.id).master == (second.id, second.number)


def test_a_master_may_be_with_a_unit_which_sees_nothing_of_the_others(office: Office) -> None:
    first = filed(office, "a")
    duty = handed(office, first)
    before, seen = len(office.told()), repr(office.look(duty).sight)
    second = filed(office, "b", what="多收了我三百块钱，收据上写的是复印费，不给就不办，态度很凶")
    merged(office, second, first)
    assert before
    assert [one.to for one in office.told()] == ["b"]
    assert repr(office.look(duty).sight) == seen
    assert second.number not in repr(office.look(duty))
    assert (
        refused(office.decide, obligations.send_back, duty, "多收了我三百块钱，收据上写的是复印费，不给就不办")
        == "not_answered"
    )
    office.answer(duty)
    said = "多收了我三百块钱，收据上写的是复印费，不给就不办"
    assert refused(office.decide, obligations.send_back, duty, said) == "their_words", "pasted from the other one"


def test_a_decision_on_a_page_that_does_not_know_of_the_other_is_refused(office: Office) -> None:
    first, second, third = (filed(office, by) for by in ("a", "b", "c"))
    decide(office, desk.accept, first.id, "")
    seen = report(office, first.id).seen
    merged(office, second, first)
    assert refused(office.office, desk.answer, first.id, seen, ANSWER) == "changed", "it would answer one more"
    seen = report(office, first.id).seen
    office.do(cases.add, contact_of(office, "b"), second.id, "今天又没有人", ())
    assert refused(office.office, desk.answer, first.id, seen, ANSWER) == "changed", "what was added was not read"
    [child] = report(office, first.id).children
    assert child.unread
    seen = report(office, third.id).seen
    merged(office, third, first)
    assert refused(office.office, desk.merge, third.id, seen, first.number, desk.UNDER) == "changed"


def test_a_child_that_is_withdrawn_ends_alone(office: Office) -> None:
    first, second, third = (filed(office, by) for by in ("a", "b", "c"))
    merged(office, second, first)
    merged(office, third, first)
    office.do(cases.withdraw, contact_of(office, "b"), second.id)
    assert [state(office, one) for one in (first, second, third)] == ["received", "withdrawn", "merged"]
    decide(office, desk.accept, first.id, "")
    office.told()
    decide(office, desk.answer, first.id, ANSWER)
    assert heard(office) == [("a", "closed", first.number), ("c", "closed", third.number)]


def test_a_master_that_is_withdrawn_leaves_its_children_open_and_unread(office: Office) -> None:
    first, second, third = (filed(office, by) for by in ("a", "b", "c"))
    merged(office, second, first)
    merged(office, third, first)
    for one in (second, third):
        office.do(desk.open_report, one.id)
    office.told()
    office.do(cases.withdraw, contact_of(office, "a"), first.id)
    assert [state(office, one) for one in (first, second, third)] == ["withdrawn", "accepted", "accepted"]
    assert heard(office) == []
    unread = {item.number for item in office.program.acts.look(desk.listed, desk.Filters(unread=True)).items}
    assert unread == {first.number, second.number, third.number}
    assert report(office, second.id).said[-1].kind == "left"
    assert report(office, second.id).promised is not None
    assert is_whole(office.program)


def test_a_child_that_is_taken_up_again_is_on_its_own_and_a_master_alone_too(office: Office) -> None:
    first, second, third = (filed(office, by) for by in ("a", "b", "c"))
    merged(office, second, first)
    merged(office, third, first)
    decide(office, desk.accept, first.id, "")
    decide(office, desk.answer, first.id, ANSWER)
    decide(office, desk.reopen, second.id, "来件人补充了新的收据")
    assert (state(office, second), report(office, second.id).master) == (State.ACCEPTED, None)
    decide(office, desk.reopen, first.id, "来件人补充了新的收据")
    assert [state(office, one) for one in (first, second, third)] == ["accepted", "accepted", "closed"]
    office.told()
    decide(office, desk.answer, first.id, "又查了一遍。")
    assert heard(office) == [("a", "closed", first.number)]
    assert [one.number for one in report(office, first.id).children] == [third.number]
    third_duty = handed(office, third)  # what is closed may be handed over once more
    assert report(office, third.id).master is None
    assert office.look(third_duty).obligation.owed
    assert is_whole(office.program)


def test_a_question_to_a_child_and_a_new_day_of_the_master_reach_their_citizens(office: Office) -> None:
    first, second = filed(office, "a"), filed(office, "b")
    decide(office, desk.accept, first.id, "")
    merged(office, second, first)
    office.told()
    decide(office, desk.ask, second.id, "您是几号去的？")
    assert heard(office) == [("b", "asked", second.number)]
    office.do(cases.add, contact_of(office, "b"), second.id, "二十号", ())
    assert state(office, second) == State.MERGED
    decide(office, desk.ask, second.id, "上午还是下午？")
    office.clock.passes(days=10)
    office.do(desk.go_on_unanswered, 10)
    assert state(office, second) == State.MERGED
    office.told()
    decide(office, desk.interim, first.id, "还在核实", date(2026, 12, 30))
    assert heard(office) == [("a", "interim", first.number), ("b", "interim", second.number)]
    both = [report(office, one.id).promised for one in (first, second)]
    assert [one and f"{one.due_at:%m-%d}" for one in both] == ["12-30", "12-30"]
    assert is_whole(office.program)


def test_questions_are_merged_alike_and_told_nothing_until_the_answer(office: Office) -> None:
    first, second = asked(office, "a"), asked(office, "b")
    merged(office, second, first)
    assert heard(office) == []
    decide(office, desk.answer, first.id, "带身份证就行。")
    assert heard(office) == [("a", "closed", first.number), ("b", "closed", second.number)]


def test_what_the_discipline_desk_alone_sees_is_merged_among_itself_alone(office: Office) -> None:
    plain, bribe, other = filed(office, "a"), filed(office, "b", category="bribe"), filed(office, "c", category="bribe")
    assert bribe.confined
    assert refused(merged, office, plain, bribe) == "other_unknown", "a clerk does not learn that there is one"
    keeper = office.do(people.add_person, "纪检", [Grant(Role.DISCIPLINE, None)])

    def disciplined(case: cases.Case, number: str) -> bool:
        seen = office.program.acts.by(keeper).look(desk.look, case.id)
        assert seen is not None
        return office.do(desk.merge, case.id, seen.seen, number, desk.UNDER, by=keeper)

    assert refused(disciplined, plain, bribe.number) == "other_secrecy"
    assert refused(disciplined, bribe, plain.number) == "other_secrecy"
    disciplined(bribe, other.number)
    for one in (bribe, other):
        seen = office.program.acts.by(keeper).look(desk.look, one.id)
        assert seen is not None
        assert refused(office.do, desk.give_back, one.id, seen.seen, "不属于纪检", by=keeper) == "merged_here"
    second = filed(office, "d")
    merged(office, second, plain)
    for one in (plain, second):
        assert refused(decide, office, desk.pass_on, one.id, "涉及收钱办事") == "merged_here"
        assert refused(decide, office, desk.put_right, one.id, UNIT, "bribe") == "merged_here"
    assert is_whole(office.program)


def test_no_list_of_what_is_open_loses_a_child_and_none_asks_for_it_twice(office: Office) -> None:
    first, second = filed(office, "a"), filed(office, "b")
    merged(office, second, first)
    for one in (first, second):
        office.do(desk.open_report, one.id)
    office.clock.passes(minutes=11)
    look = office.program.acts.look
    counts = look(desk.counts, desk.Filters())
    assert (counts.states["merged"], counts.promised) == (1, 2)
    by_promise = look(desk.listed, desk.Filters(sort=desk.BY_PROMISE)).items
    assert {one.number for one in by_promise if one.promised} == {first.number, second.number}
    assert look(desk.next_open, desk.Filters(), first.id) is None
    office.do(cases.add, contact_of(office, "b"), second.id, "今天又没有人", ())
    assert look(desk.next_open, desk.Filters(), first.id) == second.id
    open_now = look(desk.tallied, "unit", None, None)[UNIT]
    assert open_now.open == 2
    words = office.program.search.look(office.program.acts, desk.Filters(words="今天又没有人"))
    assert words.found is not None
    assert list(words.found.ids) == [second.id]
    left = {row["number"]: row["master"] for row in office.do(_leaving)}
    assert left == {first.number: None, second.number: first.number}


def _leaving(act: Act) -> list[dict[str, object]]:
    return list(desk.leaving(act, desk.Filters()))


def test_nobody_reads_of_the_other(office: Office) -> None:
    first, second = filed(office, "a"), filed(office, "b")
    merged(office, second, first)
    for one, other, by in ((first, second, "a"), (second, first, "b")):
        case = office.do(cases.own_case, contact_of(office, by).id, one.id)
        assert case is not None
        told = office.do(cases.told, case, "市国土局")
        assert other.number not in repr(told)
        assert {entry["kind"] for entry in told["history"]} <= {"accept"}
    for texts in office.program.texts.values():
        assert texts.say("status", "state_merged") == texts.say("status", "state_accepted")
