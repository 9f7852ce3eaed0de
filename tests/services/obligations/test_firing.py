"""The ladder of reminders, from the first morning to what is long over, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

import pytest

from channels.render import draw
from channels.sms.drawing import letter_of
from conversation.messages import Body, Say
from services import obligations
from tests.conftest import rows
from tests.drivers.told_units import PHONE, UNIT, Office


def test_a_unit_that_acknowledges_is_reminded_by_chat_alone(office: Office) -> None:
    obligation = office.hand_over("2026-12-04")
    handed = office.told()[0]
    assert str(handed) == "11-23 09:00 head 1 handed"
    assert handed.values | {"nth": ""} == {
        "number": "D20261123-0001",
        "kind": "instruction",
        "unit": "市国土局",
        "unit_en": "Land Bureau",
        "due": "2026-12-04T18:00:00+08:00",
        "state": "open",
        "days": 9,
        "late_by": None,
        "nth": "",
        "text": "请报送整改情况",
        "to": "head",
        "begins": "请报送整改情况",
        "provisional": False,
    }
    for language, name in (("zh", "市国土局"), ("en", "Land Bureau")):
        body, texts = Body(say=Say("obligation.reminder", handed.values)), office.program.texts[language]
        assert name in draw(body, texts).text
        assert name in letter_of(body, texts, 3).texts[0]
    names = ("/acknowledge", "/answer", "/more_time", "/duty")
    assert handed.presses == [*(f"{name} {obligation}" for name in names), "/duties"]
    office.act(obligations.acknowledge, obligation)
    assert office.until("2026-12-09 12:00") == [
        "11-25 08:30 head 2",
        "12-01 08:30 head 3",
        "12-03 08:30 head 4",
        "12-04 08:30 head 5",
        "12-07 08:30 head 6",
        "12-08 08:30 head 7",
        "12-09 08:30 head 8",
    ]
    assert office.look(obligation).obligation.state == obligations.ACKNOWLEDGED


def test_silence_goes_to_sms_then_to_the_deputy_then_to_the_office(office: Office) -> None:
    obligation = office.hand_over(working_days=15)
    assert office.until("2026-11-25 08:59") == [
        "11-23 09:00 head 1 handed",
        f"11-23 13:00 {PHONE} 1",
        "11-24 09:00 deputy 1",
        "11-24 09:00 +8613900139000 1",
    ]

    def silent() -> list[str]:
        return [obligation.id for obligation in office.listed(stage="silent")]

    assert silent() == []
    assert office.until("2026-11-25 09:00") == []
    assert silent() == [obligation]
    office.act(obligations.acknowledge, obligation)
    assert silent() == []
    assert office.until("2026-12-02 12:00") == []
    assert office.until("2026-12-03 12:00") == ["12-03 08:30 head 2"]


def test_the_ladder_of_silence_waits_for_a_working_day(office: Office) -> None:
    """One working day after Thursday evening is Friday evening, which is quiet; then comes Saturday."""
    office.at("2026-11-26 21:30")
    office.hand_over("2026-12-15")
    said = office.until("2026-12-01 12:00")
    assert [one for one in said if "deputy" in one] == ["11-30 08:00 deputy 1"]


@pytest.mark.parametrize(("at_once", "nth"), [(100, 4), (2, 2)])
def test_after_a_standstill_the_ladder_of_silence_is_climbed_once(office: Office, at_once: int, nth: int) -> None:
    """Each of the mornings that went by is recalled; to all of them together there is one SMS and one deputy."""
    office.hand_over("2026-11-26")
    assert office.said() == ["11-23 09:00 head 1 handed"]
    office.at("2026-11-30 09:00")  # Monday
    while office.fire(at_once):
        pass
    assert office.said() == [
        f"11-30 09:00 {PHONE} 1 late",
        "11-30 09:00 deputy 1 late",
        "11-30 09:00 +8613900139000 1 late",
        "11-30 09:00 head 2 late",
        "11-30 09:00 head 3 late",
        "11-30 09:00 head 4 late",
    ]
    assert office.until("2026-12-01 12:00") == [
        f"11-30 13:00 {PHONE} {nth}",
        "12-01 08:30 head 5",
        f"12-01 09:00 deputy {nth}",
        f"12-01 09:00 +8613900139000 {nth}",
    ]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_processes_that_wake_together_climb_it_once(office: Office) -> None:
    for _ in range(5):
        office.hand_over("2026-11-26")
    office.at("2026-11-30 09:00")
    acts = office.program.acts.at(office.program.clock())
    start = Barrier(4)

    def fire_all() -> None:
        start.wait(10)
        for _ in range(20):  # a batch may be empty while the others hold its rows
            acts.transact(obligations.fire, 30)

    with ThreadPoolExecutor(4) as pool:
        for one in [pool.submit(fire_all) for _ in range(4)]:
            one.result(60)
    fired = [row for row in rows(office.program, "reminders") if row["fired_at"] and row["kind"] != "told"]
    assert len(fired) == 5 * 7
    coming = [row for row in rows(office.program, "reminders") if not row["fired_at"] and row["kind"] == "silence"]
    ways = sorted((str(row["obligation_id"]), str(row["to"]), str(row["by"])) for row in coming)
    assert len(ways) == len(set(ways)) == 5 * 3


def test_an_acknowledgement_stops_the_silence_and_a_return_begins_it_again(office: Office) -> None:
    obligation = office.hand_over(working_days=10)
    office.act(obligations.acknowledge, obligation)
    office.answer(obligation)
    assert office.until("2026-12-31 12:00") == ["11-23 09:00 head 1 handed"]
    office.decide(obligations.send_back, obligation, "没有说明原因", date(2027, 1, 8))
    assert office.look(obligation).obligation.state == "returned"
    assert office.until("2027-01-05 12:00") == [
        "12-31 12:00 head 2 returned",
        f"12-31 16:00 {PHONE} 2",
        "01-04 12:00 deputy 2",
        "01-04 12:00 +8613900139000 2",
        "01-05 08:30 head 3",
    ]


def test_a_deadline_that_is_over_reaches_the_superior_too(office: Office) -> None:
    office.bind("superior", "leader")
    obligation = office.hand_over("2026-11-24")
    office.act(obligations.acknowledge, obligation)
    told = office.until("2026-11-27 12:00")
    assert told == [
        "11-23 09:00 head 1 handed",
        "11-24 08:30 head 2",
        "11-25 08:30 head 3",
        "11-26 08:30 head 4",
        "11-26 08:30 leader 4",
        "11-27 08:30 head 5",
        "11-27 08:30 leader 5",
    ]
    late = office.program.acts.look(obligations.late)
    assert [(one.unit_id, one.kind, one.count) for one in late] == [(UNIT, "instruction", 1)]
    listed = office.listed(units=(UNIT,), late=True)
    assert [(one.id, one.late, one.working_days_left) for one in listed] == [(obligation, True, -3)]
    assert not office.listed(units=("fgw",), late=True)


def test_a_deadline_in_a_year_that_is_not_announced_is_provisional(office: Office) -> None:
    office.at("2027-01-25 09:00")
    obligation = office.hand_over(working_days=10)
    [handed] = office.told()
    assert (handed.values["due"][:10], handed.values["provisional"]) == ("2027-02-10", True)  # the festival, four days
    assert office.look(obligation).obligation.provisional
    office.act(obligations.acknowledge, obligation)
    office.at("2027-01-28 08:30")
    office.fire()
    [said] = office.told()
    assert (said.values["days"], said.values["provisional"]) == (7, True)
