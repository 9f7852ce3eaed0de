"""Has a file cleaned or read in a process of its own, which may crash, hang or fill its memory without harm to us."""

import signal
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from media.cleaning import original_only
from media.sniffing import EXTENSIONS, HEAD_BYTES, PHOTOS, sniff_head
from media.values import CODES, DEFAULT_LIMITS, FLAWS, KINDS, Cleaned, Died, Limits, Refused

if TYPE_CHECKING:
    from asyncio import StreamReader
    from asyncio.subprocess import Process

COMMAND = (sys.executable, "-B", "-s", "-m", "media.apart")
_ROOT = Path(__file__).parents[1]
_OVERHEAD_BYTES = 2**20
DYING_SECONDS = 2.0  # that a child which says nothing more may take to end by itself


async def clean_apart(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Cleaned:
    """Cleans a file like `clean`, in a short-lived child with an empty environment and hard limits.

    Evidence that took all its processor time is kept without a copy. Raises Refused; and Died where the child has given
    no answer, of what the office itself sends Refused("unreadable").
    Each call may use `limits.memory_bytes` and one core: the caller bounds how many run at once.
    """
    if not data:
        raise Refused("empty")
    if len(data) > limits.file_bytes:
        raise Refused("too_big")
    try:
        return _cleaned(*await _answer("clean", data, limits))
    except Died as died:
        if limits.documents:
            raise Refused("unreadable") from died
        if died.by != signal.SIGXCPU:
            raise
        mime = sniff_head(data[:HEAD_BYTES])
        return original_only(mime, "too_many_pixels" if mime in PHOTOS else "too_long")


async def rows_apart(data: bytes, limits: Limits) -> bytes:
    """The rows of a list as `sheets.rows` reads them, each a line of JSON. Raises Refused as it does.

    What takes more memory or time than `limits` allow is too big.
    """
    if len(data) > limits.file_bytes:
        raise Refused("too_big")
    try:
        head, blobs = await _answer("rows", data, limits)
    except Died as died:
        raise Refused("too_big" if died.by else "unreadable") from died
    if not head.get("rows") or len(blobs) != 1:
        raise Refused("unreadable")
    return blobs[0]


async def sniff_apart(data: bytes, limits: Limits = DEFAULT_LIMITS) -> str | None:
    """The MIME type as `sniff` finds it; None also where the child gave no answer."""
    try:
        head, _ = await _answer("type", data, limits)
    except Died:
        return None
    return head["type"] if head.get("type") in EXTENSIONS else None


async def _answer(task: str, data: bytes, limits: Limits) -> tuple[dict[str, Any], list[bytes]]:
    """What the child says. Raises Refused where it refuses, Died where it says nothing that could be understood."""
    import asyncio

    try:
        process = await asyncio.create_subprocess_exec(
            *COMMAND,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=_ROOT,
            env={},
        )
    except OSError as error:  # the machine has no memory or no process left
        raise Died from error
    head, blobs, failed = dict[str, Any](), list[bytes](), None
    try:
        async with asyncio.timeout(limits.wall_seconds):
            head, blobs = await _ask(process, task, data, limits)
    except EOFError as error:
        failed = error
        with suppress(TimeoutError):  # by what it died is lost where it is killed while it is dying
            await asyncio.wait_for(process.wait(), DYING_SECONDS)
    except (TimeoutError, OSError, ValueError, TypeError) as error:
        failed = error
    finally:
        await _end(process)
    if failed:
        raise Died(max(0, -(process.returncode or 0))) from failed
    if head.get("refused") in CODES:
        raise Refused(head["refused"])
    return head, blobs


async def _ask(process: "Process", task: str, data: bytes, limits: Limits) -> tuple[dict[str, Any], list[bytes]]:
    from media import wire

    assert process.stdin
    assert process.stdout
    process.stdin.write(wire.pack({"task": task, "limits": asdict(limits)}, data))
    await process.stdin.drain()
    process.stdin.close()
    prefix = await process.stdout.readexactly(wire.LENGTH_BYTES)
    text = await process.stdout.readexactly(wire.head_length(prefix))
    head, sizes = wire.read_head(text, limits.copy_bytes + _OVERHEAD_BYTES)
    return head, await _blobs(process.stdout, sizes)


async def _blobs(stdout: "StreamReader", sizes: list[int]) -> list[bytes]:
    return [await stdout.readexactly(size) for size in sizes]


def _cleaned(head: dict[str, Any], blobs: list[bytes]) -> Cleaned:
    """The child's answer, checked like a hostile file because the child has read one. Raises Died."""
    try:
        thumbnail = blobs[1] if len(blobs) > 1 else None
        cleaned = Cleaned(**head["cleaned"], copy=blobs[0], thumbnail=thumbnail)
        if cleaned.kind not in KINDS or not _plain(cleaned):
            raise Died
    except (LookupError, TypeError) as error:
        raise Died from error
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
