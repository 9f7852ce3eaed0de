"""Entering a case for somebody who called, wrote or came: all that is wrong is told at once, what was typed stays."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from services import cases
from services.foundation.refusal import Refusal
from services.people import Right
from web.site.frame import Frame, Seat, form
from web.site.refused import WRONG, status_of

PATH = "/console/cases/new"


class Keying:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get(PATH, seated(self._show, Right.DECIDE_REPORTS)),
            web.post(PATH, seated(self._key_in, Right.DECIDE_REPORTS)),
        ]

    async def _show(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return self._draw(request, seat)

    async def _key_in(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Enters the case and shows its receipt code, this once: in the answer itself, so that no address has it."""
        frame, sent = self._frame, await form(request, self._frame.site_url)
        units = {unit.id for unit in frame.directory().units}
        keyed, wrong = cases.read_keyed(sent, units, frame.acts.clock().date())
        if keyed is None:
            return self._draw(request, seat, WRONG, typed=sent, wrong=wrong)
        try:
            case, receipt = await seat.acts.write(cases.key_in, keyed, again=sent.get("again", ""))
        except Refusal as error:
            return self._draw(request, seat, status_of(error), typed=sent, first=error.values, problem=error.code)
        sees = await seat.acts.read(cases.is_shown, case.id)
        return self._draw(request, seat, case=case, receipt=receipt, sees=sees)

    def _draw(self, request: web.Request, seat: Seat, status: int = 200, **values: Any) -> web.Response:
        nothing: Mapping[str, Any] = {
            "typed": {},
            "wrong": {},
            "first": None,
            "problem": "",
            "case": None,
            "receipt": "",
            "sees": True,
        }
        return self._frame.page(
            request,
            "cases/new.html",
            seat,
            status=status,
            directory=self._frame.directory(),
            SOURCES=cases.SOURCES,
            KINDS=cases.KINDS,
            PRIORITIES=cases.PRIORITIES,
            OFFICE_ITSELF=cases.OFFICE_ITSELF,
            CATEGORIES=cases.CATEGORIES,
            **{**nothing, **values},
        )
