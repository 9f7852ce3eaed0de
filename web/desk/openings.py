"""Who filed a report: asked for on its page, agreed to or refused by somebody else in a list of their own."""

from __future__ import annotations

from aiohttp import web

from services import desk, people
from services.foundation.refusal import Refusal
from services.people import Right
from web.desk.pages import Desk
from web.site.frame import ID, Frame, Seat, form
from web.site.leaving import FORM, Leaving, leave
from web.site.navigation import Page
from web.site.refused import status_of

DONE = ("granted", "refused")


class Openings:
    PAGE = Page("openings", "/console/openings", Right.SEE_OPENINGS)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._desk = Desk(frame)

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get("/console/openings", seated(self._list, Right.SEE_OPENINGS)),
            web.get(f"/console/openings.{FORM}", seated(self._leave, Right.SEE_OPENINGS)),
            web.post(f"/console/openings/{ID}/{{act:grant|refuse}}", seated(self._answer, Right.ANSWER_OPENINGS)),
            web.post(f"/console/report/{ID}/identity", seated(self._ask, Right.OPEN_IDENTITIES)),
            web.post(f"/console/report/{ID}/identity/open", seated(self._open, Right.OPEN_IDENTITIES)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._draw(request, seat)

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        table = Leaving("openings", desk.OPENING_COLUMNS, desk.openings_leaving, "desk/openings_paper.html")
        return await leave(self._frame, request, seat, table)

    async def _answer(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        opening_id, grant = request.match_info["id"], request.match_info["act"] == "grant"
        sent = await form(request, self._frame.site_url)
        try:
            await seat.acts.write(desk.answer_identity, opening_id, sent.get("text", ""), grant=grant)
        except Refusal as error:
            typed = sent.get("text", "")
            return await self._draw(request, seat, status_of(error), problem=error.code, about=opening_id, typed=typed)
        raise web.HTTPSeeOther(f"/console/openings?done={DONE[not grant]}")

    async def _ask(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        report_id, sent = request.match_info["id"], await form(request, self._frame.site_url)
        try:
            await seat.acts.write(desk.ask_identity, report_id, sent.get("purpose", ""))
        except Refusal as error:
            return await self._desk.again(request, seat, error, "identity", typed=sent.get("purpose", ""))
        raise web.HTTPSeeOther(self._desk.address(request, report_id, "identity"))

    async def _open(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        await form(request, self._frame.site_url)
        try:
            identity = await seat.acts.write(desk.open_identity, request.match_info["id"])
        except Refusal as error:
            return await self._desk.again(request, seat, error, "identity")
        return await self._desk.with_identity(request, seat, identity)

    async def _draw(
        self,
        request: web.Request,
        seat: Seat,
        status: int = 200,
        *,
        problem: str | None = None,
        about: str = "",
        typed: str = "",
    ) -> web.Response:
        found = await seat.acts.read(desk.asked_openings)
        who = {one.asked_by for one in found} | {one.answered_by for one in found if one.answered_by}
        done = request.query.get("done", "")
        return self._frame.page(
            request,
            "desk/openings.html",
            seat,
            status=status,
            openings=found,
            names=await seat.acts.read(people.names_of, who),
            done=done if done in DONE else None,
            problem=problem,
            about=about,
            typed=typed,
        )
