"""Messages that could not be understood: the list, and one of them raw and inert."""

from __future__ import annotations

from aiohttp import web

from services import quarantined
from services.people.rights import Right
from web.house import ID, House, Seat


class Quarantine:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/console/quarantine", self._house.seated(self._list, Right.READ_QUARANTINE)),
            web.post(f"/console/quarantine/{ID}", self._house.seated(self._open, Right.READ_QUARANTINE)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        kept = await self._house.database.read(quarantined.newest)
        return self._house.page(request, "quarantine/list.html", seat, kept=kept)

    async def _open(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        house = self._house
        raw = await house.database.write(
            quarantined.open_raw, house.vault, house.clock(), seat.clerk.id, request.match_info["id"]
        )
        if raw is None:
            raise web.HTTPNotFound
        return house.page(request, "quarantine/raw.html", seat, raw=raw)
