"""Signed checkpoints of the audit chain, and the anchor file that holds them outside the database.

A checkpoint has the form of C2SP tlog-checkpoint, inside a C2SP signed-note: origin, size, hash in base64, a line
`after SIZE` that names the checkpoint before it in the same file, and an Ed25519 signature. The hash is the head of a
chain and no Merkle root: it proves nothing about a part of the chain, only all of it up to there.
"""

from __future__ import annotations

import fcntl
import os
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

from services.foundation.vault import Vault

_ED25519 = b"\x01"
_CHECKPOINT = re.compile(
    r"(?P<text>(?P<origin>\S+)\n(?P<size>[1-9]\d*)\n(?P<hash>[A-Za-z0-9+/]{43}=)\nafter (?P<after>\d+)\n)"
    r"\n\N{EM DASH} (?P=origin) (?P<signature>[A-Za-z0-9+/=]+)\n"
)


@dataclass(frozen=True)
class Anchored:
    """What an anchor file holds. `fault`: "" or none, folder, unreadable, empty, damaged (from line `line` on)."""

    heads: dict[int, bytes] = field(default_factory=dict)  # hash by size
    fault: str = ""
    line: int = 0

    @property
    def newest(self) -> int:
        """The size of the newest checkpoint; 0 where there is none."""
        return max(self.heads, default=0)


def origin_of(vault: Vault) -> str:
    """The name of this installation's log: it follows from the key file and says nothing else."""
    return f"mingcha.audit/{sha256(vault.public_key).hexdigest()[:16]}"


def verifier_of(vault: Vault) -> str:
    """The public key in the form in which tools for signed notes take it: name, number and key."""
    name, key = origin_of(vault), _ED25519 + vault.public_key
    return f"{name}+{_key_id(name, key).hex()}+{b64encode(key).decode()}"


def signed(vault: Vault, size: int, head: bytes, after: int = 0) -> str:
    """A signed checkpoint of the chain with this many events."""
    name, key = origin_of(vault), _ED25519 + vault.public_key
    text = f"{name}\n{size}\n{b64encode(head).decode()}\nafter {after}\n"
    signature = b64encode(_key_id(name, key) + vault.sign(text.encode())).decode()
    return f"{text}\n\N{EM DASH} {name} {signature}\n"


def anchored(vault: Vault, file: Path, *, last_only: bool = False) -> Anchored:
    """Reads an anchor file. `last_only`: checks the signature of the last checkpoint alone."""
    try:
        data = file.read_bytes()
    except FileNotFoundError:
        return Anchored(fault="none")
    except OSError as error:
        return Anchored(fault="folder" if isinstance(error, IsADirectoryError) else "unreadable")
    return _read(vault, data, last_only=last_only)


@contextmanager
def held(file: Path) -> Iterator[BinaryIO]:
    """The anchor file, made where there is none, for this process alone. Raises OSError."""
    with os.fdopen(os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600), "r+b") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        yield opened


def lay(vault: Vault, file: Path, size: int, head: bytes) -> None:
    """Makes an anchor file with its first checkpoint, there whole or not at all. Raises OSError."""
    half = file.with_name(f"{file.name}.part")
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as opened:
        opened.write(signed(vault, size, head).encode())
        opened.flush()
        os.fsync(opened.fileno())
    half.replace(file)


def extend(vault: Vault, file: BinaryIO, size: int, head: bytes) -> Anchored:
    """Adds a checkpoint to a held file unless its newest is that; returns what the file held before.

    Nothing is written into a file that is damaged or knows more.
    """
    file.seek(0)
    data = file.read()
    before = _read(vault, data, last_only=True)
    if before.fault != "damaged" and size > before.newest:
        file.write(signed(vault, size, head, before.newest).encode())
        file.flush()
        os.fsync(file.fileno())
    return before


def _read(vault: Vault, data: bytes, *, last_only: bool) -> Anchored:
    if not data:
        return Anchored(fault="empty")
    told, place, heads, newest = data.decode(errors="replace"), 0, dict[int, bytes](), 0
    while place < len(told):
        found = _CHECKPOINT.match(told, place)
        sure = last_only and found is not None and found.end() < len(told)
        size = int(found["size"]) if found else 0
        if found is None or size <= newest or int(found["after"]) != newest or not (sure or _ours(vault, found)):
            return Anchored(heads, "damaged", told.count("\n", 0, place) + 1)
        heads[size] = b64decode(found["hash"])
        newest, place = size, found.end()
    return Anchored(heads)


def _ours(vault: Vault, found: re.Match[str]) -> bool:
    """Whether this installation signed the checkpoint: its signatures are always the same."""
    return found.group() == signed(vault, int(found["size"]), b64decode(found["hash"]), int(found["after"]))


def _key_id(name: str, key: bytes) -> bytes:
    return sha256(f"{name}\n".encode() + key).digest()[:4]
