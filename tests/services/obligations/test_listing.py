"""Who is late, and the pages of the list, on both databases."""

from __future__ import annotations

from services import obligations
from tests.drivers.told_units import UNIT, Office


def test_who_is_late_by_unit_kind_and_age(office: Office) -> None:
    office.bind("head", unit="gdj")
    office.hand_over("2026-11-24")
    office.hand_over("2026-11-25", kind="complaint")
    office.at("2026-12-20 09:00")
    office.hand_over("2026-12-21")
    office.hand_over("2026-12-22", unit_id="gdj")
    office.at("2026-12-25 09:00")
    late = office.program.acts.look(obligations.late)
    assert [(one.unit_id, one.kind, str(one.oldest_due)[:10], one.count, dict(one.ages)) for one in late] == [
        (UNIT, "instruction", "2026-11-24", 2, {"week": 1, "month": 0, "older": 1}),
        (UNIT, "complaint", "2026-11-25", 1, {"week": 0, "month": 1, "older": 0}),
        ("gdj", "instruction", "2026-12-22", 1, {"week": 1, "month": 0, "older": 0}),
    ]


def test_pages_of_the_list_hold_everything_once(office: Office) -> None:
    for day in (3, 1, 2, 2, 1):
        office.hand_over(working_days=day)
    found, after = [], ""
    while page := office.listed(after=after, most=2):
        found += [obligation.working_days_left for obligation in page]
        after = page[-1].id
    assert found == [1, 1, 2, 2, 3]
