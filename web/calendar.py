"""The office's calendar: a year at a glance, and the days that the office decides for itself (A34)."""

from __future__ import annotations

from datetime import date

from aiohttp import web

from services import calendar, years
from services.calendar import LONGEST_NOTE
from services.people.rights import Right
from services.wording import readable
from services.workdays import is_workday
from web.filters import a_day
from web.house import House, Seat, form

PAGE = "/console/calendar"
DONE = frozenset(("set", "clear"))
FIRST, LAST = 2004, 2100  # years; the calendar's data begin in 2004
WHAT = {"works": True, "free": False}


class Calendar:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[web.RouteDef]:
        seated = self._house.seated
        return [
            web.get(PAGE, seated(self._show, Right.SET_CALENDAR)),
            web.post(PAGE, seated(self._set, Right.SET_CALENDAR)),
            web.post(f"{PAGE}/clear", seated(self._clear, Right.SET_CALENDAR)),
        ]

    async def _show(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        done = request.query.get("done", "")
        return await self._draw(request, seat, self._year(request), done=done if done in DONE else None)

    async def _set(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        house = self._house
        sent = await form(request, house.site_url)
        day, what, note = a_day(sent.get("day", "")), sent.get("what", ""), readable(sent.get("note", ""))
        problem = _problem(day, what, note)
        if day is None or problem:
            typed = {"day": sent.get("day", ""), "what": what, "note": sent.get("note", "")}
            return await self._draw(request, seat, self._year(request), problem=problem, typed=typed)
        await house.database.write(calendar.set_day, house.clock(), seat.clerk.id, day, WHAT[what], note)
        raise web.HTTPSeeOther(f"{PAGE}?year={day.year}&done=set")

    async def _clear(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        house = self._house
        day = a_day((await form(request, house.site_url)).get("day", ""))
        if day is None:
            raise web.HTTPBadRequest
        await house.database.write(calendar.clear_day, house.clock(), seat.clerk.id, day)
        raise web.HTTPSeeOther(f"{PAGE}?year={day.year}&done=clear")

    def _year(self, request: web.Request) -> int:
        typed = request.query.get("year", "")
        year = int(typed) if typed.isascii() and typed.isdigit() and len(typed) == 4 else 0
        return year if FIRST <= year <= LAST else self._house.clock().year

    async def _draw(
        self, request: web.Request, seat: Seat, year: int, *, done: str | None = None, problem: str = "",
        typed: dict[str, str] | None = None,
    ) -> web.Response:  # fmt: skip
        house = self._house
        own = await house.database.read(calendar.days)
        works = {one.day: one.works for one in own}
        return house.page(
            request, "calendar/page.html", seat, status=422 if problem else 200, year=year, own=own, done=done,
            months=years.months(year, works), working_days=years.working_days(year, works), FIRST=FIRST, LAST=LAST,
            announced=years.is_announced(year), today=house.clock().date(), problem=problem, LONGEST=LONGEST_NOTE,
            typed=typed or {"day": "", "what": "free", "note": ""},
            changes=lambda one: is_workday(one.day) != one.works,
        )  # fmt: skip


def _problem(day: date | None, what: str, note: str) -> str:
    if day is None:
        return "day_wanted"
    if what not in WHAT:
        return "works_wanted"
    return "note_too_long" if len(note) > LONGEST_NOTE else ""
