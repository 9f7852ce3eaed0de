"""Handing over: a report from its page, an instruction without a case, and the deadline shown while typing."""

from __future__ import annotations

from aiohttp import web

from services import desk, obligations
from services.foundation.refusal import Refusal
from services.people import Right
from web.desk.pages import Desk
from web.obligations.hand_form import ITEM, due_of, hand_form, limit_of, look_at_words, look_twice, told_by, typed_of
from web.site.frame import ID, Frame, Seat, form
from web.site.refused import WRONG


class Handing:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._desk = Desk(frame)

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get("/console/duties/new", seated(self._new, Right.HAND_OVER)),
            web.post("/console/duties/new", seated(self._instruct, Right.HAND_OVER)),
            web.get("/console/duties/due", seated(self._due, Right.OVERSEE_OBLIGATIONS)),
            web.post(f"/console/report/{ID}/hand", seated(self._hand, Right.HAND_OVER)),
        ]

    async def _new(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._draw(request, seat)

    async def _instruct(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent = await form(request, self._frame.site_url)
        try:
            obligation_id, done = await self._over(seat, sent, None)
        except Refusal as error:
            return await self._draw(request, seat, typed=typed_of(sent), error=error)
        raise web.HTTPSeeOther(f"/console/duty/{obligation_id}?done={done}")

    async def _hand(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        report_id, sent = request.match_info["id"], await form(request, self._frame.site_url)
        try:
            _, done = await self._over(seat, sent, report_id)
        except Refusal as error:
            return await self._desk.again(request, seat, error, "hand", handed=typed_of(sent))
        raise web.HTTPSeeOther(self._desk.address(request, report_id, done))

    async def _over(self, seat: Seat, sent: dict[str, str], report_id: str | None) -> tuple[str, str]:
        """Hands over what the form says; returns the new obligation's id, and how the head hears of it (`told_by`)."""
        frame, unit_id = self._frame, sent.get("unit", "")
        due, days = limit_of(sent)
        await look_twice(frame, sent)
        await look_at_words(frame, report_id, sent)
        # Asked first: after the hand-over nothing may fail and then say that nothing was saved.
        done = await told_by(frame, "hand", unit_id, sent.get("kind", ""))
        given = {
            "unit_id": unit_id,
            "kind": sent.get("kind", ""),
            "asked": sent.get("text", ""),
            "due": due,
            "working_days": days,
            "subject_id": report_id,
            "seen": sent.get("seen", ""),
            "number": sent.get("number", ""),
            "again": sent.get("again", ""),
        }
        if report_id and (item_id := sent.get(ITEM, "")):
            return await seat.acts.write(desk.hand_item, frame.kinds, item_id, **given), done
        return await seat.acts.write(obligations.hand_over, frame.kinds, **given), done

    async def _due(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The words under the two fields of a deadline, for the page's script."""
        return self._frame.page(request, "obligations/due.html", seat, limit=await due_of(self._frame, request.query))

    async def _draw(
        self, request: web.Request, seat: Seat, *, typed: dict[str, str] | None = None, error: Refusal | None = None
    ) -> web.Response:
        frame = self._frame
        drawn = await hand_form(frame, unit_id=request.query.get("unit"), typed=typed, error=error)
        return frame.page(
            request,
            "obligations/new.html",
            seat,
            status=WRONG if error else 200,
            hand=drawn,
            directory=frame.directory(),
        )
