"""Runs `clean` in a process of its own, which may crash, hang or fill its memory without harm to us."""

import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from media.cleaning import unshown
from media.values import CODES, DEFAULT_LIMITS, FLAWS, KINDS, Cleaned, Limits, Refused

if TYPE_CHECKING:
    from asyncio import StreamReader
    from asyncio.subprocess import Process

COMMAND = (sys.executable, "-B", "-s", "-m", "media.apart")
_ROOT = Path(__file__).parents[1]
_OVERHEAD_BYTES = 2**20


async def clean_apart(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Cleaned:
    """Cleans a file like `clean`, in a short-lived child with an empty environment and hard limits.

    Raises Refused; a crash, a kill, a time-out or a senseless answer is "unreadable".
    Each call may use `limits.memory_bytes` and one core: the caller bounds how many run at once.
    """
    if not data:
        raise Refused("empty")
    if len(data) > limits.file_bytes:
        raise Refused("too_big")
    import asyncio

    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=_ROOT,
        env={},
    )
    try:
        async with asyncio.timeout(limits.wall_seconds):
            return await _ask(process, data, limits)
    except (TimeoutError, EOFError, OSError, ValueError, TypeError) as error:
        return unshown(data, Refused("unreadable"), limits, error)
    finally:
        await _end(process)


async def _ask(process: "Process", data: bytes, limits: Limits) -> Cleaned:
    from media import wire

    assert process.stdin
    assert process.stdout
    process.stdin.write(wire.pack({"limits": asdict(limits)}, data))
    await process.stdin.drain()
    process.stdin.close()
    prefix = await process.stdout.readexactly(wire.LENGTH_BYTES)
    text = await process.stdout.readexactly(wire.head_length(prefix))
    head, sizes = wire.read_head(text, limits.copy_bytes + _OVERHEAD_BYTES)
    return _understood(head, await _blobs(process.stdout, sizes))


async def _blobs(stdout: "StreamReader", sizes: list[int]) -> list[bytes]:
    return [await stdout.readexactly(size) for size in sizes]


def _understood(head: dict[str, Any], blobs: list[bytes]) -> Cleaned:
    """The child's answer, checked like a hostile file because the child has read one. Raises ValueError."""
    if head.get("refused") in CODES:
        raise Refused(head["refused"])
    if not blobs or not isinstance(head.get("cleaned"), dict):
        raise ValueError("not an answer")
    thumbnail = blobs[1] if len(blobs) > 1 else None
    cleaned = Cleaned(**head["cleaned"], copy=blobs[0], thumbnail=thumbnail)
    if cleaned.kind not in KINDS or not _plain(cleaned):
        raise ValueError("not an answer")
    return cleaned


def _plain(cleaned: Cleaned) -> bool:
    numbers = (cleaned.width, cleaned.height, cleaned.seconds)
    return (
        isinstance(cleaned.mime, str)
        and isinstance(cleaned.extension, str)
        and cleaned.extension.isalnum()
        and all(number is None or isinstance(number, int | float) for number in numbers)
        and isinstance(cleaned.fingerprint, str | None)
        and cleaned.flaw in {None, *FLAWS}
    )


async def _end(process: "Process") -> None:
    """Kills the child and sees it and its pipes gone, a few milliseconds that no second cancel cuts short."""
    import asyncio

    with suppress(ProcessLookupError):
        process.kill()
    cancelled = None
    while True:
        try:
            await process.communicate()
            break
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled:
        raise cancelled
