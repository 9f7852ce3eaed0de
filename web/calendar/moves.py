"""What no longer fits the calendar: deadlines and reminders that would move, and moving them on one confirmation."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from aiohttp import web

from services import obligations
from services.obligations import AT_ONCE, Move
from services.people import Right
from web.calendar.pages import PAGE
from web.site.frame import Frame, Seat, form
from web.site.refused import CONFLICT

MOVES = f"{PAGE}/moves"


class Moves:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get(MOVES, seated(self._show, Right.OVERSEE_OBLIGATIONS)),
            web.post(MOVES, seated(self._move, Right.DECIDE_OBLIGATIONS)),
        ]

    async def _show(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        moved, left = (_number(request.query.get(name, "")) for name in ("moved", "left"))
        return await self._draw(request, seat, moved=moved, left=left or 0)

    async def _move(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Moves what the page showed, some at a time; what has changed since is left and shown again."""
        sent = await form(request, self._frame.site_url)
        moves = await seat.acts.read(obligations.planned_moves)
        if not moves or sent.get("moves", "") != _mark(moves):
            return await self._draw(request, seat, status=CONFLICT, changed=True)
        moved = left = 0
        for start in range(0, len(moves), AT_ONCE):
            some = {one.id: one.token for one in moves[start : start + AT_ONCE]}
            done, not_done = await seat.acts.write(obligations.move, some)
            moved, left = moved + done, left + not_done
        raise web.HTTPSeeOther(f"{MOVES}?moved={moved}&left={left}")

    async def _draw(
        self,
        request: web.Request,
        seat: Seat,
        *,
        status: int = 200,
        moved: int | None = None,
        left: int = 0,
        changed: bool = False,
    ) -> web.StreamResponse:
        frame = self._frame
        moves = await frame.acts.read(obligations.planned_moves)
        return frame.page(
            request,
            "calendar/moves.html",
            seat,
            status=status,
            moves=moves,
            mark=_mark(moves),
            moved=moved,
            left=left,
            changed=changed,
            directory=frame.directory(),
        )


def _mark(moves: Sequence[Move]) -> str:
    """Names exactly what the page shows, so that nothing else is confirmed."""
    return hashlib.sha256(" ".join(one.token for one in moves).encode()).hexdigest()[:20]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
