"""Whoever left a phone and has not opened the web chat gets one SMS that tells nothing of what waits there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bot.build import Program
from channels.webchat.kind import CHANNEL
from models.tables import SMS
from services import calendar, cases, deliveries, desk, people
from services.deliveries import open_body
from services.foundation.act import Act
from tests.conftest import Clock, rows
from tests.drivers.auditing import is_whole
from tests.drivers.told_units import UNIT, Office, decide, report

PHONE, MOST = "13800138000", 10


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    made = Office(program, clock)
    made.at("2026-11-23 16:00")
    return made


def filed(office: Office, phone: str | None = PHONE, *, channel: str = CHANNEL, address: str = "browser") -> str:
    def file(act: Act) -> str:
        key = people.address_hash(act.vault, channel, address)
        contact = people.lock_contacts(act, {key: (channel, address, "zh")})[key]
        name = "王小明" if phone else None
        said = cases.Complaint(UNIT, "slow", "窗口没有人，等了两个小时", name=name, phone=phone)
        return cases.file_complaint(act, contact, said)[0].id

    return office.do(file)


def nudges(office: Office) -> Sequence[dict[str, Any]]:
    """The text messages that have been queued."""
    office.do(cases.nudge, MOST)
    return [row for row in rows(office.program, "deliveries") if row["channel"] == SMS]


def opens_the_page(office: Office) -> None:
    key = people.address_hash(office.program.vault, CHANNEL, "browser")
    [contact] = [row["id"] for row in rows(office.program, "contacts") if row["address_hash"] == key]
    while office.do(deliveries.number_due):
        pass
    office.do(deliveries.received, CHANNEL, contact, 1_000)


def test_one_message_the_next_day_that_tells_nothing(office: Office) -> None:
    case_id, other = filed(office), filed(office)
    for one in (case_id, other):
        decide(office, desk.accept, one, "")
    decide(office, desk.ask, case_id, "您是几号去的？")
    assert nudges(office) == []
    office.at("2026-11-24 09:00")
    [row] = nudges(office)
    assert len(nudges(office)) == 1
    assert row["id"] < 0  # tells the day alone, as what a citizen is told about a report does
    body = open_body(office.program.vault, row["sealed"])
    assert body.say is not None
    assert (body.say.words, body.say.values, body.say.buttons) == ("sms.waits", {}, ())
    text = office.program.texts["zh"].by_sms.say("sms", "waits")
    assert not any(word in text for word in ("投诉", "举报", "王小明", report(office, case_id).number, "受理"))
    assert "点" not in text
    office.at("2026-11-24 10:00")
    decide(office, desk.decline, other, "此事正在诉讼中")
    office.at("2026-11-25 09:00")
    assert len(nudges(office)) == 2  # something new has been waiting for a day
    assert is_whole(office.program)


def test_nobody_gets_one_who_has_looked_left_no_mobile_uses_another_chat_or_wants_none(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = filed(office)
    decide(office, desk.accept, looked, "")
    opens_the_page(office)
    for phone, channel, address in ((None, CHANNEL, "b2"), ("0797-8391234", CHANNEL, "b3"), (PHONE, "fake", "c4")):
        decide(office, desk.accept, filed(office, phone, channel=channel, address=address), "")
    office.at("2026-11-26 09:00")
    assert nudges(office) == []
    monkeypatch.setattr(calendar, "limits", calendar.Limits)
    decide(office, desk.ask, looked, "您是几号去的？")
    office.at("2026-12-26 09:00")
    assert nudges(office) == []


def test_the_clerk_reads_whether_they_will_be_told(office: Office) -> None:
    assert report(office, filed(office)).reach == "web_phone"
    assert report(office, filed(office, None, address="b2")).reach == "web"
    assert report(office, filed(office, channel="fake", address="c3")).reach == ""
