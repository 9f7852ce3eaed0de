"""The files of evidence: originals sealed and named by their hash, copies clean and named by the piece."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from media import Cleaned, Died, Limits, Refused, clean_apart, original_only
from services.evidence.places import Places
from services.foundation.vault import Vault, new_id

LIMITS = Limits()
CLEANED_AT_ONCE = 2  # cleanings at once: each takes a core and up to 1 GiB


@dataclass(frozen=True)
class Forgotten:
    """An upload that was never submitted. `sha256` names its original unless another piece has the same bytes."""

    id: str
    sha256: str | None


_LACKS = {"cut": "cut", "too_many_pixels": "large", "too_long": "long", "too_big": "long"}  # by flaw


@dataclass(frozen=True)
class Stored:
    """The result of storing the bytes of one piece."""

    id: str
    kind: str
    sha256: str
    mime: str
    bytes: int
    width: int | None
    height: int | None
    seconds: float | None
    fingerprint: str | None
    flaw: str | None = None
    """What the copy lacks, or why there is none, see `media.Cleaned`."""

    @property
    def lacks(self) -> str:
        """What its sender is told: that it is cut, too large or too long for us though whole, or unseen, being perhaps
        not whole; nothing where the office sees all of it."""
        return "" if self.flaw in (None, "pages") else _LACKS.get(self.flaw, "unseen")

    def columns(self) -> dict[str, Any]:
        names = ("kind", "sha256", "mime", "bytes", "width", "height", "seconds", "fingerprint")
        return {name: getattr(self, name) for name in names} | {"error": self.flaw}


class Store:
    """Two folders: `originals`, sealed with the key file and named by their hash, and `copies`, clean, by piece."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._places = Places(folder)
        self._vault = vault
        self._at_once = asyncio.Semaphore(CLEANED_AT_ONCE)

    async def clean_and_keep(self, data: bytes, piece_id: str | None = None, *, documents: bool = False) -> Stored:
        """Cleans and stores a piece. Raises media.Refused with what is wrong; then nothing is kept.

        `documents`: documents are copied too, where a clean copy can be made.
        """
        if not data:
            raise Refused("empty")
        async with self._at_once:
            try:
                cleaned = await clean_apart(data, replace(LIMITS, documents=documents))
            except Died:
                cleaned = original_only(data)
        return await asyncio.to_thread(self._write, piece_id or new_id(), data, cleaned)

    def _write(self, piece_id: str, data: bytes, cleaned: Cleaned) -> Stored:
        sha256 = hashlib.sha256(data).hexdigest()
        original = self._places.original(sha256)
        if not original.exists():
            _write_durably(original, self._vault.seal_bytes(data, f"original {sha256}"))
        if cleaned.copy:
            _write_durably(self._places.copy(piece_id), cleaned.copy)
        if cleaned.thumbnail:
            _write_durably(self._places.thumbnail(piece_id), cleaned.thumbnail)
        return Stored(
            piece_id,
            cleaned.kind,
            sha256,
            cleaned.mime,
            len(data),
            cleaned.width,
            cleaned.height,
            cleaned.seconds,
            cleaned.fingerprint,
            cleaned.flaw,
        )

    def copy_path(self, piece_id: str, *, thumbnail: bool = False) -> Path:
        return self._places.thumbnail(piece_id) if thumbnail else self._places.copy(piece_id)

    def lacks_copy(self, piece_id: str) -> bool:
        """Whether the copy of a piece that has one is not there: it was lost, or not restored."""
        return not self._places.copy(piece_id).is_file()

    def forget(self, gone: Sequence[Forgotten]) -> None:
        """Removes the files of these pieces; files that are not there any more are no trouble."""
        for one in gone:
            for path in (self._places.copy(one.id), self._places.thumbnail(one.id)):
                path.unlink(missing_ok=True)
            if one.sha256:
                self._places.original(one.sha256).unlink(missing_ok=True)

    def original(self, sha256: str) -> bytes:
        """The bytes as they came. Raises FileNotFoundError, or KeyTrouble where the file is not as it was written."""
        return self._vault.open_bytes(self._places.original(sha256).read_bytes(), f"original {sha256}")


def _write_durably(path: Path, data: bytes) -> None:
    """Writes a file that is there whole or not at all, even after a crash. Raises OSError; nothing is left then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.{new_id()}.part")
    try:
        with half.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        half.replace(path)
    except OSError:
        half.unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):  # its name, and that of a folder that is new
        _flush(folder)


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
