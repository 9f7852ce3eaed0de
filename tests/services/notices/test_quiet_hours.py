"""A notice that is released in the quiet hours: its text messages go when the clerk has said so, chats at once."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.build import Program
from models.tables import SMS
from services import notices
from services.foundation.refusal import Refusal
from services.notices import Audience
from services.people import Role
from tests.conftest import Clock, rows
from tests.drivers.noticing import draft, person_with, seen, spread

ZONE = ZoneInfo("Asia/Shanghai")
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
    return {str(row["channel"]): f"{row['due_at'].astimezone(ZONE):%m-%d %H:%M}" for row in due}  # pyright: ignore[reportAttributeAccessIssue]


def test_the_clerk_is_asked_and_nothing_is_sent_before_the_answer(program: Program, clock: Clock) -> None:
    clock.now = NIGHT
    notice_id = written(program)
    for sms in ("", "perhaps"):
        with pytest.raises(Refusal) as refused:
            send(program, notice_id, sms)
        assert (refused.value.code, refused.value.field) == ("sms_at_night", "sms")
        assert refused.value.values["ends"] == datetime(2027, 1, 1, 8, tzinfo=ZONE)
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
    assert notice.sms_at == datetime(2027, 1, 1, 8, tzinfo=ZONE)
