"""What the units of somebody who is signed in owe, and one obligation whole, at which they answer (R21, P-10)."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from services import obligations
from services.foundation.large import is_large
from services.foundation.refusal import Common, Refusal
from services.obligations import SETTLED, Dossier, told_of
from services.people import Right, may, units_with
from web.answering.form import ACTS, do, read, shown
from web.site.frame import ID, Frame, Handler, Seat, Seated, unsaved
from web.site.navigation import UNIT
from web.site.refused import status_of

NOTHING = obligations.UnitStanding()


class UnitPages:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        def seated(handler: Seated) -> Handler:
            return self._frame.seated(handler, Right.LOOK_AT_OBLIGATIONS, somewhere=True)

        return [
            web.get(UNIT, seated(self._list)),
            web.get(f"{UNIT}/{ID}", seated(self._open)),
            web.post(f"{UNIT}/{ID}", seated(self._act)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """All that somebody's units owe, or one of them (`?unit=`)."""
        frame, directory = self._frame, self._frame.directory()
        seen = units_with(seat.grants, Right.LOOK_AT_OBLIGATIONS, directory.under).ids
        known = [unit.id for unit in directory.units if unit.id in seen]
        mine = [*known, *sorted(seen.difference(known))]  # the order of the tree; what it does not know comes last
        asked = request.query.get("unit", "")
        stands = await seat.acts.read(obligations.unit_standings, mine)
        owing = [one for one in mine if one in stands] or mine[:1]
        looked_at = [asked] if asked in owing else owing
        found = await seat.acts.read(obligations.owed_by, frame.kinds, looked_at)
        named = directory.spoken(frame.language(request))
        units = [
            {
                "id": one,
                "name": named.name(one) or one,
                "stands": stands.get(one, NOTHING),
                "parts": _parts([obligation for obligation in found if obligation.unit_id == one]),
            }
            for one in looked_at
        ]
        choice = [(one, named.name(one) or one) for one in owing]
        return self._page(request, seat, "answering/unit.html", units=units, choice=choice, asked=asked)

    async def _open(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        whole, done = await self._whole(request, seat), request.query.get("done", "")
        return await self._draw(request, seat, whole, done=done if done in ACTS else None)

    async def _act(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame, whole = self._frame, await self._whole(request, seat)
        if whole is None:
            return await self._draw(request, seat, None)
        if not self._answers(seat, whole):
            return frame.forbidden(request, seat, await unsaved(request, frame.site_url))
        sent = await read(frame, request, seat.person.id)
        mine = whole.obligation.id
        try:
            await seat.acts.write(do, frame, seat.person.id, frame.language(request), mine, sent)
        except Refusal as refused:
            if refused.code == Common.GONE:
                return await self._draw(request, seat, None)
            told = {"problem": refused.code, "act": sent.act, "sent": sent.fields, "files": sent.files}
            return await self._draw(request, seat, await self._whole(request, seat), status_of(refused), **told)
        if sent.left or sent.unused.pieces:
            told = {"done": sent.act, "sent": sent.left, "files": sent.unused}
            return await self._draw(request, seat, await self._whole(request, seat), **told)
        raise web.HTTPSeeOther(f"{UNIT}/{mine}?done={sent.act}")

    async def _whole(self, request: web.Request, seat: Seat) -> Dossier | None:
        """The obligation, if this person may see it; None also for one that does not exist, or of which no unit knows
        yet.
        """
        whole = await seat.acts.read(obligations.look, self._frame.kinds, request.match_info["id"])
        if whole is None or not whole.obligation.is_known(seat.acts.clock()):
            return None
        return whole if self._has(seat, Right.LOOK_AT_OBLIGATIONS, whole) else None

    def _answers(self, seat: Seat, whole: Dossier) -> bool:
        return self._has(seat, Right.ANSWER_OBLIGATIONS, whole)

    def _has(self, seat: Seat, right: Right, whole: Dossier) -> bool:
        return may(seat.grants, right, self._frame.directory().line(whole.obligation.unit_id))

    async def _draw(
        self, request: web.Request, seat: Seat, whole: Dossier | None, status: int = 200, **values: Any
    ) -> web.Response:
        if whole is None:
            return self._page(request, seat, "answering/none.html", web.HTTPNotFound.status_code)
        told = await shown(self._frame, request, whole, seat.person.id, **values)
        told |= {"acts": self._answers(seat, whole), "link": None}
        return self._page(request, seat, "answering/one.html", status, **told)

    def _page(self, request: web.Request, seat: Seat, name: str, status: int = 200, **values: Any) -> web.Response:
        large = is_large(request.cookies, secure=self._frame.secure)
        return self._frame.page(
            request, name, seat, status=status, here=request.path, large=large, office=self._frame.office, **values
        )


def _parts(found: list[obligations.Obligation]) -> dict[str, list[dict[str, Any]]]:
    """What a unit owes by whose turn it is, as the chat tells of each; the order is that of the list."""
    told = [(one, told_of(one, "") | {"id": one.id}) for one in found]
    return {
        "owed": [values for one, values in told if one.owed],
        "office": [values for one, values in told if not one.owed and one.state not in SETTLED],
        "settled": [values for one, values in told if one.state in SETTLED],
    }
