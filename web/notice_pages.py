"""The pages of notices: the list with one notice or a form beside it, and what of a page changes by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aiohttp import web

from services import notices
from services.notices import Notice, NotSent, Progress
from services.people.rights import GROUPS
from services.persons import person
from services.vault import new_id
from web.house import House, Seat
from web.notice_forms import Around
from web.notice_view import bar, mark, off, shots

WRONG, CONFLICT = 422, 409
PATH = "/console/notices"
BEFORE = ("draft", "waiting")  # nobody has got it


class Pages:
    def __init__(self, house: House) -> None:
        self._house = house

    async def notice(self, request: web.Request) -> Notice:
        """That of the address; 404 where there is none."""
        notice = await self._house.database.read(notices.look, self._house.vault, request.match_info["id"])
        if notice is None:
            raise web.HTTPNotFound
        return notice

    async def around(self) -> Around:
        house, read = self._house, self._house.database.read
        peopled = await read(notices.kinds_with_people, house.clock())
        return Around(house.directory(), await read(notices.areas), list(house.texts), peopled)

    async def refused(
        self, request: web.Request, seat: Seat, error: NotSent, sent: Mapping[str, str] | None = None
    ) -> web.StreamResponse:
        """The notice as it is now, and why a step was not taken."""
        if error.code == "gone":
            raise web.HTTPNotFound
        return await self.one(request, seat, await self.notice(request), error, sent=sent)

    async def form(
        self, request: web.Request, seat: Seat, notice: Notice | None, typed: Mapping[str, Any],
        error: NotSent | None = None,
    ) -> web.StreamResponse:  # fmt: skip
        return await self.draw(
            request, seat, notice, error, part="notices/form.html", typed=typed, around=await self.around(),
            number=new_id(), GROUPS=GROUPS,
        )  # fmt: skip

    async def one(
        self, request: web.Request, seat: Seat, notice: Notice, error: NotSent | None = None, **more: Any
    ) -> web.StreamResponse:
        house = self._house
        values = {"around": await self.around(), "shots": shots(house, notice)}
        if notice.state in BEFORE:
            part, given = "notices/draft.html", (house.vault, house.clock(), notice.id, notice.audience)
            values["reach"] = await house.database.read(notices.reach, *given, house.ways)
        else:
            notice, told = await self._settled(notice)
            part = "notices/going.html"
            values |= await self._course(notice, told, listed=True)
        values |= await self._people(notice)
        return await self.draw(request, seat, notice, error, part=part, **values, **more)

    async def live(self, request: web.Request, seat: Seat, notice: Notice) -> dict[str, Any]:
        """For the page's script, each second: `html` to put in place; empty where what it knows still holds.

        The list of receipts grows with the recipients: it comes when nothing is left to do.
        """
        if notice.state in BEFORE:
            return {"state": notice.state, "over": True, "mark": "", "html": ""}
        house, (notice, told) = self._house, await self._settled(notice)
        now, texts = house.clock(), house.speaks(request)
        answer = {"state": notice.state, "over": told.over, "mark": mark(notice, told, now), "html": ""}
        if answer["mark"] == request.query.get("known"):
            return answer
        values = await self._course(notice, told, listed=told.over) | await self._people(notice)
        html = texts.page(
            "notices/live.html", **values, notice=notice, seat=seat, say=texts.say, now=now, error=None,
            unsent="", around=Around(house.directory(), (), list(house.texts)),
        )  # fmt: skip
        return answer | {"html": html}

    async def draw(
        self, request: web.Request, seat: Seat, notice: Notice | None = None, error: NotSent | None = None,
        part: str = "", **values: Any,
    ) -> web.StreamResponse:  # fmt: skip
        """The list, and beside it `part`."""
        house, now = self._house, self._house.clock()
        shown = await house.database.read(notices.listed, notices.PAGE, _before(request))
        answered = await house.database.read(notices.acknowledged, [one.id for one in shown if one.acknowledges])
        wrong = error is not None or values.get("refused")
        status = 200 if not wrong else CONFLICT if error and error.code == "changed" else WRONG
        nothing = {"refused": (), "numbers": None, "sent": None, "unsent": ""}
        return house.page(
            request, "notices/list.html", seat, status=status, shown=shown, answered=answered, notice=notice,
            error=error, part=part, now=now, here=PATH, PAGE=notices.PAGE,
            LONGEST=notices.LONGEST_TEXT, above=house.second_clerk_above, off=off(house), **(nothing | values),
        )  # fmt: skip

    async def _settled(self, notice: Notice) -> tuple[Notice, Progress]:
        """How it goes; a notice of which nothing is left to do is marked as done by whoever sees it first."""
        house = self._house
        told = await house.database.read(notices.progress, house.clock(), notice.id)
        if notice.state == "released" and told.over:
            await house.database.write(notices.settle, house.clock(), notice.id)
            notice = await house.database.read(notices.look, house.vault, notice.id) or notice
        return notice, told

    async def _course(self, notice: Notice, told: Progress, *, listed: bool) -> dict[str, Any]:
        """What changes by itself while somebody looks at it. Who has not answered is counted when all have gone."""
        read, most = self._house.database.read, notices.MOST_SHOWN
        left = await read(notices.unacknowledged, notice) if notice.acknowledges and told.over else 0
        troubled = await read(notices.receipts, notice.id, troubled=True, most=most)
        receipts = await read(notices.receipts, notice.id, most=most) if listed else None
        return {"troubled": troubled, "receipts": receipts, "left": left, "most": most} | bar(told)

    async def _people(self, notice: Notice) -> dict[str, Any]:
        read, vault = self._house.database.read, self._house.vault
        releaser = await read(person, vault, notice.released_by) if notice.released_by else None
        return {"author": await read(person, vault, notice.created_by), "releaser": releaser}


def _before(request: web.Request) -> datetime | None:
    try:
        moment = datetime.fromisoformat(request.query.get("before", ""))
    except ValueError:
        return None
    return moment if moment.tzinfo else None
