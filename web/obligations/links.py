"""The link that a body without an account answers by: made, shown once, and ended by the office."""

from __future__ import annotations

from aiohttp import web

from services import obligations
from services.foundation.refusal import Refusal
from services.people import Right
from web.obligations.pages import Obligations
from web.site.frame import ID, Frame, Seat, form


class AnswerLinks:
    def __init__(self, frame: Frame) -> None:
        self._frame, self._pages = frame, Obligations(frame)

    def routes(self) -> list[web.RouteDef]:
        seated, one = self._frame.seated, f"/console/duty/{ID}/link"
        return [
            web.post(one, seated(self._give, Right.HAND_OVER)),
            web.post(f"{one}/end", seated(self._end, Right.HAND_OVER)),
        ]

    async def _give(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Makes a link and shows it this once; the one that there was is over."""
        frame, obligation_id = self._frame, request.match_info["id"]
        sent = await form(request, frame.site_url)
        by_sms, asked = frame.sms and bool(sent.get("sms")), (obligation_id, sent.get("seen", ""), frame.site_url)
        try:
            code, texted = await seat.acts.write(obligations.give_link, *asked, by_sms=by_sms)
        except Refusal as error:
            return await self._pages.refused(request, seat, error, "link")
        link = await frame.acts.read(obligations.link_of, obligation_id)
        address, back = f"{frame.site_url}/answer/{code}", f"/console/duty/{obligation_id}"
        values = {"address": address, "texted": texted, "asked": by_sms, "link": link, "back_to": back}
        return frame.page(request, "obligations/link.html", seat, **values)

    async def _end(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent = await form(request, self._frame.site_url)
        try:
            await seat.acts.write(obligations.end_link, request.match_info["id"], sent.get("seen", ""))
        except Refusal as error:
            return await self._pages.refused(request, seat, error, "link")
        raise web.HTTPSeeOther(f"/console/duty/{request.match_info['id']}?done=link_ended")
