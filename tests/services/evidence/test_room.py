"""What people send has an end: by sender, by address, by day, and before the disk is full."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.build import Program
from bot.doctor import examine
from scheduler.jobs import jobs
from services import evidence
from services.evidence.room import MB, Room, UploadLimits
from tests.conftest import Clock, rows

LIMITS = UploadLimits(sender_mb=30, day_mb=100, free_mb=50, unused_hours=24)
TODAY = date(2026, 11, 21)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "evidence", LIMITS)


def test_each_sender_has_a_share_of_a_day(room: Room) -> None:
    room.count("a", "here", 30 * MB)
    assert room.refusal("a", "elsewhere", TODAY) is None, "nothing was counted before the day began"
    room.count("a", "here", 30 * MB)
    assert (room.refusal("a", "elsewhere", TODAY), room.refusal("b", "here", TODAY)) == ("too_much", None)
    assert room.refusal("a", "here", TODAY + timedelta(1)) is None


def test_many_browsers_of_one_address_leave_half_of_a_day_to_the_others(room: Room) -> None:
    room.refusal("", "", TODAY)
    for n in range(5):
        room.count(f"browser {n}", "here", 10 * MB)
    assert (room.refusal("a new one", "here", TODAY), room.refusal("b", "there", TODAY)) == ("no_room", None)
    for n in range(5):
        room.count(f"neighbour {n}", f"there {n}", 10 * MB)
    assert room.refusal("b", "there", TODAY) == "no_room"


@pytest.mark.parametrize(("free", "short", "scarce"), [(49, True, True), (99, False, True), (100, False, False)])
def test_what_is_free_on_the_disk_is_kept_for_words(
    room: Room, monkeypatch: pytest.MonkeyPatch, free: int, short: bool, scarce: bool
) -> None:
    monkeypatch.setattr(room, "free", lambda: free * MB)
    assert (room.is_short, room.is_scarce) == (short, scarce)
    assert room.refusal("a", "here", TODAY) == ("no_room" if short else None)


def test_the_disk_is_looked_at_before_there_is_a_folder(room: Room) -> None:
    assert room.free() > 0


async def sent(program: Program, n: int) -> str:
    """An upload that nobody has used."""
    stored = await program.store.clean_and_keep(f"text {n}".encode())
    program.acts.transact(evidence.add_upload, "somebody", None, stored)
    return stored.id


async def makes_room(program: Program) -> list[object]:
    """Runs the job; returns the pieces that are left, in order."""
    known = jobs(program.acts, program.store)
    await next(job for job in known if job.name == "make_room").run()
    left = sorted(rows(program, "evidence"), key=lambda row: str(row["created_at"]))
    assert len([*program.settings.evidence_path.glob("originals/*/*")]) == len(left)
    return [row["id"] for row in left]


async def test_what_nobody_used_goes_after_a_day_and_what_a_conversation_holds_stays(
    program: Program, clock: Clock
) -> None:
    unused, taken = await sent(program, 1), await sent(program, 2)
    assert program.acts.transact(evidence.take, "somebody", [f"kept:{taken}"])
    clock.passes(hours=23)
    fresh = await sent(program, 3)
    assert set(await makes_room(program)) == {unused, taken, fresh}
    clock.passes(hours=2)
    assert await makes_room(program) == [taken, fresh]


async def test_where_space_is_short_the_oldest_goes_first(
    program: Program, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.evidence.records.FORGOTTEN_AT_ONCE", 1)
    pieces: list[str] = []
    for n in range(4):
        pieces.append(await sent(program, n))
        clock.passes(minutes=50)
    lacking = 1

    def free() -> int:
        return 10**12 if len(rows(program, "evidence")) <= 4 - lacking else 0

    monkeypatch.setattr(program.store.room, "free", free)
    assert await makes_room(program) == pieces[1:]
    lacking = 4
    assert await makes_room(program) == pieces[3:], "of the last hour: its page may still say what it belongs to"


@pytest.mark.parametrize(("free", "level"), [(10**12, None), (1_500 * MB, "note"), (900 * MB, "bad")])
async def test_doctor_tells_of_a_disk_that_is_nearly_full(
    program: Program, monkeypatch: pytest.MonkeyPatch, free: int, level: str | None
) -> None:
    class Usage:
        def __init__(self) -> None:
            self.free = free

    monkeypatch.setattr("bot.doctor.shutil.disk_usage", lambda path: Usage())
    found = await examine(program.settings)
    [folder] = [one for one in found if one.words == "doctor_folder_ok"]
    told = [one for one in found if one.words == "doctor_disk"]
    assert [one.level for one in told] == ([level] if level else [])
    for language in ("zh", "en"):
        for one in (folder, *told):
            said = program.texts[language].say("terminal", one.words, one.values)
            assert f"{free // MB} MB" in said, "one unit in all lines"
