"""What units owe: who is late, the list, one obligation beside it, what the office does about it (C08, C23, A52)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import web

from services import desk, obligations, office
from services.cases import ACCEPTED
from services.desk import NotDone
from services.obligations import PAGE, SETTLED, Duty, Ring, Whole
from services.obligations.hearing import deaf
from services.obligations.ladder import ladders, last_day
from services.people.rights import Right
from services.wording import LONGEST_SAID
from web.desk import CONFLICT, WRONG
from web.duty_filters import SHOWN, DutyQuery, read
from web.hand_form import DUE_WRONG, TOLD, Limit, due_day, due_of, look_twice, told_by
from web.house import ID, House, Seat, form
from web.lateness import Lateness, lateness

ACTS = "accept|return|excuse|grant|refuse|reply"
DONE = frozenset((*ACTS.split("|"), "accept_case", *TOLD, "return_sms", "return_sms_later", "unreached"))
CONFLICTS = frozenset(("changed", "decided", "settled", "not_answered"))


class Duties:
    def __init__(self, house: House) -> None:
        self._house = house

    def routes(self) -> list[web.RouteDef]:
        seated = self._house.seated
        return [
            web.get("/console/duties", seated(self._list, Right.OVERSEE_OBLIGATIONS)),
            web.get(f"/console/duty/{ID}", seated(self._open, Right.OVERSEE_OBLIGATIONS)),
            web.post(f"/console/duty/{ID}/{{act:{ACTS}}}", seated(self._act, Right.DECIDE_OBLIGATIONS)),
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
        duty = (await self._whole(request)).duty
        typed = {"kind": duty.kind, "text": sent.get("text", ""), "date": sent.get("date", "")}
        # Asked before, as by the hand-over. What is the unit's turn again goes by SMS too.
        untold = await told_by(house, act, duty.unit_id, duty.kind) if act == "return" else ""
        answers = act == "accept" and duty.waited_for and not await self._others(duty)
        try:
            if act == "return":
                await look_twice(house, sent | typed)
            ring = await self._do(act, seat.clerk.id, duty_id, sent)
        except NotDone as error:
            if error.code == "gone":
                raise web.HTTPNotFound from None
            whole, status = await self._whole(request), CONFLICT if error.code in CONFLICTS else WRONG
            told = {"problem": error.code, "act": act, "typed": typed, "limit": await due_of(house, typed)}
            return await self._draw(request, seat, whole, status=status, **told)
        house.bells.ring(ring)
        done = "accept_case" if answers else act
        if not ring:
            done = untold if untold in DONE else "unreached"
        raise web.HTTPSeeOther(self._query(request).duty(duty_id, done=done))

    def _do(self, act: str, clerk_id: str, duty_id: str, sent: Mapping[str, str]) -> Awaitable[Ring]:
        """Raises NotDone, also as `due_day`: an empty date means that the deadline stays."""
        house, text = self._house, sent.get("text", "")
        known = (house.vault, house.clock(), house.kinds, clerk_id, duty_id, sent.get("seen", ""))
        if act == "return":
            return house.database.write(obligations.send_back, *known, text, due_day(sent))
        if act in ("grant", "refuse"):
            return house.database.write(obligations.decide_time, *known, act == "grant", text)
        if act == "accept":
            promised = {"citizen": True, "unit": False}.get(sent.get("to", ""))
            return house.database.write(obligations.accept_answer, *known, text, promised)
        return house.database.write(SAID[act], *known, text)

    async def _whole(self, request: web.Request) -> Whole:
        house = self._house
        whole = await house.database.read(obligations.look, house.clock(), house.kinds, request.match_info["id"])
        if whole is None:
            raise web.HTTPNotFound
        return whole

    async def _others(self, duty: Duty) -> list[Duty]:
        """What else of the same case is not settled."""
        if duty.subject is None:
            return []
        house = self._house
        of_case = await house.database.read(obligations.of_subject, house.clock(), house.kinds, duty.subject.id)
        return [one for one in of_case if one.id != duty.id and one.state not in SETTLED]

    async def _waits(self, duty: Duty, others: list[Duty]) -> bool:
        """Whether all of its case is settled and the citizen has no answer yet: that is given on the case's page."""
        if duty.subject is None or others or duty.state not in SETTLED:
            return False
        report = await self._house.database.read(desk.look, duty.subject.id)
        return report is not None and report.state == ACCEPTED

    async def _around(self, whole: Whole) -> dict[str, Any]:
        """What the page of one duty says of its case, and of a head who gets no reminder."""
        duty, others = whole.duty, await self._others(whole.duty)
        house, told = self._house, ""
        if duty.owed:
            told = await house.database.read(deaf, house.vault, house.clock(), duty.unit_id, house.ways)
        return {"others": others, "waits": await self._waits(duty, others), "deaf": told}

    async def _late(self) -> Lateness:
        return lateness(await self._house.database.read(obligations.late, self._house.clock()))

    def _query(self, request: web.Request) -> DutyQuery:
        return read(request.query, self._house.directory(), ladders())

    async def _draw(
        self, request: web.Request, seat: Seat, whole: Whole | None, *, status: int = 200, **values: Any
    ) -> web.Response:
        house, query, now = self._house, self._query(request), self._house.clock()
        filters = query.filters(house.directory())
        shown = await house.database.read(obligations.listed, now, house.kinds, filters)
        counted = await house.database.read(obligations.counts, now, filters)
        names = await house.database.read(office.names, house.vault, _actors(whole)) if whole else {}
        reminded = await house.database.read(obligations.reminded, now, whole.duty.id) if whole else ()
        files = await house.database.read(obligations.file_names, house.vault, whole.duty.id) if whole else {}
        visit = await house.database.read(desk.visit_of, whole.duty.subject_id) if whole else None
        values |= await self._around(whole) if whole else {}
        late = await self._late() if whole is None else None
        nothing = {"done": None, "problem": None, "act": "", "typed": {"text": "", "date": ""}, "limit": Limit()}
        return house.page(
            request, "obligations/list.html", seat, status=status, shown=shown, counts=counted, query=query,
            whole=whole, directory=house.directory(), now=now, late=late, names=names, visit=visit, files=files,
            reminded=reminded, SHOWN=SHOWN, KINDS=tuple(ladders()), PAGE=PAGE, LONGEST=LONGEST_SAID,
            DUE_WRONG=DUE_WRONG, last_day=last_day(now), **(nothing | values),
        )  # fmt: skip


SAID: Mapping[str, Callable[..., Ring]] = {"excuse": obligations.excuse, "reply": obligations.reply_unit}


def _actors(whole: Whole) -> frozenset[str]:
    """Whose names stand on the page of an obligation."""
    told = (one.actor for one in whole.history)
    asked = (who for one in whole.extensions for who in (one.asked_by, one.decided_by))
    return frozenset(who for who in (*told, *asked) if who)
