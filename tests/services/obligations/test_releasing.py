"""What is handed over because of a report reaches units together, at a moment that tells nothing of the report."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import obligations
from services.foundation.act import Act
from services.obligations.releasing import release
from tests.conftest import Clock, owed, rows
from tests.drivers.desk_pages import complains, is_head

MINUTES = 30
ASKED = "请核实窗口值守情况，书面说明处理结果。"


@pytest.fixture
def program(make_program: Callable[..., Program]) -> Program:
    return make_program(release_minutes=MINUTES)


def somebody(program: Program, address: str) -> FakePerson:
    return FakePerson(program.talk, program.acts, program.texts, address)


def hands_over(program: Program, unit_id: str, subject_id: str | None, kind: str = "complaint") -> str:
    how = {"asked": ASKED, "due": None, "working_days": 3, "subject_id": subject_id}
    clerk = program.acts.by("clerk")
    return clerk.transact(obligations.hand_over, program.tools.kinds, unit_id=unit_id, kind=kind, **how)


async def test_a_unit_knows_nothing_of_it_before_that_moment(program: Program, clock: Clock) -> None:
    head, citizen = somebody(program, "head"), somebody(program, "citizen")
    await is_head(program, head)
    await complains(citizen)
    [case] = rows(program, "cases")
    heard = len(head.heard())
    obligation_id = hands_over(program, "gtj", str(case["id"]))
    assert "已经受理" in citizen.screen().text, "the citizen need not wait"
    [row] = owed(program)
    assert clock.now < row["shown_from"] <= clock.now + timedelta(minutes=2 * MINUTES)
    assert len(head.heard()) == heard
    await head.says("/duties")
    assert str(row["number"]) not in head.screen().text
    for number in (str(row["number"]), "D20261121-0999", f"/duty {obligation_id}", f"/answer {obligation_id}"):
        await head.says(number)
        assert "没有找到这件督办事项" in head.screen().text, number

    clock.now = row["shown_from"]
    told = [one.text for one in head.heard()]
    assert any(ASKED in one for one in told[heard:])
    await head.says("/duties")
    assert ASKED[:6] in head.screen().text
    clock.passes(minutes=50)
    await head.says(f"/duty {obligation_id}")
    handed = row["shown_from"].astimezone(program.settings.zone)
    assert f"{handed:%H:%M}" in head.screen().text
    silence = sorted(one["due_at"] for one in rows(program, "reminders") if one["kind"] == "silence")
    assert silence[0] >= row["shown_from"] + timedelta(hours=3, minutes=59), "nobody is pressed before they know"


async def test_all_that_is_handed_over_meanwhile_leaves_together(program: Program, clock: Clock) -> None:
    citizen = somebody(program, "citizen")
    await complains(citizen)
    [case] = rows(program, "cases")
    hands_over(program, "gtj", str(case["id"]))
    clock.now = min(clock.now + timedelta(seconds=30), owed(program)[0]["shown_from"] - timedelta(seconds=1))
    hands_over(program, "gaj", str(case["id"]))
    first, second = owed(program)
    assert first["shown_from"] == second["shown_from"]
    hands_over(program, "gtj", None, "instruction")
    assert [row["shown_from"] for row in owed(program)].count(None) == 1, "what follows from no report need not wait"


def test_the_moment_is_anywhere_within_the_minutes_and_the_same_for_every_process(program: Program) -> None:
    begin = datetime.fromisoformat("2026-11-23T09:00:00+08:00")

    def moments(act: Act) -> list[datetime]:
        found = (release(act.at(begin + timedelta(minutes=n)), MINUTES) for n in range(24 * 60))
        return [one for one in found if one is not None]

    found = program.acts.look(moments)
    assert all(begin + timedelta(minutes=n) < one for n, one in enumerate(found))
    different = sorted(set(found))
    assert len(different) in (48, 49), "one in each half hour"
    assert len({one.minute % MINUTES for one in different}) >= 15
    assert program.acts.look(moments) == found
    assert program.acts.look(lambda act: release(act, 0)) is None
