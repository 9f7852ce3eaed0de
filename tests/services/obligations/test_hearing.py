"""Whom each reminder and decision reaches, and by which way, on both databases."""

from __future__ import annotations

from datetime import date

from services import obligations, people
from services.foundation import phones
from tests.conftest import rows
from tests.drivers.told_units import PHONE, UNIT, Office, withdraw


def went(office: Office, obligation: str) -> list[str]:
    """As the office reads it in the history."""
    seen = office.program.acts.look(obligations.reminded, obligation)
    return [f"{one.at:%m-%d %H:%M} {one.kind} {one.to} {one.by}" for one in seen]


def test_the_history_says_whom_each_reminder_reached(office: Office) -> None:
    office.bind("superior", "leader")
    obligation = office.hand_over("2026-11-26")
    assert went(office, obligation) == []  # the hand-over itself stands there already
    office.until("2026-11-25 12:00")
    assert went(office, obligation) == [
        "11-23 13:00 silence head sms",
        "11-24 09:00 silence deputy chat",
        "11-24 09:00 silence deputy sms",
        "11-25 08:30 before head chat",
        "11-25 09:00 silence office chat",
    ]
    assert [one.silent for one in office.listed()] == [True]
    office.act(obligations.acknowledge, obligation)
    assert [one.silent for one in office.listed()] == [False]
    office.until("2026-11-30 12:00")
    assert went(office, obligation)[5:] == [
        "11-26 08:30 day head chat",
        "11-27 08:30 over head chat",
        "11-30 08:30 over both chat",
    ]
    office.do(people.reach_changed, "fake", "e1", "head", blocked=True)
    office.until("2026-12-01 12:00")
    assert went(office, obligation)[8:] == ["12-01 08:30 over both sms"]


def test_who_has_acknowledged_by_sms_goes_on_being_reminded_by_sms(office: Office) -> None:
    office.do(people.reach_changed, "fake", "e1", "head", blocked=True)
    obligation = office.hand_over("2026-12-04")
    office.act(obligations.acknowledge, obligation)
    assert office.until("2026-11-26 12:00") == [f"11-25 08:30 {PHONE} 2"]
    assert went(office, obligation) == ["11-25 08:30 before head sms"]


def test_where_the_head_cannot_be_reached_any_more_the_deputy_is_and_then_the_office(office: Office) -> None:
    obligation = office.hand_over("2026-12-04")
    office.act(obligations.acknowledge, obligation)
    withdraw(office, "head")
    office.told()
    assert office.until("2026-11-26 12:00") == ["11-25 08:30 deputy 2"]
    assert [one.silent for one in office.listed()] == [False]
    withdraw(office, "deputy")
    office.told()
    assert office.until("2026-12-02 12:00") == []
    assert went(office, obligation)[1:] == ["12-01 08:30 before head no_chat"]
    assert [one.silent for one in office.listed()] == [True]


def test_a_superior_with_a_number_alone_is_told_by_sms(office: Office) -> None:
    office.bind("superior", phone="+8613800138077")
    office.hand_over("2026-11-24")
    assert "11-26 08:30 +8613800138077 4" in office.until("2026-11-26 12:00")


def test_a_return_goes_to_whoever_answered_too(office: Office) -> None:
    office.bind("liaison", "liaison")
    obligation = office.hand_over(working_days=5)
    office.answer(obligation, by="liaison")
    office.told()
    office.decide(obligations.send_back, obligation, "没有写明责任人")
    assert {one.to for one in office.told() if one.words == "obligation.returned"} == {"head", "liaison"}


def test_a_head_without_chat_gets_the_sms_at_once(office: Office) -> None:
    """Nobody waits four hours for somebody who cannot have read it; the quiet hours hold."""
    office.do(people.reach_changed, "fake", "e1", "head", blocked=True)
    assert office.program.acts.look(people.takes_sms, UNIT)
    obligation = office.hand_over("2026-11-27")
    assert office.until("2026-11-23 09:01") == [f"11-23 09:00 {PHONE} 1"]
    assert office.until("2026-11-26 08:31")[-1] == f"11-26 08:30 {PHONE} 3"  # of the morning's reminder too
    office.at("2026-11-26 22:00")
    office.answer(obligation)
    office.decide(obligations.send_back, obligation, "没有说明原因", date(2026, 12, 4))
    assert office.until("2026-11-27 07:59") == []
    assert office.until("2026-11-27 08:00") == [f"11-27 08:00 {PHONE} 4"]
    office.office(people.set_number, office.people["head"], "")
    assert not office.program.acts.look(people.takes_sms, UNIT)


def test_who_lives_by_sms_hears_of_the_decision_by_sms(office: Office) -> None:
    office.do(people.reach_changed, "fake", "e1", "head", blocked=True)
    first, second = office.hand_over("2026-11-27"), office.hand_over("2026-11-30")
    office.until("2026-11-23 09:01")
    office.answer(first)
    office.decide(obligations.accept_answer, first, "")
    office.decide(obligations.excuse, second, "已由别的单位办理")
    told = office.until("2026-11-23 09:02")
    assert [one.split()[2] for one in told] == [PHONE, PHONE]


def test_a_reminder_that_had_nobody_to_go_to_is_not_told_as_sent(office: Office) -> None:
    office.do(people.reach_changed, "fake", "e1", "head", blocked=True)
    obligation = office.hand_over("2026-11-24")
    office.until("2026-11-24 08:30")
    assert went(office, obligation) == [
        "11-23 09:00 silence head sms",
        "11-24 08:30 day head no_chat",
        "11-24 08:30 silence head sms",
    ]


def test_the_head_of_the_unit_above_is_a_superior(office: Office) -> None:
    office.bind("head", "window", unit="gtj-1")
    who = office.do(people.recipients, "gtj-1", "superior", "chat")
    head = office.do(people.recipients, UNIT, "head", "chat")
    assert who == head != []


def test_only_whoever_holds_the_role_now_is_told(office: Office) -> None:
    office.bind("head", "head-at-home")
    obligation = office.hand_over("2026-11-27")
    assert sorted(office.said()) == ["11-23 09:00 head 1 handed", "11-23 09:00 head-at-home 1 handed"]
    withdraw(office, "head")
    told = office.until("2026-11-24 12:00")
    assert told == ["11-24 09:00 deputy 1", "11-24 09:00 +8613900139000 1"]
    office.bind("head", "new-head")
    assert office.until("2026-11-26 12:00") == ["11-26 08:30 new-head 3"]
    assert office.look(obligation).obligation.state == "open"


def test_without_a_carrier_everything_goes_by_chat(office: Office) -> None:
    office.hand_over(working_days=15)
    office.at("2026-11-24 09:30")
    assert office.do(obligations.fire, 100, ("chat",)) == 3
    assert [one.to for one in office.told()] == ["head", "deputy"]


def test_a_number_belongs_to_the_person_who_has_it_now(office: Office) -> None:
    office.do(people.recipients, UNIT, "head", "sms")
    office.office(people.set_number, office.people["head"], phones.normalised("137 0013 7000"))
    (contact_id,) = office.do(people.recipients, UNIT, "head", "sms")
    sealed = next(row["sealed"] for row in rows(office.program, "contacts") if row["id"] == contact_id)
    assert office.program.vault.identities.open_bytes(sealed, "address") == b"+8613700137000"  # pyright: ignore[reportArgumentType]
