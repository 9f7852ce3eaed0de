"""Signing in by a one-time link, signing out, and the language of the pages."""

from __future__ import annotations

from aiohttp import web

from services import people
from services.foundation.vault import same_code
from services.people import Right
from web.site.frame import LANGUAGE_COOKIE, Frame, Seat, form, session_of
from web.site.security import OFFICE_COOKIE, WINDOW, WrongCodes

YEAR_SECONDS = 365 * 24 * 3600


class SignIn:
    """A link is opened by previews and scanners too: the GET only shows a form, the POST spends the code."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._wrong = WrongCodes(frame.acts.clock)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/in", self._ask),
            web.get("/in/{code}", self._confirm),
            web.post("/in", self._enter),
            web.post("/console/sign-out", self._frame.seated(self._leave, Right.OPEN_CONSOLE)),
            web.get("/language/{language}", self._speak),
        ]

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        return self._frame.page(request, "site/signin.html", problem=None, unsent="")

    async def _confirm(self, request: web.Request) -> web.StreamResponse:
        return self._frame.page(request, "site/enter.html", code=same_code(request.match_info["code"])[:40])

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        frame, client = self._frame, request.remote or ""
        code = same_code((await form(request, frame.site_url)).get("code", ""))[:40]
        admitted = await frame.acts.write(people.admit, code)
        if admitted is None:
            return await self._refuse(request, client)
        if admitted.way == people.CHAT or admitted.token is None:
            raise web.HTTPSeeOther(f"/chat?start=k-{code}")
        answer = web.HTTPSeeOther("/console")
        answer.set_cookie(
            OFFICE_COOKIE,
            admitted.token,
            max_age=int(people.OFFICE_LOGIN.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=frame.secure,
            path="/",
        )
        raise answer

    async def _refuse(self, request: web.Request, client: str) -> web.StreamResponse:
        """Refuses a code. Wrong, used and expired look alike; somebody signed in who came back to a used link goes on.

        The limit counts wrong codes alone: a whole office behind one address must not be locked out by one guest.
        """
        if await self._frame.acts.read(people.seated, session_of(request)):
            raise web.HTTPSeeOther("/console")
        if self._wrong.too_many(client):
            page = self._frame.page(request, "site/signin.html", status=429, problem="too_many", unsent="")
            page.headers["Retry-After"] = str(int(WINDOW.total_seconds()))
            return page
        self._wrong.count(client)
        return self._frame.page(request, "site/signin.html", status=403, problem="bad_code", unsent="")

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        await self._frame.acts.write(people.sign_out, session_of(request))
        answer = web.HTTPSeeOther("/in")
        answer.del_cookie(OFFICE_COOKIE, path="/")
        raise answer

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        language, back = request.match_info["language"], request.query.get("back", "")
        if language not in self._frame.texts:
            raise web.HTTPNotFound
        answer = web.HTTPSeeOther(back if _ours(back) else "/console")
        answer.set_cookie(
            LANGUAGE_COOKIE, language, max_age=YEAR_SECONDS, httponly=True, samesite="Lax", secure=self._frame.secure
        )
        raise answer


def _ours(path: str) -> bool:
    """Whether it is a path of this site, not a disguised address of another one."""
    return path.startswith("/") and not path.startswith(("//", "/\\")) and path.isascii() and path.isprintable()
