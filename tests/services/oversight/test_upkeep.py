"""What happens by itself: one reminder after a day, and forgetting."""

from __future__ import annotations

from bot.build import Program
from channels.fake import FakePerson
from services import oversight
from tests.conftest import Clock, rows
from tests.drivers.ringing import Rung, rung


def remind(program: Program) -> Rung:
    return rung(program.acts, oversight.remind_idle)


async def test_a_half_filled_complaint_is_recalled_once_after_a_day(
    program: Program, citizen: FakePerson, clock: Clock
) -> None:
    await citizen.says("/complaint")
    await citizen.says("gtj")
    clock.passes(hours=23, minutes=59)
    assert remind(program) == set()
    clock.passes(minutes=2)
    assert len(remind(program)) == 1
    assert remind(program) == set()
    assert "还没有提交，内容都留着" in citizen.screen().text
    [again] = await citizen.taps("接着填")
    assert "您要反映哪个单位" in again.text
    clock.passes(hours=25)
    assert len(remind(program)) == 1  # having gone on counts as a new start
    [menu] = await citizen.taps("放弃")
    assert "已放弃" in menu.text
    clock.passes(hours=25)
    assert remind(program) == set()


async def test_old_claims_are_forgotten_and_new_ones_kept(program: Program, citizen: FakePerson, clock: Clock) -> None:
    await citizen.says("/start", event_id="old")
    clock.passes(days=31)
    await citizen.says("/start", event_id="new")
    program.acts.transact(oversight.forget_old)
    assert [row["event_id"] for row in rows(program, "inbox")] == ["new"]
