"""The units of the city: who is on duty in their halls, and posters with the code that opens the dialogue there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web

from media import GRIDS, Fontless, Poster, sheet
from services import units
from services.foundation.addresses import HERE
from services.foundation.refusal import Refusal
from services.foundation.wording import readable
from services.people import Right
from services.units import Unit
from web.site.asked import LONGEST_WORDS
from web.site.frame import Frame, Seat, form
from web.site.leaving import FORM, Leaving, leave
from web.site.navigation import Page
from web.site.refused import status_of

LONGEST_HEADING = 60
TYPES = {"pdf": "application/pdf", "png": "image/png"}
STARTS = {"complain": "u", "rate": "w"}  # by what somebody does who scans it: how the argument of `/start` begins


@dataclass(frozen=True)
class Wished:
    """A poster as the page's form asks for it."""

    unit: Unit | None  # None: for the whole office
    use: str  # of STARTS
    heading: str  # other words than the usual ones, for a campaign
    many: int  # on a sheet

    @property
    def start(self) -> str:
        return f"{STARTS[self.use]}-{self.unit.id}" if self.unit else ""

    @property
    def text(self) -> str:
        """The address's part behind the question mark."""
        unit = self.unit.id if self.unit else ""
        return urlencode({"unit": unit, "use": self.use, "heading": self.heading, "many": self.many})


class Units:
    PAGE = Page("units", "/console/units", Right.MANAGE_UNITS)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get("/console/units", seated(self._list, Right.MANAGE_UNITS)),
            web.get(f"/console/units.{FORM}", seated(self._leave, Right.MANAGE_UNITS)),
            web.get("/console/units/poster", seated(self._poster, Right.MANAGE_UNITS)),
            web.get("/console/units/poster.{form:pdf|png}", seated(self._sheet, Right.MANAGE_UNITS)),
            web.post("/console/units/duty", seated(self._set_duty, Right.MANAGE_UNITS)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame, words = self._frame, self._words(request)
        directory, found = frame.directory(), self._searched(words)
        duties = await frame.acts.read(units.duties)
        return frame.page(
            request, "units/list.html", seat, directory=directory, words=words, found=found, duties=duties
        )

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The units that the page shows: all, or those that the words find."""
        frame, words = self._frame, self._words(request)
        directory = frame.directory().spoken(frame.language(request))
        found = self._searched(words) if words else directory.units
        given = {"q": words} if words else {}
        table = Leaving(
            "units", units.COLUMNS, lambda act: units.leaving(act, directory, found), "units/paper.html", given
        )
        return await leave(frame, request, seat, table, asked=urlencode(given))

    def _words(self, request: web.Request) -> str:
        return readable(request.query.get("q", ""))[:LONGEST_WORDS]

    def _searched(self, words: str) -> list[Unit]:
        directory = self._frame.directory()
        some = directory.search(words) or directory.nearest(words) if words else ()
        return [directory.by_id[one.value] for one in some]

    async def _poster(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._draw(request, seat, self._wished(request.query))

    async def _draw(
        self, request: web.Request, seat: Seat, wished: Wished, problem: Refusal | None = None, typed: str = ""
    ) -> web.StreamResponse:
        frame, unit = self._frame, wished.unit
        duties = await frame.acts.read(units.duties)
        codes = self._codes(wished)
        return frame.page(
            request,
            "units/poster.html",
            seat,
            status=status_of(problem) if problem else 200,
            wished=wished,
            place=self._place(request, wished),
            duty=typed or (duties.get(unit.id, "") if unit else ""),
            codes=codes,
            silent=sorted(self._frame.links.keys() - codes.keys()),
            unreachable=urlsplit(frame.site_url).hostname in HERE,
            problem=problem.code if problem else "",
            done=request.query.get("done") == "duty",
            GRIDS=[*GRIDS],
            USES=[*STARTS],
            LONGEST=LONGEST_HEADING,
        )

    async def _sheet(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The sheet as a file; drawing it takes a while, and nobody else waits for that."""
        wished, form = self._wished(request.query), request.match_info["form"]
        words: Mapping[str, Any] = self._frame.speaks(request).of_page("units", "poster")[wished.use]
        codes = [(address, words["caption"].get(name, name)) for name, address in self._codes(wished).items()]
        place = self._place(request, wished)
        poster = Poster(wished.heading or words["heading"], place, words["lines"], codes)
        try:
            data = await asyncio.to_thread(sheet, poster, wished.many, "pdf" if form == "pdf" else "png")
        except Fontless:
            return self._frame.page(request, "site/error.html", seat, status=503, code="no_font", id=None, unsaved=None)
        name = f"mingcha-{wished.unit.id if wished.unit else 'office'}-{wished.many}.{form}"
        kept = "attachment" if "save" in request.query else "inline"
        headers = {"Content-Disposition": f'{kept}; filename="{name}"'}
        return web.Response(body=data, content_type=TYPES[form], headers=headers)

    async def _set_duty(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent = await form(request, self._frame.site_url)
        wished = self._wished(sent)
        if wished.unit is None:
            raise web.HTTPNotFound
        try:
            await seat.acts.write(units.set_duty, wished.unit.id, sent.get("duty", ""))
        except Refusal as error:
            return await self._draw(request, seat, wished, error, sent.get("duty", ""))
        raise web.HTTPSeeOther(f"/console/units/poster?{wished.text}&done=duty")

    def _wished(self, asked: Mapping[str, str]) -> Wished:
        """What was asked for; what is unknown is the usual. Raises 404 for a unit that there is not."""
        unit_id, use, many = asked.get("unit", ""), asked.get("use", ""), asked.get("many", "")
        unit = self._frame.directory().get(unit_id)
        if unit_id and unit is None:
            raise web.HTTPNotFound
        heading = " ".join(readable(asked.get("heading", "")).split())[:LONGEST_HEADING]
        usual = next(iter(GRIDS))
        return Wished(
            unit,
            use if use in STARTS else next(iter(STARTS)),
            heading,
            next((one for one in GRIDS if str(one) == many), usual),
        )

    def _codes(self, wished: Wished) -> dict[str, str]:
        """The address that each channel is opened with, by channel."""
        found = {name: link(wished.start) for name, link in self._frame.links.items()}
        return {name: address for name, address in sorted(found.items(), reverse=True) if address}

    def _place(self, request: web.Request, wished: Wished) -> str:
        directory = self._frame.directory().spoken(self._frame.language(request))
        return directory.name(wished.unit.id) or "" if wished.unit else ""
