"""GET /chat/piece/<id>: a picture or a file of a notice or of an answer, for whoever it was sent to."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import quote

from aiohttp import web

from channels.webchat.connection import Parts
from channels.webchat.protocol import CHANNEL
from media import HEAD_BYTES, sniff_head
from models.database import DatabaseAway
from services import cases, notices, talk
from services.evidence import Enclosure, Store
from services.foundation.act import Act
from services.notices import Part

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "private, max-age=86400",
}


class Pieces:
    def __init__(self, parts: Parts, store: Store) -> None:
        self._parts, self._store = parts, store

    async def give(self, request: web.Request) -> web.StreamResponse:
        """Sends the piece; 404 for anybody who did not get it, as if there were none; 503 without the database."""
        parts, piece_id = self._parts, request.match_info["id"]
        token = parts.tokens.of(request)
        try:
            found = token and await parts.acts.read(talk.visitor, CHANNEL, token)
            if not found or found.closed:
                raise web.HTTPNotFound
            part = await parts.acts.read(_opened, found.id, piece_id)
        except DatabaseAway:
            raise web.HTTPServiceUnavailable from None
        path = self._store.copy_path(piece_id)
        if part is None or not path.is_file():
            raise web.HTTPNotFound
        headers = {"Content-Type": part.mime, **HEADERS}
        if part.kind == "voice":  # a copy may have another media type than its original
            headers["Content-Type"] = await asyncio.to_thread(_type, path) or part.mime
        if part.kind == "file":
            headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(part.name or 'file')}"
        return web.FileResponse(path, headers=headers)


def _opened(act: Act, contact_id: str, piece_id: str) -> Part | Enclosure | None:
    return notices.may_open(act, contact_id, piece_id) or cases.may_open(act, contact_id, piece_id)


def _type(path: Path) -> str | None:
    with path.open("rb") as file:
        return sniff_head(file.read(HEAD_BYTES))
