"""The page at which a body without an account answers: by a link that ends, without sign-in or script."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from aiohttp import web

from services import obligations
from services.foundation.act import Act
from services.foundation.codes import CODE_LETTERS
from services.foundation.large import is_large
from services.foundation.refusal import Common, Refusal
from services.obligations import SETTLED, AnswerLink
from web.answering.form import ACTS, Sent, do, read, shown
from web.public import ASKED_SECONDS
from web.signin.door import TOO_MANY
from web.site.frame import FILES, MAY_SEND_FILES, Frame, form, spoken
from web.site.refused import CONFLICT, CONFLICTS, WRONG

PATH = "/answer"
HEADERS = {"X-Robots-Tag": "noindex, nofollow", "Referrer-Policy": "strict-origin"}  # the address opens the page
Found = tuple[AnswerLink, obligations.Dossier]


class Answering:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        one = f"{PATH}/{{code:[0-9A-Za-z-]{{{CODE_LETTERS},60}}}}"
        return [web.get(one, self._open), web.post(one, self._act)]

    async def _open(self, request: web.Request) -> web.StreamResponse:
        found = await self._found(request)
        if not isinstance(found, tuple):
            return self._over(request, found)
        done = request.query.get("done", "")
        return await self._draw(request, found, done=done if done in ACTS else None)

    async def _act(self, request: web.Request) -> web.StreamResponse:
        found = await self._found(request)
        if not isinstance(found, tuple):
            return self._over(request, found)
        if request.content_type == FILES and not self._frame.store.room.is_short:
            request[MAY_SEND_FILES] = True
        await form(request, self._frame.site_url)  # which refuses what no page of ours has sent
        sent = await read(self._frame, request, found[0].id)
        try:
            await self._frame.acts.write(self._done, found[0], self._frame.language(request), sent)
        except Refusal as refused:
            if refused.code == Common.GONE:
                return self._over(request, None)
            return await self._again(
                request,
                CONFLICT if refused.code in CONFLICTS else WRONG,
                problem=refused.code,
                act=sent.act,
                sent=sent.fields,
                files=sent.files,
            )
        if sent.left or sent.unused.pieces:
            who = {name: sent.fields.get(name, "") for name in ("name", "post")}
            return await self._again(request, done=sent.act, sent=who | sent.left, files=sent.unused)
        raise web.HTTPSeeOther(f"{request.path}?done={sent.act}", headers=HEADERS)

    def _done(self, act: Act, link: AnswerLink, language: str, sent: Sent) -> None:
        """Does what the form says, as whoever gave their name at the link. Raises Refusal."""
        sent.files.check()
        fields = sent.fields
        theirs = obligations.by_link(act, link, fields.get("name", ""), fields.get("post", ""), sent.act)
        do(theirs, self._frame, link.id, language, link.obligation_id, sent)

    async def _again(self, request: web.Request, status: int = 200, **values: Any) -> web.Response:
        """The page as it stands now, with what was typed."""
        again = await self._found(request)
        return (
            await self._draw(request, again, status=status, **values)
            if isinstance(again, tuple)
            else self._over(request, again)
        )

    async def _found(self, request: web.Request) -> Found | timedelta | None:
        """The link with what it is about. A link that is over, and one that never was, take the same time."""
        acts, least = self._frame.acts, asyncio.create_task(asyncio.sleep(ASKED_SECONDS))
        link = await acts.write(obligations.find_link, request.match_info["code"], request.remote or "")
        whole = None
        if isinstance(link, AnswerLink):
            whole = await acts.read(obligations.look, self._frame.kinds, link.obligation_id)
        await least
        if isinstance(link, timedelta):
            return link
        return (link, whole) if link and whole and whole.obligation.state not in SETTLED else None

    def _over(self, request: web.Request, wait: timedelta | None) -> web.Response:
        """The one page for a link that is over and for one that never was; `wait`: for whoever tried too many."""
        status = TOO_MANY if wait else web.HTTPNotFound.status_code
        return self._page(request, "answering/over.html", status, wait=spoken(wait) if wait else None)

    async def _draw(self, request: web.Request, found: Found, *, status: int = 200, **values: Any) -> web.Response:
        link, whole = found
        told = await shown(self._frame, request, whole, link.id, **values)
        return self._page(request, "answering/page.html", status, link=link, **told)

    def _page(self, request: web.Request, name: str, status: int, **values: Any) -> web.Response:
        large = is_large(request.cookies, secure=self._frame.secure)
        answer = self._frame.page(
            request, name, status=status, here="/", large=large, office=self._frame.office, **values
        )
        answer.headers.update(HEADERS)
        return answer
