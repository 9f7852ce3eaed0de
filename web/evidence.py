"""Evidence for the desk: the clean copy, its thumbnail, and the sealed original for a stated purpose."""

from __future__ import annotations

import asyncio
import mimetypes

from aiohttp import web

from services import desk
from services.desk import NotDone
from services.media.sniffing import sniff
from services.people.rights import Right
from web.house import ID, IS_ID, House, Seat, form
from web.security import FILE_POLICY

SHOWN = ("image/", "audio/", "video/")
SMALL = "image/jpeg"
UNKNOWN = "application/octet-stream"


class Evidence:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[web.RouteDef]:
        seated = self._house.seated
        return [
            web.get(f"/console/evidence/{ID}", seated(self._copy, Right.READ_REPORTS)),
            web.get(f"/console/evidence/{ID}/small", seated(self._small, Right.READ_REPORTS)),
            web.post("/console/original", seated(self._original, Right.OPEN_ORIGINALS)),
        ]

    async def _copy(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        house = self._house
        begins = request.headers.get("Range", "bytes=0-").startswith("bytes=0-")
        look = house.database.write if begins else house.database.read
        piece = await look(desk.open_copy, house.clock(), seat.clerk.id, request.match_info["id"], tell=begins)
        if piece is None or not piece.has_copy or not (piece.mime or "").startswith(SHOWN):
            raise web.HTTPNotFound
        return self._file(piece.id, piece.mime or UNKNOWN)

    async def _small(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Part of the report that was opened, so that it leaves no event of its own."""
        piece = await self._house.database.read(
            desk.open_copy, self._house.clock(), seat.clerk.id, request.match_info["id"], tell=False
        )
        if piece is None or not piece.has_thumbnail:
            raise web.HTTPNotFound
        return self._file(piece.id, SMALL, thumbnail=True)

    async def _original(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        house = self._house
        sent = await form(request, house.site_url)
        piece_id = sent.get("piece", "")
        if not IS_ID.fullmatch(piece_id):
            raise web.HTTPNotFound
        try:
            original = await house.database.write(
                desk.open_original, house.clock(), seat.clerk.id, piece_id, sent.get("purpose", "")
            )
        except NotDone as error:
            if error.code == "gone":
                raise web.HTTPNotFound from None
            return house.page(request, "site/error.html", seat, status=422, code=error.code, id=None, unsaved=None)
        data = await asyncio.to_thread(house.store.original, original.sha256)
        mime = sniff(data) or UNKNOWN
        name = f"{original.name}{mimetypes.guess_extension(mime) or '.bin'}"
        return web.Response(
            body=data, content_type=mime,
            headers={
                "Content-Security-Policy": FILE_POLICY, "Content-Disposition": f'attachment; filename="{name}"',
            },
        )  # fmt: skip

    def _file(self, piece_id: str, mime: str, *, thumbnail: bool = False) -> web.FileResponse:
        path = self._house.store.copy_path(piece_id, thumbnail=thumbnail)
        if not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Content-Type": mime, "Content-Security-Policy": FILE_POLICY})
