"""Acts on several reports of the list: ticked there, looked at once more, and then done one by one.

Each is a transaction of its own: one that has changed since the list was drawn is refused alone, and said so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from aiohttp import web

from services import desk, people
from services.desk import Filters, Item
from services.foundation.act import Act
from services.foundation.refusal import Refusal
from services.inspections import seen_in
from services.people import Right
from web.desk import filters
from web.site.frame import Frame, Seat, fields
from web.site.leaving import Leaving, leave
from web.site.refused import WRONG

TICK = re.compile(r"([0-9a-f]{20})\.([a-z_]{1,20}\.\d{1,9})", re.ASCII)  # a report, and what the list showed of it
MOST = 200
ACTS = ("take", "give", "accept", "read")
Done = Callable[[Act, str, str], bool]  # (…, the report's id, what the list showed of it)


@dataclass(frozen=True)
class Refused:
    """A report with which nothing was done, and why."""

    item: Item
    code: str


class Bulk:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.post("/console/bulk", seated(self._check, Right.DECIDE_REPORTS)),
            web.post("/console/bulk/do", seated(self._do, Right.DECIDE_REPORTS)),
            web.post("/console/bulk.{form:csv|xlsx}", seated(self._leave, Right.READ_REPORTS)),
        ]

    async def _check(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """What was ticked and what would be done with it, before anything is."""
        sent, ticked = await self._sent(request)
        act, person = sent.get("act", ""), sent.get("person", "")
        if act not in ACTS:
            raise web.HTTPNotFound
        clerks = await seat.acts.read(desk.clerks)
        problem = "none_ticked" if not ticked else "clerk_unknown" if act == "give" and person not in clerks else None
        return await self._draw(request, seat, act, ticked, clerks, person=person, problem=problem)

    async def _do(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent, ticked = await self._sent(request)
        act, person = sent.get("act", ""), sent.get("person", "")
        clerks = await seat.acts.read(desk.clerks)
        if act not in ACTS or (act == "give" and person not in clerks):
            raise web.HTTPNotFound
        items, whom = await self._items(seat, ticked), seat.person.id if act == "take" else person
        use_case: Mapping[str, Done] = {
            "take": partial(_assign, whom),
            "give": partial(_assign, whom),
            "accept": lambda act, report_id, seen: desk.accept(act, report_id, seen, ""),
            "read": desk.mark_read,
        }
        refused, unreached = list[Refused](), list[Item]()
        for item in items:
            try:
                if not await seat.acts.write(use_case[act], item.id, ticked[item.id]):
                    unreached.append(item)
            except Refusal as error:
                refused.append(Refused(item, error.code))
        told = {"done": len(items) - len(refused), "refused": refused, "unreached": unreached}
        gone = len(ticked) - len(items)
        return await self._draw(request, seat, act, {}, clerks, person=person, results=told | {"gone": gone})

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """The ticked reports as a file."""
        _, ticked = await self._sent(request)
        if not ticked:
            return await self._draw(request, seat, "read", {}, {}, problem="none_ticked")
        only = Filters(only=tuple(ticked))
        table = Leaving("reports", desk.COLUMNS, lambda act: desk.leaving(act, only), "", {"only": str(len(ticked))})
        return await leave(self._frame, request, seat, table)

    async def _sent(self, request: web.Request) -> tuple[dict[str, str], dict[str, str]]:
        """The form's last values by name, and what was ticked: by report, what the list showed of it."""
        sent = await fields(request, self._frame.site_url)
        found = (TICK.fullmatch(one) for one in sent.get("tick", ())[:MOST])
        return {name: values[-1] for name, values in sent.items() if values}, {one[1]: one[2] for one in found if one}

    async def _items(self, seat: Seat, ticked: Mapping[str, str]) -> Sequence[Item]:
        """The ticked reports that whoever asks may see, in the order of the list."""
        return await seat.acts.read(desk.ticked, tuple(ticked)) if ticked else ()

    async def _draw(
        self,
        request: web.Request,
        seat: Seat,
        act: str,
        ticked: Mapping[str, str],
        clerks: Mapping[str, str],
        *,
        person: str = "",
        problem: str | None = None,
        results: Mapping[str, Any] | None = None,
    ) -> web.Response:
        frame = self._frame
        items, texts = await self._items(seat, ticked), frame.speaks(request)
        return frame.page(
            request,
            "desk/bulk.html",
            seat,
            status=WRONG if problem else 200,
            query=filters.read(request.query, frame.directory()),
            act=act,
            items=items,
            ticked=ticked,
            clerks=clerks,
            people=await seat.acts.read(people.names_of, {one.assigned_to for one in items if one.assigned_to}),
            person=person,
            problem=problem,
            results=results,
            directory=frame.directory(),
            findings=lambda found: seen_in(texts, found),
        )


def _assign(person_id: str, act: Act, report_id: str, seen: str) -> bool:
    return desk.assign(act, report_id, seen, person_id)
