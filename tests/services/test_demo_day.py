"""What a visitor finds in the demo city within two minutes: a deadline due today, one passed, a notice half read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.build import Program, build
from migrations.run import migrate
from services import contacts, notices, obligations
from services.demo_day import start_demo
from services.links import use_link
from services.obligations import DutyFilters
from tests.conftest import Clock, settings_for


@pytest.fixture
def program(tmp_path: Path, clock: Clock) -> Iterator[Program]:
    """Without a city yet."""
    made = build(settings_for(tmp_path), clock=clock)
    migrate(made.database)
    yield made
    made.close()


def test_the_demo_has_a_deadline_today_one_passed_and_a_notice_half_acknowledged(program: Program):
    program.database.transact(start_demo, program.vault, program.clock())
    now = program.clock()
    duties = program.database.look(obligations.listed, now, program.tools.kinds, DutyFilters())
    due = {duty.unit_id: (duty.due_at.astimezone(now.tzinfo).date() - now.date()).days for duty in duties}
    assert due["gtj"] == 0
    assert [late.unit_id for late in program.database.look(obligations.late, now) if late.unit_id == "wsj"] == ["wsj"]
    [notice] = program.database.look(notices.listed)
    progress = program.database.look(notices.progress, now, notice.id)
    assert progress.counts["acknowledged"] * 2 == progress.total > 0


def test_the_head_hears_of_the_deadline_in_chat_and_by_sms_within_two_minutes(program: Program, clock: Clock):
    links = program.database.transact(start_demo, program.vault, program.clock())
    person_id = program.database.transact(use_link, program.vault, program.clock(), links["head"], "web")
    assert person_id
    here = program.vault, program.clock(), "web", ["visitor"], "zh", [person_id]
    program.database.transact(contacts.ensure_all, *here)
    clock.passes(minutes=2)
    fired = program.database.transact(obligations.fire, program.vault, program.clock(), 100)
    assert sorted(channel for channel, _ in fired.ring) == ["sms", "web"]


def test_a_second_start_adds_nothing(program: Program):
    links: dict[str, str] = {}
    for _ in range(2):
        links = program.database.transact(start_demo, program.vault, program.clock())
    assert set(links) == {"supervisor", "head", "clerk"}
    assert len(program.database.look(notices.listed)) == 1
