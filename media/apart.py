"""The child process of `clean_apart`: `python -m media.apart` cleans one file and ends."""

import dataclasses
import os
import resource
import sys
from collections.abc import Callable
from typing import BinaryIO

from media import wire
from media.cleaning import clean
from media.values import Cleaned, Limits, Refused

_OPEN_FILES = 64
_NICENESS = 10


def main(work: Callable[[bytes, Limits], Cleaned] = clean) -> None:
    """Reads {"limits"} and the file from stdin, writes {"cleaned"} or {"refused"} to stdout."""
    limits, data = _request(sys.stdin.buffer)
    confine(limits)
    try:
        reply = _reply(work(data, limits))
    except Refused as refusal:
        reply = wire.pack({"refused": refusal.code})
    sys.stdout.buffer.write(reply)
    sys.stdout.buffer.flush()


def confine(limits: Limits) -> None:
    """Confines this process from here on: little memory and CPU time, no file written, no core dump with a face."""
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(_NICENESS)


def _request(stdin: BinaryIO) -> tuple[Limits, bytes]:
    length = wire.head_length(stdin.read(wire.LENGTH_BYTES))
    head, (size,) = wire.read_head(stdin.read(length), sys.maxsize)
    return Limits(**head["limits"]), stdin.read(size)


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
