"""Messages that could not be understood: the list, and one of them raw and inert."""

from __future__ import annotations

from aiohttp import web

from services import talk
from services.foundation.refusal import Refusal
from services.people import Right
from web.site.frame import ID, Frame, Seat, form
from web.site.leaving import FORM, Leaving, leave
from web.site.navigation import Page
from web.site.refused import status_of


class Quarantine:
    PAGE = Page("quarantine", "/console/quarantine", Right.READ_QUARANTINE)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/console/quarantine", self._frame.seated(self._list, Right.READ_QUARANTINE)),
            web.get(f"/console/quarantine.{FORM}", self._frame.seated(self._leave, Right.READ_QUARANTINE)),
            web.get(f"/console/quarantine/{ID}", self._frame.seated(self._asked, Right.READ_QUARANTINE)),
            web.post(f"/console/quarantine/{ID}", self._frame.seated(self._open, Right.READ_QUARANTINE)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        kept = await self._frame.acts.read(talk.quarantined)
        return self._frame.page(request, "quarantine/list.html", seat, kept=kept)

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The list as a file or for paper; what the messages said stays here."""
        table = Leaving("quarantine", talk.COLUMNS, talk.leaving, "quarantine/paper.html")
        return await leave(self._frame, request, seat, table)

    async def _open(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame = self._frame
        sent = await form(request, frame.site_url)
        try:
            raw = await seat.acts.write(talk.open_raw, request.match_info["id"], sent.get("purpose", ""))
        except Refusal as error:
            return await self._asked(request, seat, error)
        return frame.page(request, "quarantine/raw.html", seat, kept=raw.kept, raw=raw)

    async def _asked(self, request: web.Request, seat: Seat, error: Refusal | None = None) -> web.StreamResponse:
        """What is known of a message, and what it is opened for."""
        kept = await seat.acts.read(talk.find_kept, request.match_info["id"])
        if kept is None:
            raise web.HTTPNotFound
        status = status_of(error) if error else 200
        problem = error.code if error else None
        return self._frame.page(request, "quarantine/raw.html", seat, status=status, kept=kept, problem=problem)
