"""The pages of notices: the list with one notice or a form beside it, and what of a page changes by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from services import notices
from services.foundation.refusal import Refusal
from services.foundation.vault import new_id
from services.notices import Notice, NoticeCode, Progress
from services.people import GROUPS, person
from web.notices.forms import AudienceChoices
from web.notices.view import bar, mark, off, shots
from web.site.frame import IS_ID, Frame, Seat
from web.site.refused import WRONG, status_of

PATH = "/console/notices"
DONE = frozenset((NoticeCode.SAME_DRAFT,))
BEFORE = ("draft", "waiting")  # states in which nobody has got it


class Pages:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    async def notice(self, request: web.Request) -> Notice:
        """The notice in the address; 404 where there is none."""
        notice = await self._frame.acts.read(notices.look, request.match_info["id"])
        if notice is None:
            raise web.HTTPNotFound
        return notice

    async def choices(self) -> AudienceChoices:
        frame, read = self._frame, self._frame.acts.read
        peopled = await read(notices.kinds_with_people)
        return AudienceChoices(frame.directory(), await read(notices.areas), list(frame.texts), peopled)

    async def refused(
        self, request: web.Request, seat: Seat, error: Refusal, sent: Mapping[str, str] | None = None
    ) -> web.StreamResponse:
        """The notice as it is now, and why a step was not taken."""
        return await self.one(request, seat, await self.notice(request), error, sent=sent)

    async def form(
        self,
        request: web.Request,
        seat: Seat,
        notice: Notice | None,
        typed: Mapping[str, Any],
        error: Refusal | None = None,
    ) -> web.StreamResponse:
        return await self.draw(
            request,
            seat,
            notice,
            error,
            part="notices/form.html",
            typed=typed,
            choices=await self.choices(),
            number=new_id(),
            GROUPS=GROUPS,
        )

    async def one(
        self, request: web.Request, seat: Seat, notice: Notice, error: Refusal | None = None, **more: Any
    ) -> web.StreamResponse:
        frame = self._frame
        values = {"choices": await self.choices(), "shots": shots(frame, notice)}
        if notice.state in BEFORE:
            part = "notices/draft.html"
            values["reach"] = reached = await frame.acts.read(notices.reach, notice.id, notice.audience, frame.ways)
            night = error.values["ends"] if error is not None and error.field == "sms" else None
            values["wakes"] = night or notices.wakes_at(frame.acts.clock(), None, reached)
        else:
            notice, told = await self._settled(notice)
            part = "notices/going.html"
            values |= await self._course(notice, told, listed=True)
        values |= await self._people(notice)
        values["relatives"] = await frame.acts.read(notices.relatives, notice)
        return await self.draw(request, seat, notice, error, part=part, **values, **more)

    async def live(self, request: web.Request, seat: Seat, notice: Notice) -> dict[str, Any]:
        """The live part of a page, for its script each second: `html` to put in place, empty if nothing has changed.

        The list of receipts grows with the recipients, so it comes when nothing is left to do.
        """
        if notice.state in BEFORE:
            return {"state": notice.state, "over": True, "mark": "", "html": ""}
        frame, (notice, told) = self._frame, await self._settled(notice)
        now, texts = frame.acts.clock(), frame.speaks(request)
        answer = {"state": notice.state, "over": told.over, "mark": mark(notice, told, now), "html": ""}
        if answer["mark"] == request.query.get("known"):
            return answer
        values = await self._course(notice, told, listed=told.over) | await self._people(notice)
        values["relatives"] = await frame.acts.read(notices.relatives, notice)
        html = texts.page(
            "notices/live.html",
            **values,
            notice=notice,
            seat=seat,
            say=texts.say,
            now=now,
            error=None,
            unsent="",
            choices=AudienceChoices(frame.directory(), (), list(frame.texts)),
        )
        return answer | {"html": html}

    async def draw(
        self,
        request: web.Request,
        seat: Seat,
        notice: Notice | None = None,
        error: Refusal | None = None,
        part: str = "",
        **values: Any,
    ) -> web.StreamResponse:
        """Draws the list, and beside it `part`."""
        frame, now = self._frame, self._frame.acts.clock()
        shown = await frame.acts.read(notices.listed, notices.PAGE, _after(request))
        answered = await frame.acts.read(notices.acknowledged, [one.id for one in shown if one.acknowledges])
        status = status_of(error) if error else WRONG if values.get("refused") else 200
        nothing = {"refused": (), "numbers": None, "sent": None, "unsent": ""}
        done = request.query.get("done", "")
        return frame.page(
            request,
            "notices/list.html",
            seat,
            status=status,
            shown=shown,
            answered=answered,
            notice=notice,
            error=error,
            part=part,
            now=now,
            here=PATH,
            PAGE=notices.PAGE,
            LONGEST=notices.LONGEST_TEXT,
            above=frame.second_clerk_above,
            off=off(frame),
            done=done if done in DONE else None,
            **(nothing | values),
        )

    async def _settled(self, notice: Notice) -> tuple[Notice, Progress]:
        """The notice and how it goes. One with nothing left to do is marked as done by whoever sees it first."""
        frame = self._frame
        told = await frame.acts.read(notices.progress, notice.id)
        if notice.state == "released" and told.over:
            await frame.acts.write(notices.settle, notice.id)
            notice = await frame.acts.read(notices.look, notice.id) or notice
        return notice, told

    async def _course(self, notice: Notice, told: Progress, *, listed: bool) -> dict[str, Any]:
        """The values that change while somebody looks. Who has not answered is counted when all have gone."""
        read, most = self._frame.acts.read, notices.MOST_SHOWN
        left = await read(notices.unacknowledged, notice) if notice.acknowledges and told.over else 0
        some = told.over and (told.counts.get("aborted") or told.counts.get("uncertain"))
        missed = await read(notices.missed, notice) if some else None
        troubled = await read(notices.receipts, notice.id, troubled=True, most=most)
        receipts = await read(notices.receipts, notice.id, most=most) if listed else None
        return {"troubled": troubled, "receipts": receipts, "left": left, "missed": missed, "most": most} | bar(told)

    async def _people(self, notice: Notice) -> dict[str, Any]:
        read = self._frame.acts.read
        did = {"author": notice.created_by, "releaser": notice.released_by, "stopper": notice.aborted_by}
        return {name: await read(person, one) if one else None for name, one in did.items()}


def _after(request: web.Request) -> str:
    """The id of the last notice of the page before."""
    after = request.query.get("after", "")
    return after if IS_ID.fullmatch(after) else ""
