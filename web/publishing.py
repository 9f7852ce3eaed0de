"""What of the figures is public: looked at month by month, published and withdrawn by a person's decision."""

from __future__ import annotations

from aiohttp import web

from services import desk, people
from services.foundation.refusal import Refusal
from services.people import Right
from web.site.frame import ID, Frame, Seat, form
from web.site.refused import status_of

PLACE = "/console/figures/published"


class Publishing:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get(PLACE, seated(self._list, Right.PUBLISH_FIGURES)),
            web.post(PLACE, seated(self._publish, Right.PUBLISH_FIGURES)),
            web.post(f"{PLACE}/{ID}/withdraw", seated(self._withdraw, Right.PUBLISH_FIGURES)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._draw(request, seat, request.query.get("month", ""))

    async def _publish(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent = await form(request, self._frame.site_url)
        month = sent.get("month", "")
        try:
            await seat.acts.write(desk.publish, month, sent.get("seen", ""))
        except Refusal as error:
            return await self._draw(request, seat, month, error)
        raise web.HTTPSeeOther(f"{PLACE}?done=publish")

    async def _withdraw(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        try:
            await seat.acts.write(desk.unpublish, request.match_info["id"])
        except Refusal as error:
            return await self._draw(request, seat, "", error)
        raise web.HTTPSeeOther(f"{PLACE}?done=withdraw")

    async def _draw(
        self, request: web.Request, seat: Seat, month: str, problem: Refusal | None = None
    ) -> web.StreamResponse:
        frame = self._frame
        found = {one.month: one for one in await frame.acts.read(desk.published)}
        status = status_of(problem) if problem else 200
        try:
            figures = await frame.acts.read(desk.counted, month) if month and month not in found else None
        except Refusal:
            raise web.HTTPNotFound from None
        return frame.page(
            request,
            "figures/published.html",
            seat,
            status=status,
            months=[*dict.fromkeys((*desk.publishable(frame.acts.clock().date()), *found))],
            published=found,
            names=await frame.acts.read(people.names_of, {one.published_by for one in found.values()}),
            month=month,
            figures=figures,
            directory=frame.directory().spoken(frame.language(request)),
            problem=problem.code if problem else "",
            done=done if (done := request.query.get("done", "")) in ("publish", "withdraw") else "",
        )
