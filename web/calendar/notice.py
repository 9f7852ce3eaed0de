"""Loading the State Council's holiday notice: pasted or as a table, every day shown first, all of it or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from services import calendar
from services.calendar import CalendarCode, Checked, Reading, Written
from services.foundation.refusal import Refusal
from services.foundation.wording import LONGEST_SAID
from services.people import Right, names_of
from web.calendar.pages import PAGE
from web.site.frame import Frame, Seat, form
from web.site.refused import WRONG, status_of

NOTICE = f"{PAGE}/notice"
DONE = frozenset(("unloaded",))


class HolidayNotice:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get(NOTICE, seated(self._show, Right.SET_CALENDAR)),
            web.post(NOTICE, seated(self._check, Right.SET_CALENDAR)),
            web.post(f"{NOTICE}/load", seated(self._load, Right.SET_CALENDAR)),
            web.post(f"{NOTICE}/unload", seated(self._unload, Right.SET_CALENDAR)),
        ]

    async def _show(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        done = request.query.get("done", "")
        return await self._draw(request, seat, done=done if done in DONE else None)

    async def _check(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Shows every day that was read, and what is wrong with it. Nothing is loaded yet."""
        sent = await form(request, self._frame.site_url)
        typed = {"text": sent.get("text", ""), "year": sent.get("year", "")}
        try:
            reading, year = await self._read(request, typed)
        except Refusal as error:
            return await self._draw(request, seat, status=status_of(error), problem=error.code, typed=typed)
        checked, seen = await seat.acts.read(calendar.checked, reading, year)
        return await self._draw(
            request,
            seat,
            status=200 if checked.fits else WRONG,
            typed=typed,
            checked=checked,
            seen=seen,
            table=_table(checked),
        )

    async def _load(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent = await form(request, self._frame.site_url)
        year = sent.get("year", "")
        known = int(year) if year.isascii() and year.isdigit() and len(year) == 4 else 0
        try:
            await seat.acts.write(
                calendar.load, sent.get("table", ""), known, sent.get("seen", ""), sure="sure" in sent
            )
        except Refusal as error:
            return await self._draw(request, seat, status=status_of(error), problem=error.code)
        raise web.HTTPSeeOther(f"{PAGE}?year={known}&done=loaded")

    async def _unload(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        year = (await form(request, self._frame.site_url)).get("year", "")
        if not (year.isascii() and year.isdigit() and len(year) == 4):
            raise web.HTTPBadRequest
        await seat.acts.write(calendar.unload, int(year))
        raise web.HTTPSeeOther(f"{NOTICE}?done=unloaded")

    async def _read(self, request: web.Request, typed: Mapping[str, str]) -> tuple[Reading, int]:
        """What was pasted, else the file. Raises Refusal: notice_wanted, list_too_big, list_unreadable."""
        text, given = typed["text"], (await request.post()).get("list")
        default = int(typed["year"]) if typed["year"].isascii() and typed["year"].isdigit() else 0
        default = default if 2000 <= default <= 2100 else await self._next_year()
        if text.strip():
            year = calendar.year_of(text) or default
            return calendar.read_notice(text, year), year
        if not isinstance(given, FileField) or not given.filename:
            raise Refusal(CalendarCode.NOTICE_WANTED, "text")
        rows = await self._frame.lists.rows(await asyncio.to_thread(given.file.read))
        reading = await asyncio.to_thread(calendar.read_rows, rows)
        return reading, calendar.likely_year(reading) or default

    async def _next_year(self) -> int:
        """The first year from this one on whose holidays are not announced."""
        loaded = await self._frame.acts.database.read(calendar.loaded_years)
        year = self._frame.acts.clock().year
        while calendar.is_announced(year, loaded):
            year += 1
        return year

    async def _draw(self, request: web.Request, seat: Seat, *, status: int = 200, **values: Any) -> web.StreamResponse:
        frame = self._frame
        loaded = await frame.acts.read(calendar.loaded)
        names = await frame.acts.read(names_of, {one.loaded_by for one in loaded})
        nothing = {"problem": "", "typed": {"text": "", "year": str(await self._next_year())}, "checked": None}
        return frame.page(
            request,
            "calendar/notice.html",
            seat,
            status=status,
            loaded=loaded,
            names=names,
            LONGEST=4 * LONGEST_SAID,
            **({"done": None, "seen": "", "table": ""} | nothing | values),
        )


def _table(checked: Checked) -> str:
    """The days that were shown, to be confirmed as they are."""
    return calendar.as_table(Written(one.day, one.works, one.name) for one in checked.days)
