"""Saves the filters of the list under a name, and forgets them."""

from __future__ import annotations

from urllib.parse import parse_qsl

from aiohttp import web

from services import desk
from services.people import Right
from web.desk.filters import Query, read
from web.site.frame import ID, Frame, Seat, form

DONE = ("saved", "saved_full", "dropped")


class Saving:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.post("/console/searches", seated(self._save, Right.READ_REPORTS)),
            web.post(f"/console/searches/{ID}/drop", seated(self._drop, Right.READ_REPORTS)),
        ]

    async def _save(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent = await form(request, self._frame.site_url)
        query = self._asked(sent.get("asked", ""))
        name = sent.get("name", "").strip() or query.get("q")
        kept = bool(name and query.given) and await seat.acts.write(desk.save_search, name, query.text)
        raise web.HTTPSeeOther(query.with_(done="saved" if kept else "saved_full"))

    async def _drop(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent = await form(request, self._frame.site_url)
        await seat.acts.write(desk.drop_search, request.match_info["id"])
        raise web.HTTPSeeOther(self._asked(sent.get("asked", "")).with_(done="dropped"))

    def _asked(self, text: str) -> Query:
        """The filters in such an address, as far as they are filters."""
        return read(dict(parse_qsl(text)), self._frame.directory())
