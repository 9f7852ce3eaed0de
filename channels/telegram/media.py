"""The pictures and files of a message: uploaded once, then sent by the id that Telegram gave them.

One picture or file with a short text is one message. Several of them come first, as albums; the text with its buttons
comes last, next to the keyboard.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

from conversation.messages import Attached
from media import Fontless

LONGEST_CAPTION = 1024  # UTF-16 units
MOST_IN_ALBUM = 10
MOST_KNOWN = 2_000
_AS = {"photo": "photo", "video": "video", "voice": "voice", "file": "document"}
_ENDINGS = {"photo": ".jpg", "video": ".mp4", "voice": ".ogg"}
Files = Mapping[str, tuple[str, bytes]]


class NoCopy(Exception):
    """The clean copy of a piece is not on this machine."""


class Way(Protocol):
    """The calls by which one parcel reaches its chat."""

    async def send_files(self, what: str, files: Files, **asked: Any) -> Any: ...


class Media:
    """Remembers which pieces were uploaded already. `copies` is the folder of the clean copies,
    `drawn` makes what is kept nowhere: receipts, by their line.
    """

    def __init__(self, copies: Callable[[str], Path], drawn: Callable[[str], bytes | None] | None = None) -> None:
        self._copies, self._drawn = copies, drawn
        self._known: dict[str, str] = {}
        self._uploading = asyncio.Lock()

    async def send(self, way: Way, pieces: Sequence[Attached], **last: Any) -> Any:
        """Sends pieces; returns the last message. `last` (caption, reply_markup) goes with a single one.

        Raises NoCopy.
        """
        message: Any = None
        for kind, group in _groups(pieces):
            if any(piece.id not in self._known for piece in group):
                async with self._uploading:  # the first recipient's upload serves all
                    message = await self._sent(way, kind, group, last)
            else:
                message = await self._sent(way, kind, group, last)
        return message

    async def _sent(self, way: Way, kind: str, group: Sequence[Attached], last: Mapping[str, Any]) -> Any:
        files = {piece.id: await self._read(piece) for piece in group if piece.id not in self._known}
        if len(group) == 1:
            names = dict(zip((kind,), files.values(), strict=False))
            known = {} if files else {kind: self._known[group[0].id]}
            message = await way.send_files(kind.capitalize(), names, **known, **last)
            self._learn(group[0], message)
            return message
        album = [{"type": _as(piece), "media": self._known.get(piece.id) or f"attach://{piece.id}"} for piece in group]
        messages = await way.send_files("MediaGroup", files, media=album)
        for piece, message in zip(group, messages, strict=False):
            self._learn(piece, message)
        return messages[-1]

    async def _read(self, piece: Attached) -> tuple[str, bytes]:
        try:
            data = await asyncio.to_thread(self._bytes, piece.id)
        except (OSError, Fontless) as error:
            raise NoCopy(piece.id) from error
        return piece.name or f"{piece.kind}{_ENDINGS.get(piece.kind, '')}", data

    def _bytes(self, piece_id: str) -> bytes:
        made = self._drawn(piece_id) if self._drawn else None
        return made or self._copies(piece_id).read_bytes()

    def _learn(self, piece: Attached, message: Any) -> None:
        made = message.get(_as(piece)) if isinstance(message, dict) else None
        largest = made[-1] if isinstance(made, list) and made else made
        if isinstance(largest, dict) and isinstance(largest.get("file_id"), str):
            if len(self._known) >= MOST_KNOWN:
                self._known.pop(next(iter(self._known)))
            self._known[piece.id] = largest["file_id"]


def _as(piece: Attached) -> str:
    """How a piece is sent. Telegram shrinks a long photo until nobody can read it, or refuses it; documents stay."""
    return "document" if piece.long else _AS[piece.kind]


def _groups(pieces: Sequence[Attached]) -> Iterator[tuple[str, list[Attached]]]:
    """Groups pieces into messages and albums, by what Telegram takes the first piece for: photos with videos,
    documents among themselves, each voice alone.
    """
    for _, found in groupby(pieces, lambda piece: piece.id if piece.kind == "voice" else _as(piece) == "document"):
        group = list(found)
        for start in range(0, len(group), MOST_IN_ALBUM):
            some = group[start : start + MOST_IN_ALBUM]
            yield _as(some[0]), some
