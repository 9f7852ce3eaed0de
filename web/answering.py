"""The page at which a body without an account answers: by a link that ends, without sign-in or script."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from conversation.text import inert, shortened
from models.tables import FETCHING
from services import evidence, obligations
from services.evidence import EvidenceCode, Stored
from services.foundation.act import Act
from services.foundation.codes import CODE_LETTERS
from services.foundation.large import is_large
from services.foundation.refusal import Common, Refusal
from services.obligations import NOT_OURS_REASONS, SETTLED, AnswerLink, ObligationCode
from services.people import Contact
from web.public import ASKED_SECONDS
from web.signin.door import TOO_MANY
from web.site.asked import a_day
from web.site.frame import FILES, MAY_SEND_FILES, Frame, form, spoken
from web.site.refused import CONFLICT, CONFLICTS, WRONG
from web.site.uploading import NO_FILES, Uploads, pieces_in, taken

PATH = "/answer"
ACTS = ("acknowledge", "answer", "more_time", "not_ours")
LONGEST_NAME = 200  # characters of a file's name
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
        sent = await form(request, self._frame.site_url)
        act, files = sent.get("act", ""), await taken(self._frame, request, found[0].id, self._kept)
        sent = files.put(sent)
        if act not in ACTS:
            raise web.HTTPNotFound
        try:
            files.check()
            await self._frame.acts.write(self._done, found[0], act, sent, self._frame.language(request))
        except Refusal as refused:
            if refused.code == Common.GONE:
                return self._over(request, None)
            again = await self._found(request)
            if not isinstance(again, tuple):
                return self._over(request, again)
            status = CONFLICT if refused.code in CONFLICTS else WRONG
            return await self._draw(
                request, again, status=status, problem=refused.code, act=act, sent=sent, files=files
            )
        raise web.HTTPSeeOther(f"{request.path}?done={act}", headers=HEADERS)

    async def _kept(self, file: FileField) -> tuple[str | None, Stored]:
        """A file as units send them: what cannot be shown is kept as it came."""
        stored = await self._frame.store.clean_and_keep(await asyncio.to_thread(file.file.read))
        return shortened(inert(file.filename), LONGEST_NAME) or None, stored

    def _done(self, act: Act, link: AnswerLink, what: str, sent: Mapping[str, str], language: str) -> None:
        """Does what the form says, as whoever gave their name at the link. Raises Refusal."""
        theirs = obligations.by_link(act, link, sent.get("name", ""), sent.get("post", ""), what)
        mine, text, kinds = link.obligation_id, sent.get(f"text_{what}", ""), self._frame.kinds

        def answer() -> None:
            media = evidence.take(theirs, link.id, pieces_in(sent))
            if media is None:
                raise Refusal(EvidenceCode.ENCLOSED_GONE, "files")
            obligations.answer(theirs, kinds, Contact(link.id, FETCHING, language, None), mine, text, media)

        def more_time() -> None:
            until = a_day(sent.get("until", ""))
            if until is None:
                raise Refusal(ObligationCode.DUE_WANTED, "until")
            obligations.request_time(theirs, mine, until, text)

        def not_ours() -> None:
            if sent.get("reason") not in NOT_OURS_REASONS:
                raise Refusal(ObligationCode.REASON_WANTED, "reason")
            obligations.say_not_ours(theirs, kinds, mine, sent["reason"], text)

        done: Mapping[str, Callable[[], None]] = {
            "acknowledge": lambda: obligations.acknowledge(theirs, mine),
            "answer": answer,
            "more_time": more_time,
            "not_ours": not_ours,
        }
        done[what]()

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

    async def _draw(
        self, request: web.Request, found: Found, *, status: int = 200, files: Uploads = NO_FILES, **values: Any
    ) -> web.Response:
        frame, (link, whole) = self._frame, found
        unit = frame.directory().spoken(frame.language(request)).name(whole.obligation.unit_id) or ""
        kept = await frame.acts.by(link.id).read(evidence.uploaded, files.pieces) if files.pieces else []
        return self._page(
            request,
            "answering/page.html",
            status,
            link=link,
            whole=whole,
            shown=obligations.shown(whole, unit),
            uploaded=kept,
            bad_files=files.bad,
            no_room=frame.store.room.is_short,
            REASONS=NOT_OURS_REASONS,
            **({"problem": None, "act": "", "sent": {}, "done": None} | values),
        )

    def _page(self, request: web.Request, name: str, status: int, **values: Any) -> web.Response:
        large = is_large(request.cookies, secure=self._frame.secure)
        answer = self._frame.page(
            request, name, status=status, here="/", large=large, office=self._frame.office, **values
        )
        answer.headers.update(HEADERS)
        return answer
