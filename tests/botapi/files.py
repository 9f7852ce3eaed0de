"""Every file that went either way, and the links that let the bot fetch it."""

from __future__ import annotations

import hashlib
import struct
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .errors import bad_request

DOWNLOAD_BYTES = 20 * 2**20
LINK_SECONDS = 3600
PREFIX = {"photo": "AgACAgIAAxkB", "document": "BQACAgIAAxkB", "voice": "AwACAgIAAxkB", "video": "BAACAgIAAxkB"}
FOLDER = {"photo": "photos", "document": "documents", "voice": "voice", "video": "videos"}
THUMBNAIL_SIDES = (90, 320, 800)
# A real one-pixel JPEG: whoever downloads a thumbnail instead of the photo is found out.
TINY_JPEG = b64decode(
    "/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////"
    "////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA="
)
LONG_JPEG = TINY_JPEG + b"\x00" * 5000


@dataclass(frozen=True)
class StoredFile:
    file_id: str
    unique_id: str
    kind: str
    data: bytes
    size_bytes: int
    path: str

    def brief(self) -> dict[str, Any]:
        return {"file_id": self.file_id, "file_unique_id": self.unique_id, "file_size": self.size_bytes}


class Files:
    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._by_id: dict[str, StoredFile] = {}
        self._links: dict[str, tuple[StoredFile, float]] = {}

    def add(self, kind: str, data: bytes, extension: str = "", size_bytes: int | None = None) -> StoredFile:
        """Keep a file; `size_bytes` lets a small body pass for a huge one."""
        number = len(self._by_id)
        digest = urlsafe_b64encode(hashlib.sha256(f"{kind}{number}".encode()).digest()).decode().rstrip("=")
        stored = StoredFile(
            file_id=PREFIX[kind] + digest,
            unique_id="AQAD" + digest[:12],
            kind=kind,
            data=data,
            size_bytes=len(data) if size_bytes is None else size_bytes,
            path=f"{FOLDER[kind]}/file_{number}{extension}",
        )
        self._by_id[stored.file_id] = stored
        return stored

    def get(self, file_id: str) -> StoredFile | None:
        return self._by_id.get(file_id)

    def open_link(self, file_id: str) -> dict[str, Any]:
        """getFile: the path works for an hour."""
        stored = self.get(file_id)
        if stored is None:
            raise bad_request("wrong file_id or the file is temporarily unavailable" if file_id else "invalid file_id")
        if stored.size_bytes > DOWNLOAD_BYTES:
            raise bad_request("file is too big")
        self._links[stored.path] = stored, self._clock() + LINK_SECONDS
        return stored.brief() | {"file_path": stored.path}

    def linked(self, path: str) -> StoredFile | None:
        stored, until = self._links.get(path, (None, 0.0))
        return stored if stored and self._clock() < until else None

    def add_photo(self, data: bytes) -> list[dict[str, Any]]:
        """The sizes of a photo, smallest first; only the last holds the real bytes."""
        width, height = image_size(data) or (1280, 960)
        longest = max(width, height)
        sizes = [
            self.add("photo", TINY_JPEG, ".jpg").brief()
            | {"width": max(1, width * side // longest), "height": max(1, height * side // longest)}
            for side in THUMBNAIL_SIDES
            if side < longest
        ]
        return [*sizes, self.add("photo", data, ".jpg").brief() | {"width": width, "height": height}]


def image_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a JPEG, PNG or GIF; None for anything else."""
    if data[:8] == b"\x89PNG\r\n\x1a\n" and len(data) >= 24:
        return struct.unpack(">II", data[16:24])
    if data[:4] == b"GIF8" and len(data) >= 10:
        return struct.unpack("<HH", data[6:10])
    return _jpeg_size(data) if data[:2] == b"\xff\xd8" else None


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], struct.unpack(">H", data[at + 2 : at + 4])[0]
        if 0xC0 <= marker <= 0xCF and marker not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
