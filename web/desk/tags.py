"""The office's tags: how many cases have each, and a new name for one, under which two can become one."""

from __future__ import annotations

from aiohttp import web

from services import desk
from services.cases import CaseCode
from services.foundation.refusal import Common, Refusal
from services.people import Right
from web.site.frame import ID, Frame, Seat, form
from web.site.leaving import FORM, Leaving, leave
from web.site.refused import status_of

DONE = ("renamed", "merged")


class Tags:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get("/console/tags", seated(self._list, Right.DECIDE_REPORTS)),
            web.get(f"/console/tags.{FORM}", seated(self._leave, Right.DECIDE_REPORTS)),
            web.post(f"/console/tags/{ID}", seated(self._rename, Right.DECIDE_REPORTS)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._draw(request, seat)

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        table = Leaving("tags", desk.TAG_COLUMNS, desk.tags_leaving, "desk/tags_paper.html")
        return await leave(self._frame, request, seat, table)

    async def _rename(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Renames a tag. Before two become one the page asks once more."""
        tag_id, sent = request.match_info["id"], await form(request, self._frame.site_url)
        typed, sure = sent.get("name", ""), sent.get("sure") == "1"
        try:
            merged = await seat.acts.write(desk.rename_tag, tag_id, typed, sure=sure)
        except Refusal as error:
            if error.code == Common.GONE:
                raise web.HTTPNotFound from None
            return await self._draw(request, seat, error, about=tag_id, typed=typed)
        raise web.HTTPSeeOther(f"/console/tags?done={'merged' if merged else 'renamed'}")

    async def _draw(
        self, request: web.Request, seat: Seat, refused: Refusal | None = None, *, about: str = "", typed: str = ""
    ) -> web.Response:
        done = request.query.get("done", "")
        return self._frame.page(
            request,
            "desk/tags.html",
            seat,
            status=status_of(refused) if refused else 200,
            tags=await seat.acts.read(desk.tag_uses),
            done=done if done in DONE else None,
            problem=refused.code if refused else None,
            there=refused.values.get("tag") if refused and refused.code == CaseCode.TAG_THERE else None,
            about=about,
            typed=typed,
            LONGEST=desk.LONGEST_TAG,
        )
