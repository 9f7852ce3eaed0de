"""Ratings at windows: the office's list of them, and what it found out about a bad one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from services import cases, people
from services.cases import WalkinFilters
from services.foundation.refusal import Refusal
from services.people import Right
from web.site.asked import Asked, units_under
from web.site.frame import ID, IS_ID, Frame, Seat, form
from web.site.leaving import FORM, Leaving, leave
from web.site.navigation import Page
from web.site.refused import status_of

PAGE = 50
SHOWN = ("open", "bad", "all")


class Query(Asked):
    LIST = "/console/walkins"


class Walkins:
    PAGE = Page("walkins", "/console/walkins", Right.READ_REPORTS)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get("/console/walkins", seated(self._list, Right.READ_REPORTS)),
            web.get(f"/console/walkins.{FORM}", seated(self._leave, Right.READ_REPORTS)),
            web.post(f"/console/walkins/{ID}", seated(self._look, Right.DECIDE_REPORTS)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._draw(request, seat)

    async def _look(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        query, walkin_id = read(request.query), request.match_info["id"]
        typed = (await form(request, self._frame.site_url)).get("text", "")
        try:
            await seat.acts.write(cases.look_into, walkin_id, typed)
        except Refusal as error:
            return await self._draw(request, seat, error, typed)
        raise web.HTTPSeeOther(query.beside(Query.LIST, done="looked"))

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        query = read(request.query)
        asked = self._filters(query)
        rows = Leaving(
            "walkins",
            cases.WALKIN_COLUMNS,
            lambda act: iter(cases.walkins_leaving(act, asked)),
            "walkins/paper.html",
            query.given,
        )
        return await leave(self._frame, request, seat, rows, directory=self._frame.directory(), asked=query.text)

    async def _draw(
        self, request: web.Request, seat: Seat, problem: Refusal | None = None, typed: str = ""
    ) -> web.StreamResponse:
        frame, query = self._frame, read(request.query)
        found = await frame.acts.read(cases.walkins_listed, self._filters(query))
        return frame.page(
            request,
            "walkins/list.html",
            seat,
            status=status_of(problem) if problem else 200,
            query=query,
            shown=found[:PAGE],
            further=query.with_(after=found[PAGE - 1].id) if len(found) > PAGE else "",
            counts=await frame.acts.read(cases.walkins_counted),
            names=await frame.acts.read(people.names_of, {one.looked_by for one in found if one.looked_by}),
            directory=frame.directory(),
            problem=problem.code if problem else "",
            about=request.match_info.get("id", "") if problem else "",
            typed=typed,
            done=request.query.get("done") == "looked",
            SHOWN=SHOWN,
        )

    def _filters(self, query: Query) -> WalkinFilters:
        units = units_under(query.get("unit"), self._frame.directory())
        return WalkinFilters(query.get("show") or SHOWN[0], units, query.after)


def read(asked: Mapping[str, Any]) -> Query:
    given = {name: str(asked.get(name, "")) for name in ("show", "unit")}
    given["show"] = given["show"] if given["show"] in SHOWN[1:] else ""
    after = str(asked.get("after", ""))
    known = {name: value[:32] for name, value in given.items() if value}
    return Query(known, after if IS_ID.fullmatch(after) else "")
