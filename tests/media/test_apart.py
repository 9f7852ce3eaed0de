"""Cleaning in a process of its own: whatever becomes of the child, the caller lives and no secret is told."""

import asyncio
import dataclasses
import gc
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

import media
from media import Died, Limits, Refused, supervisor
from tests.drivers.media_samples import MARK, PDF, photo_jpeg, png
from tests.drivers.recording_samples import recording

ROOT = Path(__file__).parents[2]


def child(body: str) -> tuple[str, ...]:
    """A child that runs `body` in place of `clean`, with the real limits."""
    code = f"import os, sys, time\nfrom media import apart\ndef work(data, limits):\n {body}\n"
    return sys.executable, "-c", code + "apart.main(work)"


@pytest.mark.asyncio
@pytest.mark.parametrize("make", [photo_jpeg, lambda: recording("mp4", "aac", "libx264"), lambda: PDF])
async def test_apart_gives_what_clean_gives(make):
    """The encoder need not give the same bytes twice; what is told of them is the same."""
    data = make()
    apart, here = await media.clean_apart(data), media.clean(data)
    assert dataclasses.replace(apart, copy=b"") == dataclasses.replace(here, copy=b"")
    assert media.sniff(apart.copy) == media.sniff(here.copy)


@pytest.mark.asyncio
async def test_apart_hands_on_the_reason():
    for data, code in ((b"", "empty"), (b"MZ\0", "kind_not_allowed")):
        with pytest.raises(Refused) as refusal:
            await media.clean_apart(data)
        assert refusal.value.code == code
    assert (await media.clean_apart(png(30_000, 30_000))).flaw == "too_many_pixels"


CRASHES = {
    "segmentation fault": "os.kill(os.getpid(), 11)",
    "killed": "os.kill(os.getpid(), 9)",
    "exit": "os._exit(0)",
    "exception": "raise KeyError('x')",
    "memory": "return [bytearray(2**27) for _ in range(99)]",
    "sleep": "time.sleep(60)",
    "writes a file": (
        "import tempfile; file = tempfile.TemporaryFile(); file.write(b'1' * 9999); file.flush()\n"
        " return apart.clean(data, limits)"
    ),
    "nonsense": "os.write(1, b'nonsense, and a lot of it' * 9); os._exit(0)",
    "huge head": "os.write(1, b'\\xff' * 9); time.sleep(60)",
    "huge answer": "os.write(1, b'\\0\\0\\0\\x1a{\"sizes\": [9999999999999]}'); time.sleep(60)",
    "wrong kind": (
        "from media import wire; fields = dict(kind='x', mime='a/b', extension='c')\n"
        " os.write(1, wire.pack({'cleaned': fields}, b'')); os._exit(0)"
    ),
    "no sizes": "os.write(1, b'\\0\\0\\0\\x02{}'); os._exit(0)",
}


OF_THE_FILE = ("exception", "memory", "writes a file")  # what the child itself has caught
LIMITS = Limits(cpu_seconds=1, wall_seconds=4, memory_bytes=2**28)


@pytest.mark.asyncio
@pytest.mark.parametrize("body", CRASHES.values(), ids=CRASHES)
async def test_apart_survives_its_child(monkeypatch, body):
    """It is said that there is no answer: whoever asked tries again."""
    monkeypatch.setattr(supervisor, "COMMAND", child(body))
    with pytest.raises(Died):
        await media.clean_apart(photo_jpeg(), LIMITS)


@pytest.mark.asyncio
@pytest.mark.parametrize(("data", "flaw"), [(photo_jpeg(), "too_many_pixels"), (b"OggS" + bytes(99), "too_long")])
async def test_a_file_that_takes_all_its_time_is_kept_as_it_came(monkeypatch, data, flaw):
    """It would do so again, so nobody tries."""
    monkeypatch.setattr(supervisor, "COMMAND", child("\n while True: pass"))
    kept = await media.clean_apart(data, replace(LIMITS, wall_seconds=60))  # of a machine that may be busy
    assert (kept.kind, kept.copy, kept.flaw) == ("file", b"", flaw)


def test_what_nobody_has_looked_into_is_kept_by_its_head_alone():
    kept = [media.original_only(media.sniff_head(data)) for data in (photo_jpeg(), PDF)]
    assert [(one.kind, one.extension, one.copy, one.flaw) for one in kept] == [
        ("file", "jpg", b"", "unreadable"),
        ("file", "bin", b"", "unreadable"),
    ]


@pytest.mark.asyncio
async def test_a_machine_that_can_start_no_child_is_told(monkeypatch):
    monkeypatch.setattr(supervisor, "COMMAND", ("/nowhere",))
    with pytest.raises(Died):
        await media.clean_apart(photo_jpeg())
    assert await media.sniff_apart(photo_jpeg()) is None


@pytest.mark.asyncio
async def test_of_what_the_office_sends_a_child_that_ends_badly_has_shown_nothing(monkeypatch):
    monkeypatch.setattr(supervisor, "COMMAND", child("os._exit(0)"))
    with pytest.raises(Refused) as refusal:
        await media.clean_apart(photo_jpeg(), Limits(documents=True))
    assert refusal.value.code == "unreadable"


@pytest.mark.asyncio
async def test_a_child_that_does_not_read_is_ended(monkeypatch):
    monkeypatch.setattr(supervisor, "COMMAND", (sys.executable, "-c", "import time; time.sleep(60)"))
    with pytest.raises(Died):
        await media.clean_apart(photo_jpeg() + b"0" * 2**20, Limits(wall_seconds=1))


async def given_up(note: Path, monkeypatch, times: int) -> int:
    """Cancels a cleaning under way so many times, with no turn of the loop between. Returns the child's id."""
    code = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(60)"
    monkeypatch.setattr(supervisor, "COMMAND", (sys.executable, "-c", code))
    task = asyncio.create_task(media.clean_apart(photo_jpeg()))
    while not (note.exists() and note.read_text()):
        await asyncio.sleep(0.02)
    for _ in range(times):
        task.cancel()
        await asyncio.sleep(0)
    with pytest.raises(asyncio.CancelledError):
        await task
    return int(note.read_text())


@pytest.mark.asyncio
async def test_a_caller_that_gives_up_leaves_no_child(monkeypatch, tmp_path):
    child = await given_up(tmp_path / "pid", monkeypatch, times=1)
    with pytest.raises(ProcessLookupError):
        os.kill(child, 0)


def test_a_caller_that_may_not_even_wait_leaves_no_open_pipe(monkeypatch, tmp_path):
    asyncio.run(given_up(tmp_path / "pid", monkeypatch, times=2))
    gc.collect()  # what was left open speaks up here, and fails the test


@pytest.mark.asyncio
async def test_the_child_knows_no_secret(monkeypatch):
    monkeypatch.setenv("MINGCHA_SECRET", MARK)
    body = "from media import Cleaned\n return Cleaned('file', 'text/plain', 'txt', repr(dict(os.environ)).encode())"
    monkeypatch.setattr(supervisor, "COMMAND", child(body))
    seen = (await media.clean_apart(b"hello")).copy
    assert MARK.encode() not in seen
    assert b"HOME" not in seen


def test_importing_loads_no_decoder():
    decoders = "{'PIL', 'av', 'pillow_heif', 'python_calamine', 'zipfile'}"
    code = f"import sys; import media; print(sorted({decoders} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True) == "[]\n"
