"""The office's calendar: a year at a glance, and the days that the office decides for itself (A34)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial

from aiohttp import web

from services import calendar, obligations, oversight
from services.calendar import LONGEST_NOTE, CalendarCode, is_workday
from services.foundation.act import Act
from services.foundation.wording import readable
from services.people import Right
from web.site.asked import a_day
from web.site.frame import Frame, Seat, form
from web.site.leaving import FORM, Leaving, leave
from web.site.navigation import Page

PAGE = "/console/calendar"
DONE = frozenset(("set", "clear", "loaded"))
FIRST, LAST = 2004, 2100  # the years shown; the calendar's data begin in 2004
WHAT = {"works": True, "free": False}


class Calendar:
    PAGE = Page("calendar", "/console/calendar", Right.SET_CALENDAR)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get(PAGE, seated(self._show, Right.SET_CALENDAR)),
            web.post(PAGE, seated(self._set, Right.SET_CALENDAR)),
            web.post(f"{PAGE}/clear", seated(self._clear, Right.SET_CALENDAR)),
            web.get(f"{PAGE}.{FORM}", seated(self._leave, Right.SET_CALENDAR)),
        ]

    async def _show(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        done = request.query.get("done", "")
        return await self._draw(request, seat, self._year(request), done=done if done in DONE else None)

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The year's days as a file or for paper."""
        year = self._year(request)
        given, called = {"year": str(year)}, f"calendar-{year}"
        rows: Callable[[Act], Iterator[oversight.Row]] = partial(calendar.leaving, year=year)
        table = Leaving("calendar", calendar.COLUMNS, rows, "calendar/paper.html", given, called)
        return await leave(self._frame, request, seat, table, year=year)

    async def _set(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame = self._frame
        sent = await form(request, frame.site_url)
        day, what, note = a_day(sent.get("day", "")), sent.get("what", ""), readable(sent.get("note", ""))
        problem = _problem(day, what, note)
        if day is None or problem:
            typed = {"day": sent.get("day", ""), "what": what, "note": sent.get("note", "")}
            return await self._draw(request, seat, self._year(request), problem=problem, typed=typed)
        await seat.acts.write(calendar.set_day, day, WHAT[what], note)
        raise web.HTTPSeeOther(f"{PAGE}?year={day.year}&done=set")

    async def _clear(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame = self._frame
        day = a_day((await form(request, frame.site_url)).get("day", ""))
        if day is None:
            raise web.HTTPBadRequest
        await seat.acts.write(calendar.clear_day, day)
        raise web.HTTPSeeOther(f"{PAGE}?year={day.year}&done=clear")

    def _year(self, request: web.Request) -> int:
        typed = request.query.get("year", "")
        year = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else 0
        return year if FIRST <= year <= LAST else self._frame.acts.clock().year

    async def _draw(
        self,
        request: web.Request,
        seat: Seat,
        year: int,
        *,
        done: str | None = None,
        problem: str = "",
        typed: dict[str, str] | None = None,
    ) -> web.Response:
        frame = self._frame
        own = await frame.acts.read(calendar.own_days_listed)
        works, loaded = await frame.acts.read(calendar.own_days), await frame.acts.read(calendar.loaded_days)
        years = await frame.acts.database.read(calendar.loaded_years)
        moves = await frame.acts.read(obligations.planned_moves) if seat.may(Right.OVERSEE_OBLIGATIONS) else []
        return frame.page(
            request,
            "calendar/page.html",
            seat,
            status=422 if problem else 200,
            year=year,
            own=own,
            moves=len(moves),
            done=done,
            months=calendar.months(year, works, {one.day for one in own}),
            working_days=calendar.working_days_of(year, works),
            FIRST=FIRST,
            LAST=LAST,
            announced=calendar.is_announced(year, years),
            today=frame.acts.clock().date(),
            problem=problem,
            typed=typed or {"day": "", "what": "free", "note": ""},
            changes=lambda one: is_workday(one.day, loaded) != one.works,
        )


def _problem(day: date | None, what: str, note: str) -> str:
    if day is None:
        return CalendarCode.DAY_WANTED
    if what not in WHAT:
        return CalendarCode.WORKS_WANTED
    return CalendarCode.NOTE_TOO_LONG if len(note) > LONGEST_NOTE else ""
