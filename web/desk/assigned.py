"""Who deals with how many open cases, and the form that hands all of somebody's to another clerk."""

from __future__ import annotations

from aiohttp import web

from services import desk, people
from services.foundation.refusal import Refusal
from services.people import Right
from web.site.frame import ID, Frame, Seat, form
from web.site.leaving import FORM, Leaving, leave
from web.site.refused import WRONG


class Assigned:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get("/console/assigned", seated(self._list, Right.DECIDE_REPORTS)),
            web.get(f"/console/assigned.{FORM}", seated(self._leave, Right.DECIDE_REPORTS)),
            web.post(f"/console/assigned/{ID}", seated(self._hand_on, Right.DECIDE_REPORTS)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._draw(request, seat)

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        table = Leaving("assigned", desk.ASSIGNED_COLUMNS, desk.assigned_leaving, "desk/assigned_paper.html")
        return await leave(self._frame, request, seat, table)

    async def _hand_on(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        person_id, sent = request.match_info["id"], await form(request, self._frame.site_url)
        try:
            many = await seat.acts.write(desk.hand_on, person_id, sent.get("to", ""))
        except Refusal as error:
            return await self._draw(request, seat, problem=error.code, about=person_id)
        raise web.HTTPSeeOther(f"/console/assigned?done={many}")

    async def _draw(
        self, request: web.Request, seat: Seat, *, problem: str | None = None, about: str = ""
    ) -> web.Response:
        read, done = seat.acts.read, request.query.get("done", "")
        many, clerks = await read(desk.assigned), await read(desk.clerks)
        return self._frame.page(
            request,
            "desk/assigned.html",
            seat,
            status=WRONG if problem else 200,
            many=many,
            clerks=clerks,
            names=await read(people.names_of, many),
            done=int(done) if done.isascii() and done.isdigit() and len(done) < 7 else None,
            problem=problem,
            about=about,
        )
