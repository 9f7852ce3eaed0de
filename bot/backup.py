"""One archive with everything that an office must not lose: a copy of the database, the evidence, the anchor.

The key file stays outside unless it is asked for: whoever has a database and its key can read every identity. What the
archive holds, with the SHA-256 of each file, stands in `manifest.json`, its last member.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

from bot import privacy
from bot.settings import Settings
from models.copying import copy_out
from models.database import parse

FORMAT = 1
MANIFEST, DATABASE, EVIDENCE, ANCHOR, KEY = "manifest.json", "database", "evidence/", "anchor.log", "mingcha.key"
UNFINISHED = ".part"


class Member(msgspec.Struct, frozen=True):
    """One file of the archive."""

    sha256: str
    size: int


class Manifest(msgspec.Struct, frozen=True):
    """What an archive holds."""

    format: int
    made_at: datetime
    database: str  # sqlite, postgresql
    files: dict[str, Member]

    @property
    def has_key(self) -> bool:
        return KEY in self.files


@dataclass
class _Archive:
    tar: tarfile.TarFile
    files: dict[str, Member] = field(default_factory=dict)

    def add(self, name: str, path: Path) -> None:
        with path.open("rb") as data:
            self.put(name, data, os.fstat(data.fileno()).st_size)

    def put(self, name: str, data: io.BufferedIOBase | io.BufferedReader, size: int) -> None:
        reader = _Hashing(data)
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        self.tar.addfile(info, reader)  # pyright: ignore[reportArgumentType]
        self.files[name] = Member(reader.sha256.hexdigest(), size)


class _Hashing:
    """Hashes what is read through it, so that the manifest tells of the very bytes that were written."""

    def __init__(self, data: io.BufferedIOBase | io.BufferedReader) -> None:
        self._data, self.sha256 = data, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        found = self._data.read(size)
        self.sha256.update(found)
        return found


def back_up(
    settings: Settings, target: Path, *, with_key: bool, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Manifest:
    """Writes the archive while the program may be running. Raises CopyTrouble, OSError, FileExistsError.

    Anchor first, then database, then evidence: the anchor knows nothing that the copy lacks, and every row that the
    copy has finds its file.
    """
    with _new_file(target) as out, tarfile.open(fileobj=out, mode="w") as tar:
        archive = _Archive(tar)
        with _copied(settings) as (anchor, copy):
            if anchor is not None:
                archive.put(ANCHOR, io.BytesIO(anchor), len(anchor))
            archive.add(DATABASE, copy)
        folder = settings.evidence_path
        for path in _pieces(folder):
            with contextlib.suppress(FileNotFoundError):  # forgotten meanwhile: it was never submitted
                archive.add(EVIDENCE + path.relative_to(folder).as_posix(), path)
        if with_key:
            archive.add(KEY, settings.key_path)
        made = Manifest(FORMAT, clock(), parse(settings.database).get_backend_name(), dict(archive.files))
        told = msgspec.json.format(msgspec.json.encode(made), indent=1)
        archive.put(MANIFEST, io.BytesIO(told), len(told))
    return made


def _pieces(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix != UNFINISHED:
            yield path


@contextlib.contextmanager
def _copied(settings: Settings) -> Iterator[tuple[bytes | None, Path]]:
    """The anchor, and a copy of the database beside it, for as long as they are needed.

    It is made as the user that owns the data folder, and once more where the anchor grew meanwhile: the copy knows how
    far it reached.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with privacy.as_owner(settings.data_dir), TemporaryDirectory(prefix=".backup-", dir=settings.data_dir) as folder:
        copy, anchor = Path(folder, DATABASE), None
        while not copy.exists() or anchor != _read(settings.anchor_path):
            copy.unlink(missing_ok=True)
            anchor = _read(settings.anchor_path)
            copy_out(settings.database, copy)
        yield anchor, copy


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


@contextlib.contextmanager
def _new_file(target: Path) -> Iterator[io.BufferedWriter]:
    """A file that only its owner reads; it is there whole or not at all."""
    if target.exists():
        raise FileExistsError(target)
    half = target.with_name(target.name + UNFINISHED)
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        half.rename(target)
    finally:
        half.unlink(missing_ok=True)
