"""What a unit sees of a report, with a mark in every field that could give somebody away."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime

import pytest

from bot.build import Program
from conversation.messages import Media
from services import cases, inspections
from services.desk import sight_of_case, sight_of_visit
from services.obligations import UnitSight
from services.people import address_hash, lock_contacts
from tests.conftest import Clock, rows

MARK = "MARK7319"
ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TEXT = "群众反映窗口等候时间过长"


def reported(program: Program) -> tuple[dict[str, object], dict[str, object]]:
    """A case and a visit as they are stored, marked wherever a person can write or a device can tell."""
    key = address_hash(program.vault, "fake", MARK)
    contact = program.acts.transact(lock_contacts, {key: ("fake", MARK, "zh")})[key]
    media = (Media(MARK, "photo", name=f"{MARK}.jpg"),)
    case = cases.Complaint(
        "gtj", "rude", MARK, staff=MARK, happened="2026-11-20T10:17", name=MARK, phone=MARK, media=media
    )
    program.acts.transact(cases.file_complaint, contact, case)
    found = {"order": {"ticked": ["unattended", MARK], "remark": MARK}, "service": {"ticked": [], "remark": MARK}}
    visit = inspections.Visit(
        "gtj",
        "shadow",
        found,
        waited_minutes=7319,
        note=MARK,
        media=media,
        place=(73.19, 7.319),
        began="2026-11-21T14:17",
    )
    program.acts.transact(inspections.file_visit, contact, visit)
    return rows(program, "cases")[0], rows(program, "visits")[0]


def test_a_unit_sees_only_what_the_office_lets_it(program: Program) -> None:
    case, visit = reported(program)
    seen = [sight_of_case(case, "市国土局", TEXT), sight_of_visit(visit, "市国土局", TEXT)]
    for sight in seen:
        for telling in (MARK, "7319", "73.19", "10:17", "14:17", "15:00", "07:00", "shadow", "photo", "fake"):
            assert telling not in repr(sight)
    assert seen[0] == UnitSight("市国土局", ("rude",), TEXT, date(2026, 11, 21))
    assert seen[1].categories == ("unattended",)
    assert seen[1].received is None
    assert "2026" not in repr(seen[1])
    for row, sight in zip((case, visit), seen, strict=True):
        assert str(row["number"]) not in repr(sight)


@ON_SQLITE
def test_the_day_is_that_of_the_office(program: Program, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 21, 17, 0, tzinfo=UTC)
    case, _ = reported(program)
    assert sight_of_case(case, "", "").received == date(2026, 11, 22)


@ON_SQLITE
def test_a_new_column_reaches_no_unit(program: Program) -> None:
    case, visit = reported(program)
    new = {"tomorrow": MARK}
    assert sight_of_case(case | new, "u", TEXT) == sight_of_case(case, "u", TEXT)
    assert sight_of_visit(visit | new, "u", TEXT) == sight_of_visit(visit, "u", TEXT)
    assert [field.name for field in fields(UnitSight)] == ["unit", "categories", "text", "received"]
