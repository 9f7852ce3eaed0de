"""The key file: a line for each key, with the name of its suite. It lies outside the database and outside its backup.

The first key is for everything, for good: hashes by which something is found, and the audit chain, cannot change
theirs. Each further one seals the identities from then on (`services.oversight.rotating`). A line is only ever added,
so that the file of an older backup is the beginning of today's.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from services.foundation.suites import SECRET_BYTES, SUITES, Name, Suite

MOST_KEYS = 255  # a sealed identity names its key by one byte


class KeyTrouble(RuntimeError):
    """The key file cannot be used as it is."""


class NoMoreKeys(RuntimeError):
    """The key file holds as many keys as there can be."""


@dataclass(frozen=True)
class Key:
    suite: Suite
    secret: bytes


def load_keys(path: Path, suite: Name) -> bytes:
    """The key file's bytes; on the first start it is made, with a key of this suite. Raises KeyTrouble."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        _write(descriptor, new_line(suite))
    data = path.read_bytes()
    keys_in(data)
    return data


def add_key(path: Path, suite: Name) -> None:
    """Adds a key, on the disk when this returns. Raises NoMoreKeys when there are as many as there can be."""
    whole = b"".join(_whole_lines(path.read_bytes()))
    if len(keys_in(whole)) >= MOST_KEYS:
        raise NoMoreKeys
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND)
    os.ftruncate(descriptor, len(whole))
    _write(descriptor, new_line(suite))


class Growing:
    """Watches a key file: `grown()` gives its bytes where it has grown since it was read last, and else None."""

    def __init__(self, path: Path, read: bytes) -> None:
        self._path, self._size = path, len(read)

    def grown(self) -> bytes | None:
        try:
            size = os.stat(self._path).st_size
        except OSError:  # whoever has taken it away meanwhile stops nobody: it is in our memory
            return None
        if size == self._size:
            return None
        data = self._path.read_bytes()
        self._size = len(data)
        return data


def keys_in(data: bytes) -> list[Key]:
    """The keys of a file. Raises KeyTrouble where it holds none, or a line that is none.

    A last line without its end was being added when the power failed: nothing was ever sealed with it.
    """
    keys = [_key(line.decode("ascii", "replace").rstrip("\n")) for line in _whole_lines(data)]
    if not keys:
        raise KeyTrouble("short")
    return keys


def _whole_lines(data: bytes) -> list[bytes]:
    return [line for line in data.splitlines(keepends=True) if line.endswith(b"\n")]


def new_line(suite: Name) -> bytes:
    return f"{suite} {secrets.token_hex(SECRET_BYTES)}\n".encode()


def _key(line: str) -> Key:
    name, _, digits = line.partition(" ")
    try:
        secret = bytes.fromhex(digits)
    except ValueError:
        secret = b""
    for known in get_args(Name):
        if known == name and len(secret) == SECRET_BYTES:
            return Key(SUITES[known], secret)
    raise KeyTrouble("short")


def _write(descriptor: int, line: bytes) -> None:
    with os.fdopen(descriptor, "ab") as file:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
