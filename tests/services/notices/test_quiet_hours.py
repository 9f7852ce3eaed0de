"""Notices and the quiet hours: text messages go as the clerk has said, or pause until the morning; chats go at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.build import Program
from models.tables import SMS
from services import notices
from services.deliveries import withholding
from services.foundation.refusal import Refusal
from services.notices import Audience
from services.people import Role
from tests.conftest import Clock, rows
from tests.drivers.noticing import draft, person_with, seen, spread
from tests.drivers.waiting import until
from tests.drivers.wires import Wire, put, say, sending

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2027, 1, 1, 8, tzinfo=ZONE)
NIGHT, EVENING, NOON = (datetime(2026, 12, 31, hour, 30, tzinfo=ZONE) for hour in (22, 20, 12))
EVERYBODY = Audience(roles=(Role.SUPERVISOR,), sms=True)


def written(program: Program, *, phone: bool = True) -> str:
    person_with(program, Role.SUPERVISOR, "gtj", "telegram")
    if phone:
        person_with(program, Role.SUPERVISOR, "gtj", phone="+8613800138000")
    return draft(program, EVERYBODY)


def send(program: Program, notice_id: str, sms: str = "", at: datetime | None = None) -> dict[str, str]:
    """Sends it; when each channel's row is due, in the office's zone."""
    acts = program.acts.by("clerk-1")
    acts.transact(notices.send, notice_id, seen(program, notice_id), at, second_clerk_above=200, sms=sms)
    spread(program, notice_id)
    due = [row for row in rows(program, "deliveries") if row["notice_id"]]
    return {
        str(row["channel"]): f"{max(row['due_at'], row['created_at']).astimezone(ZONE):%m-%d %H:%M}"  # pyright: ignore
        for row in due
    }


def test_the_clerk_is_asked_and_nothing_is_sent_before_the_answer(program: Program, clock: Clock) -> None:
    clock.now = NIGHT
    notice_id = written(program)
    for sms in ("", "perhaps"):
        with pytest.raises(Refusal) as refused:
            send(program, notice_id, sms)
        assert (refused.value.code, refused.value.field) == ("sms_at_night", "sms")
        assert refused.value.values["ends"] == MORNING
    assert [row for row in rows(program, "deliveries") if row["notice_id"]] == []
    assert send(program, notice_id, "wait") == {"telegram": "12-31 22:30", SMS: "01-01 08:00"}


def test_at_once_means_at_once(program: Program, clock: Clock) -> None:
    clock.now = NIGHT
    assert send(program, written(program), "now") == {"telegram": "12-31 22:30", SMS: "12-31 22:30"}


def test_a_time_in_the_quiet_hours_is_asked_about_too(program: Program, clock: Clock) -> None:
    clock.now = NOON
    notice_id = written(program)
    with pytest.raises(Refusal):
        send(program, notice_id, at=NIGHT)
    assert send(program, notice_id, "wait", NIGHT) == {"telegram": "12-31 22:30", SMS: "01-01 08:00"}


@pytest.mark.parametrize(("at", "phone"), [(EVENING, True), (NIGHT, False)])
def test_nobody_is_asked_by_day_or_where_no_text_message_goes(
    program: Program, clock: Clock, at: datetime, phone: bool
) -> None:
    clock.now = at
    assert set(send(program, written(program, phone=phone)).values()) == {f"{at:%m-%d %H:%M}"}


def test_the_second_clerk_is_asked_not_the_author(program: Program, clock: Clock) -> None:
    clock.now = NIGHT
    notice_id = written(program)
    author, second = program.acts.by("clerk-1"), program.acts.by("clerk-2")
    author.transact(notices.send, notice_id, seen(program, notice_id), None, second_clerk_above=1)
    with pytest.raises(Refusal) as refused:
        second.transact(notices.release, notice_id, seen(program, notice_id), None)
    assert refused.value.code == "sms_at_night"
    second.transact(notices.release, notice_id, seen(program, notice_id), None, sms="wait")
    notice = program.acts.look(notices.look, notice_id)
    assert notice is not None
    assert notice.sms_at == MORNING


# --- released by day, and not through when the quiet hours begin ---------------------------------------------------


def to_phones(program: Program, many: int) -> str:
    for n in range(many):
        person_with(program, Role.SUPERVISOR, "gtj", phone=f"+86138001380{n:02}")
    return draft(program, EVERYBODY)


def states(program: Program) -> Counter[object]:
    return Counter(row["state"] for row in rows(program, "deliveries") if row["channel"] == SMS and row["notice_id"])


def goes_on_at(program: Program, notice_id: str) -> datetime | None:
    notice = program.acts.look(notices.look, notice_id)
    assert notice
    return notice.sms_at


@asynccontextmanager
async def paused(program: Program, clock: Clock, many: int) -> AsyncIterator[tuple[str, Wire, int]]:
    """Quiet hours have come upon a notice, two of its text messages on the wire: its id, the wire, how many are out."""
    clock.now = EVENING
    notice_id = to_phones(program, many)
    send(program, notice_id)
    wire = Wire()
    wire.gate.clear()
    async with sending(program, wire, at_once=5, channel=SMS):
        await until(lambda: wire.now_sending == 2)
        clock.now = NIGHT
        wire.gate.set()
        await until(lambda: goes_on_at(program, notice_id) == MORNING and "sending" not in states(program))
        yield notice_id, wire, states(program)["sent"]


async def test_text_messages_pause_in_the_night_and_go_on_in_the_morning(
    program: Program, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withholding, "PAUSED_AT_ONCE", 3)  # they are put off in parts
    async with paused(program, clock, 12) as (_, wire, gone):
        assert 2 <= gone < 12, "what was in hand already"
        await until(lambda: all(due == MORNING for due in still_due(program)))
        clock.now = MORNING - timedelta(minutes=1)
        await looks(program, wire)
        assert states(program) == {"sent": gone, "queued": 12 - gone}
        clock.now = MORNING
        await until(lambda: states(program) == {"sent": 12})
    assert len(set(wire.seen)) == 12 + 1


async def looks(program: Program, wire: Wire) -> None:
    """The sender has looked at its queue: what somebody was answered has left, at any hour."""
    put(program, "+8613900139000", say("answer"), channel=SMS)
    await until(lambda: "+8613900139000:answer" in wire.seen)


def still_due(program: Program) -> list[object]:
    return [row["due_at"] for row in rows(program, "deliveries") if row["state"] == "queued" and row["notice_id"]]


async def test_what_pauses_can_be_stopped(program: Program, clock: Clock) -> None:
    async with paused(program, clock, 9) as (notice_id, wire, gone):
        program.acts.by("clerk-1").transact(notices.abort, notice_id)
        program.acts.transact(notices.stop_rows, notice_id)
        clock.now = MORNING
        await looks(program, wire)
    assert states(program) == {"sent": gone, "aborted": 9 - gone}


async def test_rows_that_are_written_in_the_night_wait_with_the_others(
    program: Program, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(withholding, "PAUSED_AT_ONCE", 2)  # none leaves between one part and the next
    clock.now = EVENING
    notice_id = to_phones(program, 9)
    acts = program.acts.by("clerk-1")
    acts.transact(notices.send, notice_id, seen(program, notice_id), None, second_clerk_above=200)
    acts.transact(notices.spread, notice_id, 4)
    clock.now = NIGHT
    wire = Wire()
    async with sending(program, wire, at_once=5, channel=SMS):
        await until(lambda: still_due(program) == [MORNING] * 4)
        spread(program, notice_id)
        assert still_due(program) == [MORNING] * 9
    assert goes_on_at(program, notice_id) == MORNING
    assert wire.seen == []


async def test_what_a_clerk_lets_go_out_at_night_goes_on_in_the_night(program: Program, clock: Clock) -> None:
    clock.now = NIGHT
    notice_id = to_phones(program, 9)
    send(program, notice_id, "now")
    async with sending(program, Wire(), at_once=5, channel=SMS):
        clock.passes(minutes=30)
        await until(lambda: states(program) == {"sent": 9})
    assert goes_on_at(program, notice_id) is None
