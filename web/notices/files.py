"""What a clerk uploads for a notice: pictures and files that go with it, lists of phone numbers that it goes to."""

from __future__ import annotations

import asyncio

from aiohttp import web
from aiohttp.web_request import FileField

from media import Refused
from services import notices
from services.foundation.refusal import Refusal
from services.people import Right
from web.notices.pages import PATH, Pages
from web.site.frame import ID, IS_ID, Frame, Seat, form
from web.site.security import FILE_POLICY
from web.site.uploading import copied, given, without_row


class Files:
    def __init__(self, frame: Frame, pages: Pages) -> None:
        self._frame, self._pages = frame, pages

    def routes(self) -> list[web.RouteDef]:
        seated, one = self._frame.seated, f"{PATH}/{ID}"
        return [
            web.get(f"{one}/file/{{piece:[0-9a-f]{{20}}}}", seated(self._file, Right.READ_NOTICES)),
            web.post(f"{one}/files", seated(self._attach, Right.WRITE_NOTICES)),
            web.post(f"{one}/files/remove", seated(self._detach, Right.WRITE_NOTICES)),
            web.post(f"{one}/list", seated(self._take_list, Right.WRITE_NOTICES)),
            web.post(f"{one}/list/remove", seated(self._drop_list, Right.WRITE_NOTICES)),
        ]

    async def _file(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The clean copy of a piece, as a recipient gets it."""
        notice, piece_id = await self._pages.notice(request), request.match_info["piece"]
        part = next((one for one in notice.parts if one.id == piece_id), None)
        path = self._frame.store.copy_path(piece_id)
        if part is None or not path.is_file():
            raise web.HTTPNotFound
        headers = {"Content-Type": part.mime, "Content-Security-Policy": FILE_POLICY}
        if part.kind == "file":
            headers["Content-Disposition"] = "attachment"
        return web.FileResponse(path, headers=headers)

    async def _attach(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Cleans and stores each file; a file that cannot be sent is named in a problem, and the others stay."""
        notice = await self._pages.notice(request)
        refused: list[tuple[str, str]] = []
        for file in await given(request, self._frame.site_url, "file"):
            try:
                await self._attached(seat, notice.id, file)
            except (Refused, Refusal) as error:
                if isinstance(error, Refusal) and error.code in ("gone", "changed"):
                    return await self._pages.refused(request, seat, error)
                refused.append((file.filename, error.code))
        if refused:
            return await self._pages.one(request, seat, await self._pages.notice(request), refused=refused)
        raise web.HTTPSeeOther(f"{PATH}/{notice.id}#files")

    async def _attached(self, seat: Seat, notice_id: str, file: FileField) -> None:
        stored = await copied(self._frame.store, file)
        try:
            await seat.acts.write(notices.attach, notice_id, file.filename, stored)
        except Refusal:
            await without_row(self._frame.store, stored)
            raise

    async def _detach(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame, sent = self._frame, await form(request, self._frame.site_url)
        notice_id, piece_id = request.match_info["id"], sent.get("piece", "")
        if not IS_ID.fullmatch(piece_id):
            raise web.HTTPNotFound
        try:
            gone = await seat.acts.write(notices.detach, notice_id, piece_id)
        except Refusal as error:
            return await self._pages.refused(request, seat, error)
        await asyncio.to_thread(frame.store.forget, gone)
        raise web.HTTPSeeOther(f"{PATH}/{notice_id}#files")

    async def _take_list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Adds the numbers of an uploaded list, some hundreds at once, so that nobody waits for a long list."""
        notice_id, language = request.match_info["id"], self._frame.language(request)
        try:
            uploaded = await given(request, self._frame.site_url, "list")
            data = await asyncio.to_thread(uploaded[0].file.read) if uploaded else b""
            found = await asyncio.to_thread(notices.read, await self._frame.lists.rows(data))
            for start in range(0, len(found.good), notices.NUMBERS_AT_ONCE):
                some = found.good[start : start + notices.NUMBERS_AT_ONCE]
                await seat.acts.write(notices.add_numbers, notice_id, language, some)
        except Refusal as error:
            return await self._pages.refused(request, seat, error)
        if found.bad or found.repeated:
            return await self._pages.one(request, seat, await self._pages.notice(request), numbers=found)
        raise web.HTTPSeeOther(f"{PATH}/{notice_id}#list")

    async def _drop_list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        notice_id = request.match_info["id"]
        try:
            await seat.acts.write(notices.drop_numbers, notice_id)
        except Refusal as error:
            return await self._pages.refused(request, seat, error)
        raise web.HTTPSeeOther(f"{PATH}/{notice_id}#list")
