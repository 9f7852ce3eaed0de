"""Handing over: a report from its page, an instruction without a case, and the deadline that is shown while typing."""

from __future__ import annotations

from aiohttp import web

from services import obligations
from services.desk import NotDone
from services.people.rights import Right
from services.wording import LONGEST_SAID
from web.desk import CONFLICT, CONFLICTS, WRONG, Desk
from web.hand_form import due_of, hand_form, limit_of, look_twice, told_by, typed_of
from web.house import ID, House, Seat, form


class Handing:
    def __init__(self, house: House) -> None:
        self._house = house
        self._desk = Desk(house)

    def routes(self) -> list[web.RouteDef]:
        seated = self._house.seated
        return [
            web.get("/console/duties/new", seated(self._new, Right.HAND_OVER)),
            web.post("/console/duties/new", seated(self._instruct, Right.HAND_OVER)),
            web.get("/console/duties/due", seated(self._due, Right.OVERSEE_OBLIGATIONS)),
            web.post(f"/console/report/{ID}/hand", seated(self._hand, Right.HAND_OVER)),
        ]

    async def _new(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._draw(request, seat)

    async def _instruct(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent = await form(request, self._house.site_url)
        try:
            duty_id, done = await self._over(seat, sent, None)
        except NotDone as error:
            return await self._draw(request, seat, typed=typed_of(sent), problem=error.code)
        raise web.HTTPSeeOther(f"/console/duty/{duty_id}?done={done}")

    async def _hand(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        report_id, sent = request.match_info["id"], await form(request, self._house.site_url)
        try:
            _, done = await self._over(seat, sent, report_id)
        except NotDone as error:
            if error.code == "gone":
                raise web.HTTPNotFound from None
            status = CONFLICT if error.code in CONFLICTS else WRONG
            return await self._desk.again(request, seat, status, error.code, "hand", handed=typed_of(sent))
        raise web.HTTPSeeOther(self._desk.address(request, report_id, done))

    async def _over(self, seat: Seat, sent: dict[str, str], report_id: str | None) -> tuple[str, str]:
        """The new obligation's id, and how the head hears of it: `told_by`."""
        house, now, unit_id = self._house, self._house.clock(), sent.get("unit", "")
        due, days = limit_of(sent)
        await look_twice(house, sent)
        # Asked before: after the hand-over nothing may fail any more and say that nothing was saved.
        done = await told_by(house, "hand", unit_id, sent.get("kind", ""))
        duty_id, ring = await house.database.write(
            obligations.hand_over, house.vault, now, house.kinds, seat.clerk.id, unit_id=unit_id,
            kind=sent.get("kind", ""), asked=sent.get("text", ""), due=due, working_days=days, subject_id=report_id,
            seen=sent.get("seen", ""), number=sent.get("number", ""),
        )  # fmt: skip
        house.bells.ring(ring)
        return duty_id, done

    async def _due(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The words under the two fields of a deadline, for the script of the page."""
        return self._house.page(request, "obligations/due.html", seat, limit=await due_of(self._house, request.query))

    async def _draw(
        self, request: web.Request, seat: Seat, *, typed: dict[str, str] | None = None, problem: str = ""
    ) -> web.Response:
        house = self._house
        drawn = await hand_form(house, unit_id=request.query.get("unit"), typed=typed, problem=problem)
        return house.page(
            request, "obligations/new.html", seat, status=WRONG if problem else 200, hand=drawn,
            directory=house.directory(), LONGEST=LONGEST_SAID,
        )  # fmt: skip
