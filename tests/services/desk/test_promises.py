"""The office's promise to say whether a complaint is accepted: one date for the receipt, the desk and the reminder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import calendar, desk, obligations, people
from services.desk import BY_PROMISE, Filters, Item
from services.people import Grant, Role
from tests.conftest import Clock, rows
from tests.drivers.told_units import UNIT, Office, complaint

FILED = "2026-11-26 10:00"  # a Thursday
KINDS = desk.KINDS


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    """A clerk and the office's head, who decide about reports, a reviewer, who does not; and a unit with its head."""
    made = Office(program, clock)
    made.at(FILED)
    for role in (Role.CLERK, Role.OFFICE_HEAD, Role.REVIEWER):
        person = made.do(people.add_person, "某人", [Grant(role, None)])
        made.do(people.ensure_contact, "fake", role, "zh", person)
    made.bind("head", "head")
    return made


def listed(office: Office, **filters: Any) -> Sequence[Item]:
    return office.program.acts.look(desk.listed, Filters(**filters)).items


def due(office: Office, case_id: str) -> str:
    [item] = [one for one in listed(office) if one.id == case_id]
    return f"{item.promised.due_at:%m-%d %H:%M} {item.promised.days}" if item.promised else "nothing"


def reminded(office: Office) -> list[tuple[str, str, list[tuple[str, int, bool]]]]:
    """What went to the office's people since the last call."""
    said = sorted((one for one in office.told() if one.words == "status.waiting"), key=lambda one: one.to)
    named = [[(w["number"], w["days"], w["late"]) for w in one.values["waiting"]] for one in said]
    return [(f"{one.at:%m-%d %H:%M}", one.to, waiting) for one, waiting in zip(said, named, strict=True)]


def decide(office: Office, decision: Any, case_id: str, *args: Any) -> None:
    report = office.program.acts.look(desk.look, case_id)
    assert report is not None
    office.office(decision, case_id, report.seen, *args)


async def test_the_receipt_the_desk_and_the_status_tell_the_offices_own_day(
    program: Program, citizen: FakePerson, clock: Clock
) -> None:
    clock.now = clock.now.replace(day=26)
    program.acts.transact(calendar.set_day, date(2026, 11, 27), False, "全市停电检修")
    program.acts.transact(calendar.set_day, date(2026, 11, 28), True, "补班")
    program.acts.transact(calendar.set_day, date(2026, 11, 30), False, "全市停电检修")
    await citizen.says("/complaint gtj")
    for said in ("/skip", "办事拖拉", "等了两个小时", "/skip", "/skip", "/skip", "匿名，单位看不到您是谁"):
        await citizen.says(said)
    [receipt] = await citizen.taps("提交")
    assert "2 个工作日内（12月1日 周二前）" in receipt.text  # Saturday 28 November is worked, Friday and Monday are not
    [status] = await citizen.taps("查看进展")
    assert "12月1日 周二前告诉您是否受理，还有 2 个工作日" in status.text
    [item] = program.acts.look(desk.listed, Filters()).items
    assert item.promised is not None
    assert f"{item.promised.due_at:%m-%d %H:%M}" == "12-01 18:00"
    clock.now = clock.now.replace(month=12, day=3)
    [status] = await citizen.says("/status")
    assert "已经晚了 2 个工作日" in status.text


@pytest.mark.parametrize(
    ("filed", "promised"),
    [
        ("2026-02-13 10:00", "02-24 18:00 2"),  # before the Spring Festival; Saturday 14 February is worked
        ("2026-10-08 10:00", "10-10 18:00 2"),  # Saturday 10 October is worked
        ("2026-12-31 10:00", "01-05 18:00 2"),  # into a year that is not announced
    ],
)
def test_the_days_are_those_on_which_offices_work(office: Office, filed: str, promised: str) -> None:
    office.at(filed)
    case = complaint(office)
    assert due(office, case.id) == promised


def test_clerks_are_reminded_in_one_message_each_working_morning_until_it_is_decided(office: Office) -> None:
    first, second = complaint(office), complaint(office, "窗口推来推去")
    office.until("2026-11-27 08:29")
    assert reminded(office) == []
    office.at("2026-11-27 08:30")
    office.fire()
    both = [(first.number, 1, False), (second.number, 1, False)]
    assert reminded(office) == [("11-27 08:30", "clerk", both), ("11-27 08:30", "office_head", both)]
    decide(office, desk.accept, first.id, "")
    assert (due(office, first.id), due(office, second.id)) == ("12-18 18:00 15", "11-30 18:00 1")
    office.told()
    found = []
    for moment in ("2026-11-30 08:30", "2026-12-01 08:30", "2026-12-02 08:30"):
        office.at(moment)
        office.fire()
        found += [one for one in reminded(office) if one[1] == "clerk"]
    assert found == [
        ("11-30 08:30", "clerk", [(second.number, 0, False)]),
        ("12-01 08:30", "clerk", [(second.number, -1, True)]),
        ("12-02 08:30", "clerk", [(second.number, -2, True)]),
    ]
    decide(office, desk.decline, second.id, "此事正在诉讼中")
    office.told()
    office.at("2026-12-15 08:30")
    office.fire()
    assert reminded(office)[0][2] == [(first.number, 3, False)]
    decide(office, desk.answer, first.id, "窗口已经增开")
    office.told()
    office.at("2027-01-20 08:30")
    office.fire()
    assert reminded(office) == []
    assert [row for row in rows(office.program, "reminders") if row["fired_at"] is None] == []


def test_after_a_standstill_it_is_said_once_and_never_at_night(office: Office) -> None:
    case = complaint(office)
    office.at("2026-12-02 23:00")
    office.fire()
    assert reminded(office) == []
    office.at("2026-12-03 08:00")
    office.fire()
    assert reminded(office)[0] == ("12-03 08:00", "clerk", [(case.number, -3, True)])
    office.fire()
    assert reminded(office) == []


def test_handing_over_keeps_the_promise_and_the_answer_is_owed_from_then_on(office: Office) -> None:
    case = complaint(office)
    office.hand_over("2026-12-10", kind="complaint", subject_id=case.id)
    assert due(office, case.id) == "12-17 18:00 15"
    office.at("2026-12-01 10:00")
    office.hand_over("2026-12-11", kind="complaint", subject_id=case.id, asked="请一并说明收费依据")
    assert due(office, case.id) == "12-17 18:00 12"


def test_no_unit_no_list_and_no_happening_knows_of_it(office: Office) -> None:
    case = complaint(office)
    office.at("2026-12-04 12:00")  # three days over
    office.do(obligations.lapse, 100)
    look = office.program.acts.look
    assert look(obligations.late) == []
    assert office.listed() == office.listed(late=True) == office.listed(stage="settled") == []
    assert look(obligations.of_subject, KINDS, case.id) == look(obligations.owed_by, KINDS, [UNIT]) == []
    assert set(look(obligations.counts, obligations.ObligationFilters()).values()) == {0}
    [own] = rows(office.program, "obligations")
    assert look(obligations.look, KINDS, own["id"]) is None
    assert (own["unit_id"], own["asked"]) == (None, "")
    assert rows(office.program, "happenings") == []
    # A unit's own number does not tell how many complaints came in before it.
    office.hand_over("2026-12-10", kind="complaint", subject_id=case.id)
    assert [one.number for one in office.listed()] == ["D20261204-0001"]


def test_the_list_is_sorted_by_what_is_promised_soonest_page_by_page(office: Office) -> None:
    cases = []
    for n in range(55):
        office.at(f"2026-11-{23 + n % 5} 10:00")
        cases.append(complaint(office, f"第 {n} 件"))
    office.at("2026-11-27 20:00")
    decide(office, desk.decline, cases[0].id, "此事正在诉讼中")
    pages, after = [], ""
    while True:
        page = office.program.acts.look(desk.listed, Filters(sort=BY_PROMISE), after)
        pages.append([one.promised.due_at if one.promised else None for one in page.items])
        if page.after is None:
            break
        after = page.after
    found = [one for page in pages for one in page]
    assert [len(page) for page in pages] == [50, 5]
    assert found[-1] is None
    assert found[:-1] == sorted(one for one in found if one)
    counted = office.program.acts.look(desk.counts, Filters())
    assert (counted.promised, counted.overdue) == (54, 32)


def test_a_list_that_mixes_visits_can_be_sorted_too(office: Office) -> None:
    assert listed(office, sort=BY_PROMISE) == []
    complaint(office)
    assert [one.kind for one in listed(office, sort=BY_PROMISE)] == ["complaint"]
