"""Notices: the list of them, and one beside it, from the first word to the last acknowledgement."""

from __future__ import annotations

import io
from typing import Any

from aiohttp import web

from services import export, notices
from services.notices import NotSent
from services.people.rights import Right
from services.sheet import SheetWords
from web.house import ID, House, Seat, fields, form, written_in
from web.notice_files import Files
from web.notice_forms import typed_of, written_of
from web.notice_pages import PATH, Pages
from web.notice_steps import Steps

SHEETS = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class Notices:
    def __init__(self, house: House) -> None:
        self._house, self._pages, self._steps = house, Pages(house), Steps(house)
        self._files = Files(house, self._pages)

    def routes(self) -> list[web.RouteDef]:
        seated, one = self._house.seated, f"{PATH}/{ID}"
        return [
            web.get(PATH, seated(self._pages.draw, Right.READ_NOTICES)),
            web.get(f"{PATH}/new", seated(self._new, Right.WRITE_NOTICES)),
            web.post(PATH, seated(self._draft, Right.WRITE_NOTICES)),
            web.get(one, seated(self._open, Right.READ_NOTICES)),
            web.get(f"{one}/edit", seated(self._edit, Right.WRITE_NOTICES)),
            web.post(f"{one}/edit", seated(self._rewrite, Right.WRITE_NOTICES)),
            web.post(f"{one}/{{step:send|abort|again}}", seated(self._step, Right.WRITE_NOTICES)),
            web.post(f"{one}/{{step:release|back}}", seated(self._step, Right.RELEASE_NOTICES)),
            web.get(f"{one}/progress", seated(self._progress, Right.READ_NOTICES)),
            web.get(f"{one}/receipts.{{form:csv|xlsx}}", seated(self._receipts, Right.EXPORT)),
            *self._files.routes(),
        ]

    async def _new(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._pages.form(request, seat, None, typed_of(None))

    async def _open(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._pages.one(request, seat, await self._pages.notice(request))

    async def _edit(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        notice = await self._pages.notice(request)
        if notice.state != "draft":
            raise web.HTTPSeeOther(f"{PATH}/{notice.id}")
        return await self._pages.form(request, seat, notice, typed_of(notice))

    async def _progress(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return web.json_response(await self._pages.live(request, seat, await self._pages.notice(request)))

    async def _receipts(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """By unit and role, as `mingcha export notices` writes them; no name and no number."""
        house, notice, form = self._house, await self._pages.notice(request), request.match_info["form"]
        zone = house.clock().tzinfo
        assert zone is not None  # the office's, in which its clock tells the time
        words, out = SheetWords(house.speaks(request), zone, "notices"), io.BytesIO()

        def write(tx: Any) -> int:
            return export.write(out, form, "notices", export.receipts_of(tx, notice.id, zone), words)

        await house.database.read(write)
        headers = {"Content-Disposition": f'attachment; filename="{notice.number}.{form}"'}
        return web.Response(body=out.getvalue(), content_type=SHEETS[form], headers=headers)

    async def _draft(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        house, sent = self._house, await fields(request, self._house.site_url)
        written, number = written_of(sent, await self._pages.around()), sent.get("number", [""])[-1]
        try:
            notice_id = await house.database.write(
                notices.draft_once, house.vault, house.clock(), seat.clerk.id, written, number
            )
        except NotSent as error:
            return await self._pages.form(request, seat, None, typed_of(written), error)
        raise web.HTTPSeeOther(f"{PATH}/{notice_id}")

    async def _rewrite(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        house, notice_id = self._house, request.match_info["id"]
        sent = await fields(request, house.site_url)
        written, seen = written_of(sent, await self._pages.around()), sent.get("seen", [""])[-1]
        try:
            await house.database.write(notices.rewrite, house.clock(), seat.clerk.id, notice_id, seen, written)
        except NotSent as error:
            notice = await self._pages.notice(request)
            if notice.state != "draft":
                return await self._pages.one(request, seat, notice, error, unsent=written_in(sent))
            return await self._pages.form(request, seat, notice, typed_of(written), error)
        raise web.HTTPSeeOther(f"{PATH}/{notice_id}")

    async def _step(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent, notice_id = await form(request, self._house.site_url), request.match_info["id"]
        try:
            place = await self._steps.take(request.match_info["step"], notice_id, seat.clerk.id, sent)
        except NotSent as error:
            return await self._pages.refused(request, seat, error, sent)
        raise web.HTTPSeeOther(f"{PATH}/{place}")
