"""The pages for everybody, without sign-in or script: where to file, how a case stands, what is published."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, TypeVar

from aiohttp import web

from media import Fontless
from services import cases, desk
from services.cases import Case
from services.foundation.act import Act
from services.foundation.codes import code_in
from services.foundation.large import cookie, is_large
from web.signin.door import TOO_MANY, YEAR_SECONDS, ours
from web.site.frame import Frame, form, spoken
from web.site.security import file_headers

LONGEST_PASTED = 2_000
LINE = "{line:[0-9A-Za-z._-]{100,300}}"
ASKED_SECONDS = 0.5  # that every answer about a code takes at least, whatever it is
Read = TypeVar("Read")


class Public:
    def __init__(self, frame: Frame) -> None:
        self._frame, self._drawing = frame, asyncio.Semaphore(1)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self._start),
            web.get("/track", self._ask),
            web.post("/track", self._track),
            web.post("/track/piece", self._piece),
            web.get("/published", self._figures),
            web.get(f"/receipt/{LINE}.pdf", self._paper),
            web.get(f"/receipt/{LINE}", self._check),
            web.get("/large/{on:[01]}", self._enlarge),
        ]

    async def _start(self, request: web.Request) -> web.StreamResponse:
        return self._page(request, "public/start.html", here="/")

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        return self._page(request, "public/track.html", here="/track")

    async def _track(self, request: web.Request) -> web.StreamResponse:
        """Shows how a case stands by its receipt code. The code is in no address, so that no log keeps it."""
        frame = self._frame
        typed = (await form(request, frame.site_url)).get("code", "")[:LONGEST_PASTED]
        found = await self._found(request, typed, lambda act, case: self._values(act, case, frame.language(request)))
        if isinstance(found, timedelta):
            return self._page(request, "public/track.html", TOO_MANY, here="/track", wait=spoken(found))
        return self._page(request, "public/track.html", here="/track", case=found, asked=True, code=typed)

    async def _piece(self, request: web.Request) -> web.StreamResponse:
        """The clean copy of what has gone out with an answer, by the receipt code of its case; else 404."""
        sent = await form(request, self._frame.site_url)
        code, piece_id = sent.get("code", "")[:LONGEST_PASTED], sent.get("piece", "")
        found = await self._found(request, code, lambda act, case: cases.given_piece(act, case.id, piece_id))
        if isinstance(found, timedelta):
            return self._page(request, "public/track.html", TOO_MANY, here="/track", wait=spoken(found))
        path = self._frame.store.copy_path(piece_id) if found else None
        if found is None or path is None or not path.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(path, headers=file_headers(found.mime, found.name))

    async def _found(
        self, request: web.Request, typed: str, read: Callable[[Act, Case], Read]
    ) -> Read | timedelta | None:
        """What is read of the case of a receipt code; every code takes the same time."""
        acts, least = self._frame.acts, asyncio.create_task(asyncio.sleep(ASKED_SECONDS))
        found = await acts.write(cases.track, code_in(typed)[:40], request.remote or "")
        values = await acts.read(read, found) if isinstance(found, Case) else found
        await least
        return values

    def _values(self, act: Act, case: Case, language: str) -> dict[str, object]:
        unit = self._frame.directory().spoken(language).name(case.unit_id)
        receipt = cases.receipt_of(act, case.id)
        return {"told": cases.told(act, case, unit), "receipt": receipt.line if receipt else ""}

    async def _check(self, request: web.Request) -> web.StreamResponse:
        """Tells whether a receipt is genuine, and whether what was filed is still what it was given for."""
        acts, line = self._frame.acts, request.match_info["line"]
        receipt = cases.read_receipt(acts.vault, line)
        same = receipt is not None and await acts.read(cases.still_so, receipt)
        return self._page(request, "public/receipt.html", here="/track", receipt=receipt, same=same)

    async def _paper(self, request: web.Request) -> web.StreamResponse:
        """The PDF of a receipt. It is drawn from its own line, one at a time, and kept nowhere."""
        frame, line = self._frame, request.match_info["line"]
        texts = frame.texts[frame.default_language]
        try:
            async with self._drawing:
                data = await asyncio.to_thread(cases.receipt_file, texts, frame.acts.vault, frame.site_url, line)
        except Fontless:
            return frame.page(request, "site/error.html", status=503, code="no_font", id=None, unsaved=None)
        if data is None:
            raise web.HTTPNotFound
        headers = {"Content-Disposition": f'attachment; filename="{line.partition(".")[0]}.pdf"'}
        return web.Response(body=data, content_type="application/pdf", headers=headers)

    async def _figures(self, request: web.Request) -> web.StreamResponse:
        found = await self._frame.acts.read(desk.published)
        month = request.query.get("month", "")
        shown = next((one for one in found if one.month == month), None) if month else next(iter(found), None)
        if month and shown is None:
            raise web.HTTPNotFound
        directory = self._frame.directory().spoken(self._frame.language(request))
        return self._page(
            request, "public/figures.html", here="/published", published=found, shown=shown, directory=directory
        )

    async def _enlarge(self, request: web.Request) -> web.StreamResponse:
        """Chooses the view for older people, or the other one, and goes back to where that was tapped."""
        back, secure = request.query.get("back", ""), self._frame.secure
        answer = web.HTTPSeeOther(back if ours(back) else "/")
        how = {"httponly": True, "samesite": "Lax", "secure": secure}
        answer.set_cookie(cookie(secure=secure), request.match_info["on"], max_age=YEAR_SECONDS, path="/", **how)
        raise answer

    def _page(self, request: web.Request, name: str, status: int = 200, *, here: str, **values: Any) -> web.Response:
        shown: dict[str, Any] = {"case": None, "asked": False, "wait": None, "code": ""} | values
        large = is_large(request.cookies, secure=self._frame.secure)
        return self._frame.page(
            request, name, status=status, here=here, large=large, office=self._frame.office, **shown
        )
