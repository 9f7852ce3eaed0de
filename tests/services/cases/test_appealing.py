"""Appealing once against how a case ended: who may, what is owed then, and who alone answers. On both databases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from bot.build import Program
from services import calendar, cases, desk, people
from services.cases import Appeal, Confined, NoAppeal, State
from services.desk import Filters
from services.people import Grant, Role
from tests.conftest import Clock, rows
from tests.drivers.auditing import is_whole
from tests.drivers.told_units import Office, complaint, decide, refused, report
from tests.services.cases.test_life import contact_of, handed, head_of
from tests.services.cases.test_rating import BAD, GOOD, closed, owed, rates

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WHY, STANDS = "没有人来核实过，请再看一次", "与当天的监控和叫号记录一致"


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.at("2026-11-23 09:00")  # a Monday
    made.bind("head", "head")
    return made


def appeals(office: Office, case_id: str, address: str = "citizen") -> None:
    office.do(cases.appeal, contact_of(office, address), case_id, WHY)


def heads(office: Office, what: Callable[..., bool], case_id: str, text: str) -> None:
    office.do(what, case_id, report(office, case_id).seen, text, by=head_of(office))


def why_not(office: Office, case_id: str) -> NoAppeal | None:
    return office.program.acts.look(cases.no_appeal, case_id)


def declined(office: Office) -> str:
    case = complaint(office)
    decide(office, desk.decline, case.id, "此事正在诉讼中")
    return case.id


def righted(office: Office) -> str:
    """A case whose answer was rated badly, and the office has put that right."""
    case_id = closed(office)
    rates(office, case_id, BAD)
    decide(office, desk.make_good, case_id, "现在每天有人值守")
    return case_id


def test_who_was_declined_appeals_once_and_the_head_alone_answers(office: Office) -> None:
    case_id = declined(office)
    told = office.told()[-1]
    assert (told.words, told.presses) == ("status.declined", [f"/add {case_id}", f"/appeal {case_id}"])
    office.office(desk.open_report, case_id)
    assert refused(appeals, office, case_id, "stranger") == "gone"
    appeals(office, case_id)
    now = report(office, case_id)
    assert (now.state, now.appeal, owed(office, case_id)) == (State.DECLINED, "waits", "reviewing 12-07 18:00")
    [row] = rows(office.program, "cases")
    assert (row["read"], row["appealed_on"]) == (False, date(2026, 11, 23))
    assert (now.said[-1].kind, now.said[-1].text, now.said[-1].actor) == ("appeal", WHY, "citizen")
    assert refused(appeals, office, case_id) == "decided"
    assert refused(decide, office, desk.uphold, case_id, STANDS) == "head_wanted"
    assert refused(decide, office, desk.reopen, case_id, "有新的情况") == "head_wanted"
    assert refused(heads, office, desk.uphold, case_id, "不改") == "reason_wanted"
    assert owed(office, case_id) == "reviewing 12-07 18:00"
    office.told()
    heads(office, desk.uphold, case_id, STANDS)
    [told] = office.told()
    assert (told.words, told.to, told.values["text"]) == ("status.upheld", "citizen", STANDS)
    now = report(office, case_id)
    assert (now.state, now.appeal, owed(office, case_id)) == (State.DECLINED, "upheld", "nothing")
    assert refused(heads, office, desk.uphold, case_id, STANDS) == "decided"
    assert refused(appeals, office, case_id) == "decided"
    happened = [row["kind"] for row in rows(office.program, "happenings")]
    assert sorted(happened) == ["complaint_appealed", "complaint_declined", "complaint_upheld"]
    [kept] = [row for row in rows(office.program, "obligations") if row["kind"] == "reviewing"]
    assert (kept["state"], kept["unit_id"]) == ("accepted", None)
    assert is_whole(office.program)


def test_the_head_takes_it_up_again_and_there_is_no_second_appeal(office: Office) -> None:
    case_id = righted(office)
    appeals(office, case_id)
    office.told()
    heads(office, desk.reopen, case_id, "当天的监控没有调取")
    [told] = office.told()
    assert (told.words, told.values["appealed"]) == ("status.reopened", True)
    assert (report(office, case_id).appeal, owed(office, case_id)) == ("reopened", "handling 12-14 18:00")
    [kept] = [row for row in rows(office.program, "obligations") if row["kind"] == "reviewing"]
    assert kept["state"] == "accepted"  # answered, and not given up
    office.told()
    decide(office, desk.decline, case_id, "材料不足，无法核实")
    assert office.told()[-1].presses == [f"/add {case_id}"]
    assert why_not(office, case_id) is NoAppeal.ONCE
    decide(office, desk.reopen, case_id, "有新的情况")  # no appeal waits: as before
    assert is_whole(office.program)


def test_an_answer_is_appealed_against_once_a_bad_rating_was_dealt_with(office: Office) -> None:
    case_id = complaint(office).id
    assert why_not(office, case_id) is NoAppeal.OPEN
    decide(office, desk.accept, case_id, "")
    decide(office, desk.answer, case_id, "窗口已经增开")
    assert why_not(office, case_id) is NoAppeal.UNRATED
    rates(office, case_id, BAD)
    assert why_not(office, case_id) is NoAppeal.RIGHTING
    assert refused(appeals, office, case_id) == "decided"
    decide(office, desk.set_aside, case_id, "评的是另一个单位")
    assert why_not(office, case_id) is None
    content = closed(office, "另一件事")
    rates(office, content, GOOD)
    assert why_not(office, content) is NoAppeal.UNRATED
    gone = complaint(office, "第三件事").id
    office.do(cases.withdraw, contact_of(office), gone)
    assert why_not(office, gone) is NoAppeal.NEVER
    referred = complaint(office, "第四件事").id
    decide(office, desk.refer, referred, "归市医保局管，电话 12393")
    assert office.told()[-1].presses == [f"/add {referred}", f"/appeal {referred}"]
    appeals(office, referred)


@ON_SQLITE
def test_without_days_or_a_head_nobody_can_appeal(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = declined(office)
    known = calendar.limits()
    monkeypatch.setattr(calendar, "limits", lambda: known.model_copy(update={"appeal": None}))
    assert why_not(office, case_id) is NoAppeal.NEVER
    assert refused(appeals, office, case_id) == "decided"
    monkeypatch.undo()
    assert why_not(office, case_id) is None
    monkeypatch.setattr(people, "people_with", lambda act, right: set())
    assert why_not(office, case_id) is NoAppeal.NEVER


def test_nothing_that_anybody_else_does_makes_the_promise_vanish(office: Office) -> None:
    case_id = righted(office)
    appeals(office, case_id)
    due = owed(office, case_id)
    assert refused(handed, office, case_id) == "appealed"
    rates(office, case_id, BAD)  # the second time that they were asked
    assert owed(office, case_id) == due
    decide(office, desk.make_good, case_id, "又增派了一人")
    assert owed(office, case_id) == due
    rates(office, case_id, BAD)
    decide(office, desk.ask, case_id, "几号窗口？")
    office.at("2026-12-03 09:00")
    office.do(desk.go_on_unanswered, 10)
    assert owed(office, case_id) == due
    decide(office, desk.prioritise, case_id, "urgent", "涉及多户群众")
    assert owed(office, case_id) == due
    assert office.do(cases.mine, contact_of(office)) == (0, 1), "it is not given up while an answer is owed"
    heads(office, desk.uphold, case_id, STANDS)
    assert owed(office, case_id).startswith("righting"), "what was rated badly meanwhile is put right as ever"
    assert is_whole(office.program)


def test_what_goes_to_the_discipline_desk_is_answered_there(office: Office) -> None:
    case_id = declined(office)
    appeals(office, case_id)
    inspector = office.do(people.add_person, "纪检", [Grant(Role.DISCIPLINE, None)])
    seen = report(office, case_id).seen
    assert refused(office.do, desk.uphold, case_id, seen, STANDS, by=inspector) == "head_wanted"
    decide(office, desk.pass_on, case_id, "涉及效能办自己")
    assert refused(office.do, desk.uphold, case_id, seen, STANDS, by=head_of(office)) == "gone"
    found = office.program.acts.by(inspector).look(desk.look, case_id)
    assert found is not None
    assert (found.confined, found.appeal) == (Confined.PASSED, Appeal.WAITS)
    office.do(desk.uphold, case_id, found.seen, STANDS, by=inspector)
    assert [row["appeal"] for row in rows(office.program, "cases")] == ["upheld"]
    other = declined(office)
    decide(office, desk.pass_on, other, "涉及效能办自己")
    assert why_not(office, other) is NoAppeal.NEVER
    assert is_whole(office.program)


def test_what_was_merged_and_ended_with_its_master_is_appealed_against_by_itself(office: Office) -> None:
    master, child = complaint(office), complaint(office, "也等了两个小时")
    decide(office, desk.merge, child.id, master.number, desk.UNDER, "")
    assert why_not(office, child.id) is NoAppeal.OPEN
    decide(office, desk.accept, master.id, "")
    decide(office, desk.decline, master.id, "此事正在诉讼中")
    appeals(office, child.id)
    assert (report(office, child.id).appeal, report(office, master.id).appeal) == ("waits", None)
    assert (owed(office, child.id)[:9], owed(office, master.id)) == ("reviewing", "nothing")
    heads(office, desk.reopen, child.id, "这一件另有情况")
    assert (report(office, child.id).master, report(office, master.id).state) == (None, State.DECLINED)


def test_the_heads_are_reminded_of_it_and_the_clerks_are_not(office: Office) -> None:
    clerk = office.do(people.add_person, "某人", [Grant(Role.CLERK, None)])
    office.do(people.ensure_contact, "fake", "clerk", "zh", clerk)
    case_id = declined(office)
    appeals(office, case_id)
    office.told()
    office.at("2026-12-02 08:30")  # three working days before
    office.fire()
    assert [(one.to, one.values["waiting"][0]["kind"]) for one in office.told()] == [("clerk", "reviewing")]
    office.do(people.ensure_contact, "fake", "boss", "zh", head_of(office))  # the first of them with an account
    office.at("2026-12-04 08:30")
    office.fire()
    assert [(one.to, one.values["waiting"][0]["kind"]) for one in office.told()] == [("boss", "reviewing")]


@ON_SQLITE
def test_the_list_and_the_export_tell_how_appeals_stand(office: Office) -> None:
    waits, upheld = declined(office), declined(office)
    for one in (waits, upheld):
        appeals(office, one)
    heads(office, desk.uphold, upheld, STANDS)
    declined(office)
    look = office.program.acts.look
    for stands, case_id in (("waits", waits), ("upheld", upheld)):
        assert [one.id for one in look(desk.listed, Filters(appeal=stands)).items] == [case_id]
    left = look(lambda act: [row["appeal"] for row in desk.leaving(act, Filters())])
    assert sorted(left, key=str) == [None, "upheld", "waits"]


@ON_SQLITE
def test_no_unit_reads_the_words_of_an_appeal(office: Office) -> None:
    said = "上次去窗口还是没有一个人在，等到中午也没有人来办理"
    case_id = declined(office)
    office.do(cases.appeal, contact_of(office), case_id, said)
    guard = office.program.tools.kinds["complaint"].guard
    assert refused(office.office, guard, case_id, f"整改：{said}") == "their_words"
