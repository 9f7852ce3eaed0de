"""Notices: the list of them, and one beside it, from the first word to the last acknowledgement."""

from __future__ import annotations

from aiohttp import web

from services import notices, oversight
from services.foundation.refusal import Refusal
from services.notices import NoticeCode
from services.people import Right
from web.notices.files import Files
from web.notices.forms import typed_of, written_of
from web.notices.pages import PATH, Pages
from web.notices.steps import Steps
from web.site.frame import ID, Frame, Seat, fields, form
from web.site.leaving import FORM, Leaving, leave
from web.site.navigation import Page
from web.site.unsaved import written_in


class Notices:
    PAGE = Page("notices", "/console/notices", Right.READ_NOTICES)

    def __init__(self, frame: Frame) -> None:
        self._frame, self._pages, self._steps = frame, Pages(frame), Steps(frame)
        self._files = Files(frame, self._pages)

    def routes(self) -> list[web.RouteDef]:
        seated, one = self._frame.seated, f"{PATH}/{ID}"
        return [
            web.get(PATH, seated(self._pages.draw, Right.READ_NOTICES)),
            web.get(f"{PATH}/new", seated(self._new, Right.WRITE_NOTICES)),
            web.post(PATH, seated(self._draft, Right.WRITE_NOTICES)),
            web.get(one, seated(self._open, Right.READ_NOTICES)),
            web.get(f"{one}/edit", seated(self._edit, Right.WRITE_NOTICES)),
            web.post(f"{one}/edit", seated(self._rewrite, Right.WRITE_NOTICES)),
            web.post(f"{one}/{{step:send|abort|again|rest}}", seated(self._step, Right.WRITE_NOTICES)),
            web.post(f"{one}/{{step:release|back}}", seated(self._step, Right.RELEASE_NOTICES)),
            web.get(f"{one}/progress", seated(self._progress, Right.READ_NOTICES)),
            web.get(f"{PATH}.{FORM}", seated(self._leave, Right.READ_NOTICES)),
            web.get(f"{one}/receipts.{FORM}", seated(self._receipts, Right.READ_NOTICES)),
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

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The list as a file or for paper: every notice."""
        table = Leaving("sent_notices", notices.COLUMNS, notices.leaving, "notices/paper.html")
        return await leave(self._frame, request, seat, table, number="")

    async def _receipts(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The receipts by unit and role, as `mingcha export notices` writes them; no name, and of a number its ends."""
        notice = await self._pages.notice(request)
        table = Leaving(
            "notices",
            oversight.RECEIPTS,
            lambda act: oversight.receipts_of(act.tx, act.vault, notice.id),
            "notices/paper.html",
            {"notice": notice.id},
            called=notice.number,
        )
        return await leave(self._frame, request, seat, table, number=notice.number, notice_id=notice.id)

    async def _draft(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent = await fields(request, self._frame.site_url)
        written, number = written_of(sent, await self._pages.choices()), sent.get("number", [""])[-1]
        try:
            notice_id = await seat.acts.write(notices.draft_once, written, number)
        except Refusal as error:
            if error.code == NoticeCode.SAME_DRAFT:
                raise web.HTTPSeeOther(f"{PATH}/{error.values['id']}?done={error.code}") from None
            return await self._pages.form(request, seat, None, typed_of(written), error)
        raise web.HTTPSeeOther(f"{PATH}/{notice_id}")

    async def _rewrite(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame, notice_id = self._frame, request.match_info["id"]
        sent = await fields(request, frame.site_url)
        written, seen = written_of(sent, await self._pages.choices()), sent.get("seen", [""])[-1]
        try:
            await seat.acts.write(notices.rewrite, notice_id, seen, written)
        except Refusal as error:
            notice = await self._pages.notice(request)
            if notice.state != "draft":
                return await self._pages.one(request, seat, notice, error, unsent=written_in(sent))
            return await self._pages.form(request, seat, notice, typed_of(written), error)
        raise web.HTTPSeeOther(f"{PATH}/{notice_id}")

    async def _step(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent, notice_id = await form(request, self._frame.site_url), request.match_info["id"]
        try:
            place = await self._steps.take(request.match_info["step"], notice_id, seat, sent)
        except Refusal as error:
            return await self._pages.refused(request, seat, error, sent)
        raise web.HTTPSeeOther(f"{PATH}/{place}")
