"""The files of evidence: originals sealed and named by their hash, copies clean and named by the piece."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from media import HEAD_BYTES, PHOTOS, RECORDINGS, Cleaned, Died, Limits, Refused, clean_apart, original_only, sniff_head
from services.evidence.places import Places
from services.evidence.room import Room, UploadLimits
from services.evidence.turns import Turns
from services.foundation.vault import Vault, new_id

LIMITS = Limits()
CLEANED_AT_ONCE = 2  # cleanings at once: each takes a core and up to 1 GiB
NO_MOMENT = 0  # when a file was last changed, as it tells: a copy or a backup of it leads to nobody who wrote just then
PICTURE_SECONDS = 40  # of a core, of which the costliest picture that is decoded takes a tenth


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


@dataclass(frozen=True)
class Original:
    """The bytes of a piece as they came, sealed and on the disk. `mime`: of a picture or recording, by its head."""

    sha256: str
    bytes: int
    mime: str | None
    is_new: bool = False  # whether no other piece had brought them before

    @property
    def kind(self) -> str:
        """What it seems to be until it is cleaned."""
        if self.mime in PHOTOS:
            return "photo"
        if self.mime not in RECORDINGS:
            return "file"
        return "voice" if self.mime.startswith("audio/") else "video"


class Store:
    """Two folders: `originals`, sealed with the key file and named by their hash, and `copies`, clean, by piece."""

    def __init__(self, folder: Path, vault: Vault, limits: UploadLimits) -> None:
        self.room = Room(folder, limits)
        self._places = Places(folder)
        self._vault = vault
        self._turns = Turns(CLEANED_AT_ONCE)

    async def clean_and_keep(self, data: bytes, piece_id: str | None = None, *, documents: bool = False) -> Stored:
        """Cleans and stores a piece that is not sent by a stranger. Raises media.Refused with what is wrong, and
        media.Died; then nothing is kept.

        `documents`: documents are copied too, where a clean copy can be made.
        """
        original, piece_id = await self.keep(data), piece_id or new_id()
        try:
            return await self.clean(piece_id, original, sender=piece_id, documents=documents)
        except (Refused, Died):
            if original.is_new:
                await asyncio.to_thread(self.forget, [Forgotten(piece_id, original.sha256)])
            raise

    async def keep(self, data: bytes) -> Original:
        """Seals and stores what came, before anybody looks into it. Raises media.Refused: empty, too_big; OSError."""
        if not data:
            raise Refused("empty")
        if len(data) > LIMITS.file_bytes:
            raise Refused("too_big")
        return await asyncio.to_thread(self._seal, data)

    async def clean(self, piece_id: str, original: Original, *, sender: str, documents: bool = False) -> Stored:
        """Makes the copy when it is this sender's turn. Raises media.Refused; media.Died where trying again may help;
        OSError or KeyTrouble without the original."""
        limits, cost = _cost(original, documents=documents)
        async with self._turns.turn(sender, cost):
            cleaned = await clean_apart(await asyncio.to_thread(self.original, original.sha256), limits)
            return await asyncio.to_thread(self._write, piece_id, original, cleaned)

    async def kept_before(self, sha256: str) -> Original:
        """An original that lies here. Raises OSError, KeyTrouble."""
        data = await asyncio.to_thread(self.original, sha256)
        return Original(sha256, len(data), sniff_head(data))

    def unshown(self, piece_id: str, original: Original) -> Stored:
        """A piece whose cleaning never ends well: kept as it came, and not shown."""
        return _stored(piece_id, original, original_only(original.mime))

    def is_spent(self, sender: str) -> bool:
        """Whether this sender's pieces have taken their share of this hour's cleaning, so that the next ones wait."""
        return self._turns.is_spent(sender)

    def _seal(self, data: bytes) -> Original:
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._places.original(sha256)
        is_new = not path.exists()
        if is_new:
            _write_durably(path, self._vault.seal_bytes(data, f"original {sha256}"))
        return Original(sha256, len(data), sniff_head(data[:HEAD_BYTES]), is_new)

    def _write(self, piece_id: str, original: Original, cleaned: Cleaned) -> Stored:
        if cleaned.copy:
            _write_durably(self._places.copy(piece_id), cleaned.copy)
        if cleaned.thumbnail:
            _write_durably(self._places.thumbnail(piece_id), cleaned.thumbnail)
        return _stored(piece_id, original, cleaned)

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


def _cost(original: Original, *, documents: bool) -> tuple[Limits, float]:
    """What cleaning may take, and the seconds of a core that it takes at a guess: a recording's are many."""
    mib, limits = original.bytes / 2**20, replace(LIMITS, documents=documents)
    if original.mime in RECORDINGS:
        return limits, 2 + 4 * mib
    return replace(limits, cpu_seconds=PICTURE_SECONDS), 1 + mib / 4


def _stored(piece_id: str, original: Original, cleaned: Cleaned) -> Stored:
    return Stored(
        piece_id,
        cleaned.kind,
        original.sha256,
        cleaned.mime,
        original.bytes,
        cleaned.width,
        cleaned.height,
        cleaned.seconds,
        cleaned.fingerprint,
        cleaned.flaw,
    )


def _write_durably(path: Path, data: bytes) -> None:
    """Writes a file that is there whole or not at all, even after a crash. Raises OSError; nothing is left then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f"{path.name}.{new_id()}.part")
    try:
        with half.open("wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.utime(half, (NO_MOMENT, NO_MOMENT))
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
