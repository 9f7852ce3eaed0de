"""A unit gives a complaint back as not its duty: once, in time; the office agrees or insists."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select

from bot.build import Program
from models.tables import happenings
from services import desk, obligations, people
from services.desk import KINDS
from services.people import Grant, Role
from tests.conftest import Clock
from tests.drivers.auditing import is_whole
from tests.drivers.told_units import CLERK, UNIT, Office, complaint, refused

WHY = ("other_unit", "占道经营由市城管局管")
OTHERS = ("gsj", "wsj")


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    """Monday morning; three units with a head each, a clerk and the office's head."""
    made = Office(program, clock)
    made.at("2026-11-23 09:00")
    for unit in (*OTHERS, UNIT):
        made.bind("head", f"head-{unit}", unit=unit)
    for role in (Role.CLERK, Role.OFFICE_HEAD):
        made.people[role] = made.do(people.add_person, "某人", [Grant(role, None)])
        made.do(people.ensure_contact, "fake", role, "zh", made.people[role])
    return made


def handed(office: Office, case_id: str, unit: str = UNIT, by: str = CLERK, days: int = 5) -> str:
    given: Any = {"unit_id": unit, "kind": "complaint", "asked": "请核实并答复", "subject_id": case_id}
    return office.do(obligations.hand_over, KINDS, due=None, working_days=days, by=by, **given)


def gives_back(office: Office, obligation: str) -> None:
    office.do(obligations.say_not_ours, KINDS, obligation, *WHY, by=office.people["head"])


def state(office: Office, case_id: str) -> str:
    return office.program.acts.look(desk.look, case_id).state


def test_it_is_the_offices_turn_and_nothing_reminds_the_unit(office: Office) -> None:
    case = complaint(office)
    obligation = handed(office, case.id)
    assert office.look(obligation).not_ours_by.isoformat() == "2026-11-25T18:00:00+08:00"
    office.at("2026-11-25 10:00")
    gives_back(office, obligation)
    office.told()
    assert [one for one in office.until("2026-12-20 12:00") if "status.waiting" not in one] == []
    [one] = office.listed(stage="not_ours")
    assert (one.id, one.state, one.owed, one.late) == (obligation, "not_ours", False, False)
    assert office.program.acts.look(obligations.counts, obligations.ObligationFilters())["not_ours"] == 1
    assert [one.id for one in office.program.acts.look(obligations.owed_by, KINDS, [UNIT])] == [obligation]
    assert state(office, case.id) == "handed", "nobody has agreed yet"
    office.decide(obligations.excuse, obligation, "同意\uff0c改交市城管局")
    assert state(office, case.id) == "accepted", "it is with the office again"
    rows = office.do(
        lambda act: act.tx.execute(select(happenings).where(happenings.c.unit_id == UNIT)).mappings().all()
    )
    told = [one["detail"]["reason"] for one in rows if one["kind"] == "not_ours"]
    assert told == ["other_unit"]
    assert not [one for one in rows if one["kind"] == "overdue"]
    assert is_whole(office.program)


def test_the_time_counts_from_the_hand_over_and_ends(office: Office) -> None:
    obligation = handed(office, complaint(office).id)
    office.at("2026-11-25 17:00")
    office.act(obligations.acknowledge, obligation)
    office.at("2026-11-25 18:01")
    assert office.look(obligation).not_ours_by is None
    assert refused(gives_back, office, obligation) == "not_ours_late"


def test_the_office_insists_and_it_cannot_be_given_back_again(office: Office) -> None:
    case = complaint(office)
    obligation = handed(office, case.id)  # until Monday 30 November
    gives_back(office, obligation)
    office.at("2026-11-25 15:00")
    assert refused(office.decide, obligations.insist, obligation, "") == "text_wanted"
    office.decide(obligations.insist, obligation, "三定方案里归您单位")
    whole = office.look(obligation)
    assert (whole.obligation.state, whole.obligation.owed) == ("open", True)
    assert whole.obligation.due_at.isoformat() == "2026-12-02T18:00:00+08:00", "two working days with the office"
    assert office.program.acts.look(obligations.planned_moves) == [], "it is counted with them"
    assert [str(one)[12:] for one in office.told() if one.to == f"head-{UNIT}"] == [
        f"head-{UNIT} 1 handed",
        f"head-{UNIT} 2 insisted",
    ]
    assert refused(gives_back, office, obligation) == "not_ours_once"
    assert refused(office.decide, obligations.insist, obligation, "还是归您单位") == "decided"
    assert state(office, case.id) == "handed"


def test_what_was_late_already_stays_so_once(office: Office) -> None:
    obligation = handed(office, complaint(office).id, days=1)
    office.at("2026-11-25 10:00")
    gives_back(office, obligation)
    office.at("2026-11-30 10:00")
    office.decide(obligations.insist, obligation, "三定方案里归您单位")
    assert office.look(obligation).obligation.due_at.isoformat() == "2026-11-24T18:00:00+08:00"
    office.do(obligations.lapse, 100)
    kinds = office.do(lambda act: act.tx.execute(select(happenings.c.kind)).scalars().all())
    assert kinds.count("overdue") == 1


def test_a_unit_that_does_it_after_all_answers(office: Office) -> None:
    case = complaint(office)
    obligation = handed(office, case.id)
    gives_back(office, obligation)
    office.people[f"head-{UNIT}"] = office.people["head"]
    office.answer(obligation, by=f"head-{UNIT}")
    assert office.look(obligation).obligation.state == "answered"
    assert state(office, case.id) == "answered"


def test_an_instruction_is_nobody_elses(office: Office) -> None:
    obligation = office.hand_over(working_days=5)
    assert office.look(obligation).not_ours_by is None
    assert refused(gives_back, office, obligation) == "not_ours_never"


@pytest.mark.parametrize("agreed", [False, True])
def test_what_two_units_gave_back_the_head_of_the_office_hands_over(office: Office, agreed: bool) -> None:
    case = complaint(office)
    given: list[str] = []
    for unit in OTHERS:
        office.bind("head", unit=unit)
        given.append(handed(office, case.id, unit))
        gives_back(office, given[-1])
        if agreed:
            office.decide(obligations.excuse, given[-1], "同意收回")
    told = [one for one in office.told() if one.words == "status.given_back"]
    assert [(one.to, one.values["number"], one.values["count"]) for one in told] == [("office_head", case.number, 2)]
    clerk, head = office.people[Role.CLERK], office.people[Role.OFFICE_HEAD]
    assert refused(handed, office, case.id, by=clerk) == "head_wanted"
    assert office.look(handed(office, case.id, by=head)).obligation.state == "open"


def test_what_the_office_kept_with_its_unit_has_not_come_back(office: Office) -> None:
    case = complaint(office)
    for unit in OTHERS:
        office.bind("head", unit=unit)
        obligation = handed(office, case.id, unit)
        gives_back(office, obligation)
        office.decide(obligations.insist, obligation, "三定方案里归您单位")
    assert handed(office, case.id, by=office.people[Role.CLERK])


def test_the_citizen_reads_nothing_of_it(office: Office) -> None:
    """To the citizen the case goes on: no word, no other state, no end."""
    case = complaint(office)
    obligation = handed(office, case.id)
    office.told()
    before = state(office, case.id)
    gives_back(office, obligation)
    assert state(office, case.id) == before
    office.decide(obligations.insist, obligation, "三定方案里归您单位")
    other = handed(office, case.id, "wsj")
    office.bind("head", unit="wsj")
    gives_back(office, other)
    office.decide(obligations.excuse, other, "同意收回")
    assert [one for one in office.told() if one.to == "citizen"] == []
    report = office.program.acts.look(desk.look, case.id)
    assert [one.kind for one in report.said] == ["accept"]
    assert "close" in report.steps
    assert report.state == "handed"
