"""What the office lets go after its days, and what stays for good."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Body, Say
from models.tables import deliveries as table
from scheduler.jobs import jobs
from services import deliveries, oversight, people
from services.deliveries import Outgoing
from services.foundation.act import Act
from tests.conftest import Clock, rows

SAID = Body(say=Say("status.closed", {"number": "1", "text": "好"}))
FOR_GOOD = [
    "cases",
    "visits",
    "vault",
    "owners",
    "entries",
    "evidence",
    "obligations",
    "reminders",
    "extensions",
    "happenings",
    "audit",
    "notices",
    "listeners",
    "people",
    "contacts",
    "grants",
    "units",
    "sessions",
    "quarantine",
    "calendar_days",
    "counters",
]


def forget(program: Program) -> None:
    """The job, as it runs every night."""
    [job] = [job for job in jobs(program.acts, program.store) if job.name == "forget_old"]
    asyncio.run(job.run())


def say(program: Program, channel: str = "telegram", state: str = "sent", **more: str) -> int:
    def put(act: Act) -> None:
        [contact] = people.ensure_contacts(act, channel, ["1"], "zh")
        deliveries.queue(act, [Outgoing(contact, channel, SAID)], **more)

    program.acts.transact(put)
    newest = max(int(str(row["id"])) for row in rows(program, "deliveries"))
    program.database.transact(
        lambda tx: tx.execute(table.update().where(table.c.id == newest).values(state=state)) and None
    )
    return newest


def kept(program: Program) -> set[int]:
    return {int(str(row["id"])) for row in rows(program, "deliveries")}


def test_nothing_that_counts_is_ever_removed(program: Program, clock: Clock) -> None:
    clock.passes(days=31)  # the city is old enough for its first day
    before_demo = {name: len(rows(program, name)) for name in FOR_GOOD}
    assert before_demo["units"]
    from services.demo.day import load_day

    program.acts.transact(load_day)
    before = {name: rows(program, name) for name in FOR_GOOD}
    assert before["cases"]
    assert before["reminders"]
    receipts = [row for row in rows(program, "deliveries") if row["notice_id"] or row["urgency"] != "reply"]
    clock.passes(days=4000)
    say(program)
    forget(program)
    after = {name: rows(program, name) for name in FOR_GOOD}
    for name in FOR_GOOD:
        assert [row for row in before[name] if row not in after[name]] == [], name
    assert [row for row in receipts if row not in rows(program, "deliveries")] == []


@pytest.mark.parametrize(
    ("state", "days", "stays"),
    [
        ("superseded", 6, True),
        ("superseded", 8, False),
        ("sent", 364, True),
        ("sent", 366, False),
        ("failed", 366, False),
        ("queued", 4000, True),
        ("sending", 4000, True),
        ("uncertain", 4000, True),
    ],
)
def test_a_screen_goes_when_its_days_are_over(
    program: Program, clock: Clock, state: str, days: int, stays: bool
) -> None:
    screen = say(program, state=state)
    reminder = say(program, urgency="reminder")
    clock.passes(days=days)
    newest = say(program)
    forget(program)
    assert kept(program) == ({screen, reminder, newest} if stays else {reminder, newest})


def test_the_newest_row_stays_so_that_a_page_never_misses_one(program: Program, clock: Clock) -> None:
    """Row numbers are given by counting on from the highest; a page asks for what is above the last it has seen."""
    last = [say(program, "web", "delivered") for _ in range(3)][-1]
    clock.passes(days=400)
    forget(program)
    assert kept(program) == {last}
    assert say(program, "web") > last


def test_more_rows_than_one_look_are_all_gone_through(
    program: Program, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from services.oversight import forgetting

    monkeypatch.setattr(forgetting, "MOST", 3)
    for state in ("sent", "queued") * 5:
        say(program, state=state)
    clock.passes(days=400)
    forget(program)
    assert [row["state"] for row in rows(program, "deliveries")] == ["queued"] * 5


async def test_an_event_that_comes_again_within_the_days_is_still_known(
    program: Program, person: Callable[..., FakePerson], clock: Clock
) -> None:
    citizen = person("c")
    await citizen.says("/start", event_id="once")
    said = len(rows(program, "deliveries"))
    clock.now += timedelta(days=oversight.keeping().events - 1)
    program.acts.transact(oversight.forget_old)
    await citizen.says("/start", event_id="once")
    assert len(rows(program, "deliveries")) == said
