"""What a visitor finds in the demo city within two minutes: a deadline due today, one passed, a notice half read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.build import Program, build
from migrations.run import migrate
from services import desk, notices, obligations, people
from services.demo import start_demo
from services.obligations import ObligationFilters
from tests.conftest import Clock, rows, settings_for
from tests.drivers.ringing import rung


@pytest.fixture
def program(tmp_path: Path, clock: Clock) -> Iterator[Program]:
    """Without a city yet."""
    made = build(settings_for(tmp_path), clock=clock)
    migrate(made.database)
    yield made
    made.close()


def test_the_demo_has_a_deadline_today_one_passed_and_a_notice_half_acknowledged(program: Program):
    program.acts.transact(start_demo)
    now = program.clock()
    owing = program.acts.look(obligations.listed, program.tools.kinds, ObligationFilters())
    due = {
        obligation.unit_id: (obligation.due_at.astimezone(now.tzinfo).date() - now.date()).days for obligation in owing
    }
    assert due["gtj"] == 0
    assert [late.unit_id for late in program.acts.look(obligations.late) if late.unit_id == "wsj"] == ["wsj"]
    [notice] = program.acts.look(notices.listed)
    progress = program.acts.look(notices.progress, notice.id)
    assert progress.counts["acknowledged"] * 2 == progress.total > 0


def test_the_demo_has_a_case_of_three_items_one_with_a_unit_and_one_answered(program: Program):
    program.acts.transact(start_demo)
    [case_id] = {str(row["case_id"]) for row in rows(program, "items")}
    report = program.acts.look(desk.look, case_id)
    assert report
    assert [one.state for one in report.items] == ["with_unit", "open", "answered"]


def test_the_head_hears_of_the_deadline_in_chat_and_by_sms_within_two_minutes(program: Program, clock: Clock):
    links = program.acts.transact(start_demo)
    person_id = program.acts.transact(people.use_link, links["head"], "web")
    assert person_id
    program.acts.transact(people.ensure_contacts, "web", ["visitor"], "zh", [person_id])
    clock.passes(minutes=2)
    told = rung(program.acts, obligations.fire, 100)
    assert sorted(channel for channel, _ in told) == ["sms", "web"]


def test_a_second_start_adds_nothing(program: Program):
    links: dict[str, str] = {}
    for _ in range(2):
        links = program.acts.transact(start_demo)
    assert set(links) == {"supervisor", "head", "clerk", "office_head"}
    assert len(program.acts.look(notices.listed)) == 1
