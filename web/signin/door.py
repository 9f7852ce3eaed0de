"""The door: signing in by a one-time link, a recovery code, a password or a passkey; asking for a link; signing out."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping
from datetime import timedelta

from aiohttp import web

from services import people, signin
from services.foundation.codes import code_in
from services.foundation.refusal import Refusal
from services.foundation.vault import same_code
from services.people import Right
from services.signin import Site, Try
from web.signin.devices import device_of
from web.site.frame import Frame, Seat, form, session_of
from web.site.navigation import UNIT
from web.site.refused import WRONG
from web.site.security import (
    BEGUN,
    WINDOW,
    WrongCodes,
    begun,
    give_session,
    keep_begun,
    known_person,
    leave_known,
    take_begun,
    take_session,
)
from web.site.unsaved import FIELD, Unsaved, ours, unpacked

TODAY = "/console/today"  # where whoever has the console begins
YEAR_SECONDS = 365 * 24 * 3600
LONGEST_PASTED = 1_000  # characters: a whole message with a link in it
LONGEST_FIELD = 200  # characters of what is typed at the door
AT_ONCE = 2  # passwords compared side by side: each takes 64 MiB and a processor
ASKED_SECONDS = 0.5  # an answer to who asks for a link takes as long whether or not there is such a person
TOO_MANY = 429


class SignIn:
    """A link is opened by previews and scanners too: the GET only shows a form, the POST spends the code."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._wrong = WrongCodes(frame.acts.clock)
        self._comparing = asyncio.Semaphore(AT_ONCE)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/in", self._ask),
            web.post("/in", self._enter),
            web.post("/in/password", self._by_password),
            web.post("/in/passkey/options", self._options),
            web.post("/in/passkey", self._by_passkey),
            web.post("/in/link", self._send_link),
            web.get("/in/{code}", self._confirm),
            web.post("/console/sign-out", self._frame.seated(self._leave, Right.SIGN_IN)),
            web.get("/language/{language}", self._speak),
        ]

    async def _ask(self, request: web.Request) -> web.StreamResponse:
        what = request.query.get("begun", "")
        if what not in BEGUN:
            return self._frame.door(request)
        page = self._frame.door(request, problem="sign_in_again")
        keep_begun(page, what, secure=self._frame.secure)
        return page

    async def _confirm(self, request: web.Request) -> web.StreamResponse:
        return self._frame.page(request, "signin/enter.html", code=same_code(request.match_info["code"])[:40])

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        """Takes a typed or pasted code, alone, in its link, or in the message that brought the link."""
        frame, sent = self._frame, await form(request, self._frame.site_url)
        code = code_in(sent.get("code", "")[:LONGEST_PASTED])[:40]
        admitted = await frame.acts.write(signin.admit, code, device_of(request), frame.longest)
        if admitted is None:
            return await self._refuse(request, sent)
        if admitted.token is None:
            raise web.HTTPSeeOther(f"/chat?start=k-{code}")
        return await self._let_in(request, admitted.token, sent)

    async def _by_password(self, request: web.Request) -> web.StreamResponse:
        """Compares between two transactions: Argon2 would hold up everybody who writes."""
        frame, sent = self._frame, await form(request, self._frame.site_url)
        login, password, code = (sent.get(name, "")[:LONGEST_FIELD] for name in ("login", "password", "totp"))
        known = known_person(request, frame.acts.vault, secure=frame.secure)
        tried = await frame.acts.write(signin.begin, login, request.remote or "", known)
        if not isinstance(tried, Try):
            return self._wait(request, tried, "password_wait", sent)
        async with self._comparing:
            right = await asyncio.to_thread(signin.matches, tried.hashed, password)
        token = await frame.acts.write(signin.finish, tried, right, code, device_of(request), frame.longest)
        if token is None:
            return frame.door(request, WRONG, problem="bad_password", login=login, unsent=_unsent(sent))
        return await self._let_in(request, token, sent)

    async def _options(self, request: web.Request) -> web.StreamResponse:
        await form(request, self._frame.site_url)
        options = await self._frame.acts.read(signin.asking_options, self._passkeys())
        return web.Response(text=options, content_type="application/json")

    async def _by_passkey(self, request: web.Request) -> web.StreamResponse:
        frame, sent = self._frame, await form(request, self._frame.site_url)
        how = device_of(request), frame.longest
        try:
            token = await frame.acts.write(signin.enter, self._passkeys(), sent.get("answer", ""), *how)
        except Refusal:
            return frame.door(request, WRONG, problem="bad_passkey", unsent=_unsent(sent))
        return await self._let_in(request, token, sent)

    async def _send_link(self, request: web.Request) -> web.StreamResponse:
        """Says the same whoever is asked for, after the same time."""
        frame, sent = self._frame, await form(request, self._frame.site_url)
        who = sent.get("who", "")[:LONGEST_FIELD]
        least = asyncio.create_task(asyncio.sleep(ASKED_SECONDS))
        wait = await frame.acts.write(signin.ask_link, who, request.remote or "", frame.site_url, frame.ways)
        await least
        if wait:
            return self._wait(request, wait, "link_wait", sent)
        return frame.page(request, "signin/asked.html", minutes=signin.LINK_MINUTES, unsent=_unsent(sent))

    async def _let_in(self, request: web.Request, token: str, sent: Mapping[str, str]) -> web.StreamResponse:
        """Gives the browser its session, and a mark by which wrong tries of others do not lock this person out here.

        The session that the browser had until now ends: nobody would see it any more. What was not taken because an
        earlier one had ended is shown, to be sent again.
        """
        frame, before = self._frame, session_of(request, secure=self._frame.secure)
        found = await frame.acts.read(people.seated, token)
        if found is None:
            raise web.HTTPForbidden
        if before:
            await frame.acts.write(people.sign_out, before)
        answer = self._onward(request, found, token, sent)
        take_begun(request, answer, secure=frame.secure)
        give_session(answer, token, frame.longest, secure=frame.secure)
        leave_known(answer, frame.acts.vault, found.person.id, secure=frame.secure)
        if isinstance(answer, web.HTTPSeeOther):
            raise answer
        return answer

    def _onward(
        self, request: web.Request, found: people.Seated, token: str, sent: Mapping[str, str]
    ) -> web.Response | web.HTTPSeeOther:
        """Where somebody goes on: with what they had not sent, or begun, else at the desk or at their unit."""
        if kept := _unsent(sent):
            return self._frame.given_back(request, self._frame.seat(found, token), kept, "signed_in")
        seat = self._frame.seat(found, token)
        start = TODAY if seat.may(Right.OPEN_CONSOLE) else UNIT if seat.of_unit else "/me"
        return web.HTTPSeeOther(begun(request, secure=self._frame.secure) or start)

    async def _refuse(self, request: web.Request, sent: Mapping[str, str]) -> web.StreamResponse:
        """Refuses a code. Wrong, used and expired look alike; somebody signed in who came back to a used link goes on.

        The limit counts wrong codes alone: a whole office behind one address must not be locked out by one guest.
        """
        frame, client = self._frame, request.remote or ""
        token = session_of(request, secure=frame.secure)
        found = await frame.acts.read(people.seated, token)
        if found:
            onward = self._onward(request, found, token, sent)
            if isinstance(onward, web.HTTPSeeOther):
                raise onward
            return onward
        if self._wrong.too_many(client):
            return self._wait(request, WINDOW, "too_many", sent)
        self._wrong.count(client)
        return frame.door(request, 403, problem="bad_code", unsent=_unsent(sent))

    def _wait(self, request: web.Request, wait: timedelta, problem: str, sent: Mapping[str, str]) -> web.StreamResponse:
        login = sent.get("login", "")[:LONGEST_FIELD]
        page = self._frame.door(request, TOO_MANY, problem=problem, login=login, wait=wait, unsent=_unsent(sent))
        page.headers["Retry-After"] = str(math.ceil(wait.total_seconds()))
        return page

    def _passkeys(self) -> Site:
        if self._frame.passkeys is None:
            raise web.HTTPNotFound
        return self._frame.passkeys

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        await seat.acts.write(people.sign_out, session_of(request, secure=self._frame.secure))
        answer = web.HTTPSeeOther("/in")
        take_session(answer, secure=self._frame.secure)
        raise answer

    async def _speak(self, request: web.Request) -> web.StreamResponse:
        language, back = request.match_info["language"], request.query.get("back", "")
        if language not in self._frame.texts:
            raise web.HTTPNotFound
        answer = web.HTTPSeeOther(back if ours(back) else "/console")
        answer.set_cookie(
            self._frame.language_cookie,
            language,
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=self._frame.secure,
        )
        raise answer


def _unsent(sent: Mapping[str, str]) -> Unsaved | None:
    """What somebody had written when their session ended, as the door carries it along."""
    return unpacked(sent.get(FIELD, ""))
