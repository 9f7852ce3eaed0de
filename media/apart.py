"""The child process of `supervisor`: `python -m media.apart` cleans or reads one file and ends."""

import dataclasses
import json
import os
import resource
import sys
from collections.abc import Callable
from typing import BinaryIO

from media import wire
from media.cleaning import clean
from media.sniffing import sniff
from media.values import Cleaned, Limits, Refused

_OPEN_FILES = 64
_NICENESS = 10
_GRACE_SECONDS = 5  # between the signal that says what the file took, and the kill
Work = Callable[[bytes, Limits], Cleaned]


def main(work: Work = clean) -> None:
    """Reads {"task", "limits"} and the file from stdin, writes {"cleaned"}, {"rows"}, {"type"} or {"refused"} to
    stdout."""
    task, limits, data = _request(sys.stdin.buffer)
    confine(limits)
    try:
        reply = _answer(task, work, data, limits)
    except Refused as refusal:
        reply = wire.pack({"refused": refusal.code})
    sys.stdout.buffer.write(reply)
    sys.stdout.buffer.flush()


def _answer(task: str, work: Work, data: bytes, limits: Limits) -> bytes:
    if task == "rows":
        return _listed(data, limits)
    if task == "type":
        return wire.pack({"type": sniff(data)})
    return _reply(work(data, limits))


def _listed(data: bytes, limits: Limits) -> bytes:
    from media import sheets

    try:
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in sheets.rows(data, limits)).encode()
    except MemoryError as error:
        raise Refused("too_big") from error
    if len(lines) > limits.copy_bytes:
        raise Refused("too_big")
    return wire.pack({"rows": True}, lines)


def confine(limits: Limits) -> None:
    """Confines this process from here on: little memory and CPU time, no file written, no core dump with a face."""
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + _GRACE_SECONDS))
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(_NICENESS)


def _request(stdin: BinaryIO) -> tuple[str, Limits, bytes]:
    length = wire.head_length(stdin.read(wire.LENGTH_BYTES))
    head, (size,) = wire.read_head(stdin.read(length), sys.maxsize)
    return head["task"], Limits(**head["limits"]), stdin.read(size)


def _reply(cleaned: Cleaned) -> bytes:
    fields = {
        field.name: getattr(cleaned, field.name)
        for field in dataclasses.fields(cleaned)
        if field.name not in ("copy", "thumbnail")
    }
    blobs = (cleaned.copy,) if cleaned.thumbnail is None else (cleaned.copy, cleaned.thumbnail)
    return wire.pack({"cleaned": fields}, *blobs)


if __name__ == "__main__":
    main()
