"""Cases that may be about the same thing: offered to the clerk with why, never to a citizen."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from bot.build import Program
from models.tables import evidence
from services import people
from services.cases import Complaint, file_complaint
from services.desk import Alike
from services.evidence import KEPT
from services.foundation.moments import first_of_day
from services.foundation.vault import new_id
from tests.conftest import Clock
from tests.drivers.told_units import Office, complaint, report

TOLD = "周二上午到办证大厅三号窗口，排了两个小时没有人理，工作人员一直在看手机"
AGAIN = "三号窗口的工作人员一直在看手机，我排了两个小时没有人理我"
ELSE = "不动产证的费用和公示的不一样，要多交三百元，也不给发票"


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    return Office(program, clock)


def offered(office: Office, case_id: str) -> list[Alike]:
    return office.program.search.look_alike(office.program.acts, report(office, case_id))


def filed(office: Office, what: str, unit: str | None) -> str:
    key = people.address_hash(office.program.vault, "fake", "citizen")
    contact = office.do(people.lock_contacts, {key: ("fake", "citizen", "zh")})[key]
    return office.do(file_complaint, contact, Complaint(unit, "slow", what))[0].id


def with_file(office: Office, case_id: str, sha256: str) -> None:
    row = {"id": new_id(), "subject_id": case_id, "kind": "photo", "state": KEPT, "sealed": b"", "sha256": sha256}
    now = first_of_day(office.clock.now)
    office.program.database.transact(lambda tx: tx.execute(insert(evidence).values(**row, due_at=now, created_at=now)))


def test_what_is_told_in_similar_words_is_offered_with_the_words(office: Office) -> None:
    first = complaint(office, TOLD).id
    for _ in range(3):
        complaint(office, ELSE)
    office.clock.passes(days=2)
    second = complaint(office, AGAIN).id
    [one] = offered(office, second)
    assert (one.id, one.days, one.files) == (first, 2, 0)
    assert one.shared[0] == "工作人员一直在看手机"
    assert "排了两个小时没有人理" in one.shared
    assert [one.id for one in offered(office, first)] == [second]


def test_another_unit_another_time_and_other_words_are_not(office: Office) -> None:
    here = complaint(office, TOLD).id
    filed(office, TOLD, "gsj")
    filed(office, TOLD, None)
    complaint(office, ELSE)
    assert offered(office, here) == []
    office.clock.passes(days=31)
    complaint(office, TOLD)
    assert offered(office, here) == []


def test_the_same_picture_is_enough_and_comes_first(office: Office) -> None:
    here, pictured, told = complaint(office, TOLD).id, complaint(office, ELSE).id, complaint(office, AGAIN).id
    for one in (here, pictured):
        with_file(office, one, "a" * 64)
    with_file(office, told, "b" * 64)
    assert [(one.id, one.files) for one in offered(office, here)] == [(pictured, 1), (told, 0)]


@pytest.mark.parametrize("what", ["局", "没", "，。！", "😤😤", TOLD * 20])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_whatever_was_told_can_be_compared(office: Office, what: str) -> None:
    here = complaint(office, what).id
    other = complaint(office, what).id
    assert {one.id for one in offered(office, here)} <= {other}
