"""Evidence for the desk: the clean copy, its thumbnail, and the sealed original for a stated purpose."""

from __future__ import annotations

import asyncio

from aiohttp import web

from media import EXTENSIONS, UNKNOWN, sniff_apart
from services import desk
from services.foundation.keys import KeyTrouble
from services.foundation.refusal import Refusal
from services.people import Right
from web.site.frame import ID, IS_ID, Frame, Seat, form
from web.site.refused import status_of
from web.site.security import FILE_POLICY

SHOWN = ("image/", "audio/", "video/")
SMALL = "image/jpeg"


class Evidence:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get(f"/console/evidence/{ID}", seated(self._copy, Right.READ_REPORTS)),
            web.get(f"/console/evidence/{ID}/small", seated(self._small, Right.READ_REPORTS)),
            web.post("/console/original", seated(self._original, Right.OPEN_ORIGINALS)),
        ]

    async def _copy(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        begins = request.headers.get("Range", "bytes=0-").startswith("bytes=0-")
        look = seat.acts.write if begins else seat.acts.read
        piece = await look(desk.open_copy, request.match_info["id"], tell=begins)
        if piece is None or not piece.has_copy or not (piece.ours or (piece.mime or "").startswith(SHOWN)):
            raise web.HTTPNotFound
        answer = self._file(piece.id, piece.mime or UNKNOWN)
        if piece.kind == "file":
            answer.headers["Content-Disposition"] = "attachment"
        return answer

    async def _small(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The thumbnail, or the copy where that is lost: part of the report that was opened, so no event of its own."""
        piece = await seat.acts.read(desk.open_copy, request.match_info["id"], tell=False)
        if piece is None or not piece.has_thumbnail:
            raise web.HTTPNotFound
        there = self._frame.store.copy_path(piece.id, thumbnail=True).is_file() or piece.kind != "photo"
        return self._file(piece.id, SMALL, thumbnail=there)

    async def _original(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame = self._frame
        sent = await form(request, frame.site_url)
        piece_id = sent.get("piece", "")
        if not IS_ID.fullmatch(piece_id):
            raise web.HTTPNotFound
        try:
            original = await seat.acts.write(desk.open_original, piece_id, sent.get("purpose", ""))
        except Refusal as error:
            return self._told(request, seat, status_of(error), error.code)
        try:
            data = await asyncio.to_thread(frame.store.original, original.sha256)
        except (FileNotFoundError, KeyTrouble) as error:
            code = "original_lost" if isinstance(error, FileNotFoundError) else "original_spoilt"
            return self._told(request, seat, web.HTTPGone.status_code, code, original.sha256)
        mime = await sniff_apart(data) or UNKNOWN
        name = f"{original.name}.{EXTENSIONS.get(mime, 'bin')}"
        return web.Response(
            body=data,
            content_type=mime,
            headers={"Content-Security-Policy": FILE_POLICY, "Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _told(self, request: web.Request, seat: Seat, status: int, code: str, file: str | None = None) -> web.Response:
        return self._frame.page(request, "site/error.html", seat, status=status, code=code, id=file, unsaved=None)

    def _file(self, piece_id: str, mime: str, *, thumbnail: bool = False) -> web.FileResponse:
        path = self._frame.store.copy_path(piece_id, thumbnail=thumbnail)
        if not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Content-Type": mime, "Content-Security-Policy": FILE_POLICY})
