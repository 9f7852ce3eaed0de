"""What units owe: who is late, the list, one obligation beside it, what the office does about it (C08, C23, A52)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from services import obligations, office
from services.desk import NotDone
from services.desk.values import LONGEST_SAID
from services.obligations import PAGE, Ring, Whole
from services.obligations.ladder import ladders
from web.desk import CONFLICT, WRONG
from web.duty_filters import SHOWN, DutyQuery, read
from web.filters import a_day
from web.house import ID, House, Seat, form
from web.lateness import Lateness, lateness

ACTS = "accept|return|excuse|grant|refuse|reply"
DONE = frozenset((*ACTS.split("|"), "accept_case", "hand", "hand_unreached", "unreached"))
CONFLICTS = frozenset(("changed", "decided", "settled", "not_answered"))


class Duties:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[web.RouteDef]:
        seated = self._house.seated
        return [
            web.get("/console/duties", seated(self._list)),
            web.get(f"/console/duty/{ID}", seated(self._open)),
            web.post(f"/console/duty/{ID}/{{act:{ACTS}}}", seated(self._act)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._draw(request, seat, None)

    async def _open(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        done = request.query.get("done", "")
        whole = await self._whole(request)
        return await self._draw(request, seat, whole, done=done if done in DONE else None)

    async def _act(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        house, duty_id, act = self._house, request.match_info["id"], request.match_info["act"]
        sent = await form(request, house.site_url)
        try:
            ring = await self._do(act, seat.clerk.id, duty_id, sent)
        except NotDone as error:
            if error.code == "gone":
                raise web.HTTPNotFound from None
            whole = await self._whole(request)
            status = CONFLICT if error.code in CONFLICTS else WRONG
            typed = {"text": sent.get("text", ""), "date": sent.get("date", "")}
            return await self._draw(request, seat, whole, status=status, problem=error.code, act=act, typed=typed)
        house.bells.ring(ring)
        whole = await self._whole(request)
        done = "accept_case" if act == "accept" and whole.duty.case_id else act
        raise web.HTTPSeeOther(self._query(request).duty(duty_id, done=done if ring else "unreached"))

    def _do(self, act: str, clerk_id: str, duty_id: str, sent: Mapping[str, str]) -> Awaitable[Ring]:
        """Raises NotDone, also due_wanted for a date that is none: an empty one means that the deadline stays."""
        house, text, typed = self._house, sent.get("text", ""), sent.get("date", "").strip()
        known = (house.vault, house.clock(), clerk_id, duty_id, sent.get("seen", ""))
        if act == "return":
            due = a_day(typed)
            if typed and due is None:
                raise NotDone("due_wanted")
            return house.database.write(obligations.send_back, *known, text, due)
        if act in ("grant", "refuse"):
            return house.database.write(obligations.decide_time, *known, act == "grant", text)
        return house.database.write(SAID[act], *known, text)

    async def _whole(self, request: web.Request) -> Whole:
        whole = await self._house.database.read(obligations.look, self._house.clock(), request.match_info["id"])
        if whole is None:
            raise web.HTTPNotFound
        return whole

    async def _late(self) -> tuple[Lateness, Mapping[str, int]]:
        now, database = self._house.clock(), self._house.database
        return lateness(await database.read(obligations.late, now)), await database.read(obligations.ages, now)

    def _query(self, request: web.Request) -> DutyQuery:
        return read(request.query, self._house.directory(), ladders())

    async def _draw(
        self, request: web.Request, seat: Seat, whole: Whole | None, *, status: int = 200, **values: Any
    ) -> web.Response:
        house, query, now = self._house, self._query(request), self._house.clock()
        filters = query.filters(house.directory())
        shown = await house.database.read(obligations.listed, now, filters)
        counted = await house.database.read(obligations.counts, now, filters)
        names = await house.database.read(office.names, house.vault, _actors(whole)) if whole else {}
        late, ages = await self._late() if whole is None else (None, {})
        nothing = {"done": None, "problem": None, "act": "", "typed": {"text": "", "date": ""}}
        return house.page(
            request, "console_duties.html", seat, status=status, shown=shown, counts=counted, query=query, whole=whole,
            directory=house.directory(), now=now, late=late, ages=ages, names=names, SHOWN=SHOWN,
            KINDS=tuple(ladders()), PAGE=PAGE, LONGEST=LONGEST_SAID, **(nothing | values),
        )  # fmt: skip


SAID: Mapping[str, Callable[..., Ring]] = {
    "accept": obligations.accept_answer, "excuse": obligations.excuse, "reply": obligations.reply_unit,
}  # fmt: skip


def _actors(whole: Whole) -> frozenset[str]:
    """Whose names stand on the page of an obligation."""
    told = (one.actor for one in whole.history)
    asked = (who for one in whole.extensions for who in (one.asked_by, one.decided_by))
    return frozenset(who for who in (*told, *asked) if who)
