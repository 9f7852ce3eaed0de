"""Evidence on its way: tried again, kept, or given up with a word to whoever sent it."""

from __future__ import annotations

import asyncio
import errno
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from media import Cleaned, Died, Limits, original_only
from services import evidence
from services.evidence import BELL, LEASE, MOST_ATTEMPTS, MOST_CLEANINGS, Fetcher, Gone, Later, store
from tests.conftest import Clock, rows
from tests.drivers import waiting
from tests.drivers.asking import asks
from tests.drivers.media_samples import png
from tests.drivers.serving import photo

Fetch = Callable[[str], bytes]


@asynccontextmanager
async def fetching(program: Program, fetch: Fetch, channel: str = "fake") -> AsyncIterator[None]:
    async def fetched(ref: str) -> bytes:
        return fetch(ref)

    fetcher = Fetcher(program.acts, program.store, {channel: fetched})
    task = asyncio.create_task(fetcher.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(program: Program, seen: Callable[[], object]) -> None:
    await waiting.until(lambda: seen() or program.bells.ring([(BELL, "")]))


def state(program: Program) -> object:
    return rows(program, "evidence")[0]["state"]


async def test_a_piece_is_kept_after_trouble(program: Program, citizen: FakePerson, clock: Clock) -> None:
    tries: list[str] = []

    def fetch(ref: str) -> bytes:
        tries.append(ref)
        if len(tries) == 1:
            raise Later("500")
        if len(tries) == 2:
            raise ZeroDivisionError
        return photo()

    def tried(times: int) -> bool:
        return len(tries) == times

    await asks(citizen, "p1")
    async with fetching(program, fetch):
        for times in (1, 2):
            await until(program, partial(tried, times))
            await until(program, lambda: rests(program, clock))
            clock.passes(minutes=1)
        await until(program, lambda: state(program) == evidence.KEPT)
    assert tries == ["p1"] * 3


def rests(program: Program, clock: Clock) -> bool:
    """Whether a try has ended and the next one waits for its time; while one is under way, the clock stands still."""
    left = rows(program, "evidence")[0]["due_at"] - clock()  # pyright: ignore[reportOperatorIssue]
    return left > timedelta(0) and left != LEASE


def hour_after_hour(program: Program, clock: Clock) -> None:
    if rests(program, clock):
        clock.passes(hours=1)


async def test_a_clock_that_was_a_day_ahead_keeps_no_piece_waiting(
    program: Program, citizen: FakePerson, clock: Clock
) -> None:
    """Neither one that came meanwhile nor one whose next try was put off by it."""

    def fetch(ref: str) -> bytes:
        if not tries:
            tries.append(ref)
            raise Later("500")
        return photo()

    tries: list[str] = []
    clock.passes(days=1)
    await asks(citizen, "p1")
    async with fetching(program, fetch):
        await until(program, lambda: tries and rests(program, clock))
        clock.passes(days=-1)
        await until(program, lambda: state(program) == evidence.KEPT)


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", ["gone", "too_big", "unreadable", "kind_not_allowed"])
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_cannot_be_kept_is_told(
    program: Program, person: Callable[..., FakePerson], code: str, language: str
) -> None:
    def fetch(ref: str) -> bytes:
        raise Gone(code)

    citizen = person("c", language=language)
    await asks(citizen, "p1")
    async with fetching(program, fetch):
        await until(program, lambda: state(program) == evidence.REFUSED)
    told = citizen.screen()
    assert "20261121-9248" in told.text
    assert program.texts[language].say("common", f"not_kept_{code}") in told.text
    await citizen.taps("/add " + str(rows(program, "cases")[0]["id"]))
    assert program.texts[language].say("addition", "text") in citizen.screen().text


@pytest.mark.parametrize(
    ("data", "told"),
    [(photo()[:-20], "kept_cut"), (photo()[:200], "kept_unseen"), (png(30_000, 30_000), "kept_large"), (photo(), None)],
    ids=["cut", "unseen", "large", "whole"],
)
async def test_what_is_damaged_is_kept_and_told(
    program: Program, citizen: FakePerson, data: bytes, told: str | None
) -> None:
    await asks(citizen, "p1")
    heard = len(citizen.heard())
    async with fetching(program, lambda ref: data):
        await until(program, lambda: state(program) == evidence.KEPT)
    assert program.store.original(str(rows(program, "evidence")[0]["sha256"])) == data
    if told is None:
        assert len(citizen.heard()) == heard
        return
    assert "20261121-9248" in citizen.screen().text
    assert program.texts["zh"].say("common", told) in citizen.screen().text
    assert ("不用再发" in citizen.screen().text) == (told == "kept_large"), "nothing is missing of what is too large"
    if told == "kept_large":
        return
    await citizen.taps("/add " + str(rows(program, "cases")[0]["id"]))
    assert program.texts["zh"].say("addition", "text") in citizen.screen().text


async def test_the_file_is_named_to_whoever_sent_it(program: Program, citizen: FakePerson) -> None:
    name = f"关于{'窗口排队' * 20}的说明（第二稿）.pdf"
    await citizen.says("/question")
    await citizen.says("中午上班吗？")
    await citizen.sends(Media("p1", "file", name=name))
    await citizen.taps("/done")
    async with fetching(program, lambda ref: photo()[:200]):
        await until(program, lambda: state(program) == evidence.KEPT)
    told = citizen.screen().text
    assert "一份文件「关于窗口排队窗口排队" in told
    assert "…" in told
    assert "的说明（第二稿）.pdf」已照原样封存" in told
    assert name not in told


async def test_after_the_last_try_it_is_given_up(program: Program, citizen: FakePerson, clock: Clock) -> None:
    def fetch(ref: str) -> bytes:
        raise Later("500")

    await asks(citizen, "p1")
    heard = len(citizen.heard())
    async with fetching(program, fetch):
        await until(program, lambda: hour_after_hour(program, clock) or state(program) == evidence.REFUSED)
    assert rows(program, "evidence")[0]["attempts"] == MOST_ATTEMPTS
    assert len(citizen.heard()) == heard + 1
    assert len(rows(program, "cases")) == 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_channel_that_is_switched_off_is_waited_for(
    program: Program, citizen: FakePerson, clock: Clock
) -> None:
    began = clock()

    def tried_in_vain() -> bool:
        """For longer than anything else is tried; the last try has ended too."""
        return clock() - began > timedelta(hours=24) and rests(program, clock)

    await asks(citizen, "p1")
    async with fetching(program, lambda ref: b"", channel="another"):
        await until(program, lambda: tried_in_vain() or hour_after_hour(program, clock))
    assert state(program) == evidence.WAITING
    async with fetching(program, lambda ref: photo()):
        await until(program, lambda: hour_after_hour(program, clock) or state(program) == evidence.KEPT)


class Cleaning:
    """In place of the child: `died` says of how many tries nothing comes back."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, died: int = 0) -> None:
        self.died, self.tries = died, 0
        self._real = store.clean_apart
        monkeypatch.setattr(store, "clean_apart", self._clean)

    async def _clean(self, data: bytes, limits: Limits) -> Cleaned:
        self.tries += 1
        if self.tries <= self.died:
            raise Died(signal.SIGKILL)
        return await self._real(data, limits)


@pytest.mark.parametrize("died", [MOST_CLEANINGS - 1, MOST_CLEANINGS])
async def test_a_piece_whose_process_dies_is_tried_again_and_fetched_once(
    program: Program, citizen: FakePerson, clock: Clock, monkeypatch: pytest.MonkeyPatch, died: int
) -> None:
    """After the last try it is kept as it came: whatever kills its process each time is no reason to lose it."""
    cleaning, fetched = Cleaning(monkeypatch, died), list[str]()

    def fetch(ref: str) -> bytes:
        fetched.append(ref)
        return photo()

    await asks(citizen, "p1")
    async with fetching(program, fetch):
        await until(program, lambda: hour_after_hour(program, clock) or state(program) == evidence.KEPT)
    [piece] = rows(program, "evidence")
    assert (fetched, cleaning.tries) == (["p1"], MOST_CLEANINGS)
    assert (piece["kind"], piece["error"]) == (("photo", None) if died < MOST_CLEANINGS else ("file", "unreadable"))
    assert program.store.original(str(piece["sha256"])) == photo()


async def test_the_original_lies_here_before_anybody_looks_into_it(
    program: Program, citizen: FakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is killed while cleaning leaves nothing to be fetched again."""
    under_way = asyncio.Event()

    async def never(*_: object) -> None:
        under_way.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(store, "clean_apart", never)
    await asks(citizen, "p1")
    async with fetching(program, lambda ref: photo()):
        await asyncio.wait_for(under_way.wait(), waiting.PATIENCE_SECONDS)
        [piece] = rows(program, "evidence")
        assert piece["state"] == evidence.WAITING
        assert program.store.original(str(piece["sha256"])) == photo()


async def test_what_is_refused_leaves_no_file(program: Program, citizen: FakePerson) -> None:
    await asks(citizen, "p1")
    async with fetching(program, lambda ref: b"MZ\x90\0\3\0\0\0" + bytes(300)):
        await until(program, lambda: state(program) == evidence.REFUSED)
        await until(program, lambda: not [*program.settings.evidence_path.glob("originals/*/*")])
    assert rows(program, "evidence")[0]["sha256"] is None


async def test_a_disk_that_is_full_for_a_day_loses_nothing(
    program: Program, citizen: FakePerson, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    began = clock()
    await asks(citizen, "p1")
    async with fetching(program, lambda ref: photo()):
        with monkeypatch.context() as patched:
            patched.setattr(store, "_write_durably", full)
            await until(
                program,
                lambda: (clock() - began > timedelta(1) and rests(program, clock)) or hour_after_hour(program, clock),
            )
            assert state(program) == evidence.WAITING
        await until(program, lambda: hour_after_hour(program, clock) or state(program) == evidence.KEPT)


async def test_a_sender_s_flood_lets_a_neighbour_s_picture_through(
    program: Program, person: Callable[..., FakePerson], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted in pieces: of a hundred that were there before, no more than one more is begun."""
    flooding, neighbour = person("flood"), person("neighbour")
    begun: list[str] = []
    seen, ends = asyncio.Event(), asyncio.Event()

    async def fetched(ref: str) -> bytes:
        begun.append(ref)
        return photo(len(begun)) if ref == "n" else ref.encode()

    async def clean(data: bytes, limits: Limits) -> Cleaned:
        if data.startswith(b"flood"):
            seen.set()
            await ends.wait()
            return original_only(None)
        return await real(data, limits)

    real = store.clean_apart
    monkeypatch.setattr(store, "clean_apart", clean)
    for n in range(12):
        await asks(flooding, *(f"flood {n} {m}" for m in range(9)))
    fetcher = Fetcher(program.acts, program.store, {"fake": fetched})
    task = asyncio.create_task(fetcher.run())
    try:
        await asyncio.wait_for(seen.wait(), waiting.PATIENCE_SECONDS)
        await asks(neighbour, "n")
        await until(program, lambda: [one for one in rows(program, "evidence") if one["state"] == evidence.KEPT])
        assert [one[:5] for one in begun] == ["flood", "n"]
        ends.set()
        await until(program, lambda: len(begun) > 5)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
