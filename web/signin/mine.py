"""Somebody's own sign-in: the ways to come back, recovery codes, open sessions; and, for who has no desk, the chat."""

from __future__ import annotations

import asyncio
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from urllib.parse import quote

import segno
from aiohttp import web

from services import people, signin
from services.foundation.keys import KeyTrouble
from services.foundation.refusal import Refusal
from services.people import Right
from web.signin.devices import device_of
from web.signin.door import LONGEST_FIELD
from web.site.frame import ID, Frame, Handler, Seat, Seated, form
from web.site.refused import status_of
from web.site.security import BEGUN
from web.site.unsaved import ours

LATER = timedelta(days=7)  # until somebody who skipped it is reminded again
TO_CHAT = timedelta(minutes=5)
DONE = frozenset(("password", "passkey", "removed", "ended", "again_passkey", "again_codes"))


class Mine:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        def seated(handler: Seated) -> Handler:
            return self._frame.seated(handler, Right.SIGN_IN)

        def changing(handler: Seated) -> Handler:
            return seated(self._proved(handler))

        return [
            web.get("/me", seated(self._look)),
            web.get("/me/later", seated(self._later)),
            web.post("/me/chat", seated(self._to_chat)),
            web.get("/me/password", changing(self._ask_password)),
            web.post("/me/password", changing(self._set_password)),
            web.post("/me/password/remove", changing(self._remove_password)),
            web.post("/me/passkey/options", changing(self._passkey_options)),
            web.post("/me/passkey", changing(self._add_passkey)),
            web.post(f"/me/passkey/{ID}/remove", changing(self._remove_passkey)),
            web.post("/me/codes", changing(self._make_codes)),
            web.post(f"/me/session/{ID}/end", seated(self._end)),
            web.post("/me/sessions/end", seated(self._end_others)),
        ]

    def _proved(self, handler: Seated) -> Seated:
        """Guards what changes somebody's ways to sign in: only for who has proved lately who they are."""

        async def check(request: web.Request, seat: Seat) -> web.StreamResponse:
            try:
                await seat.acts.read(signin.prove_fresh, seat.session)
            except Refusal as error:
                return await self._draw(request, seat, status_of(error), problem=error.code)
            return await handler(request, seat)

        return check

    async def _look(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        done = request.query.get("done", "")
        return await self._draw(request, seat, done=done if done in DONE else None)

    async def _draw(
        self,
        request: web.Request,
        seat: Seat,
        status: int = 200,
        *,
        done: str | None = None,
        problem: str | None = None,
    ) -> web.StreamResponse:
        ways = await seat.acts.read(signin.ways_of, seat.person.id)
        sessions = await seat.acts.read(people.sessions_of, seat.person.id)
        stale = await seat.acts.read(signin.is_stale, seat.session)
        return self._frame.page(
            request,
            "signin/mine.html",
            seat,
            status=status,
            ways=ways,
            sessions=sessions,
            passkeys=self._frame.passkeys,
            stale=stale,
            begun=next((one for one in BEGUN if request.path in (f"/me/{one}", f"/me/{one}/options")), "ways"),
            done=done,
            problem=problem,
        )

    async def _later(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Reminds somebody another week; it changes nothing else, so that a link may do it."""
        back = request.query.get("back", "")
        answer = web.HTTPSeeOther(back if ours(back) else "/console")
        name, seconds, secure = self._frame.later_cookie, int(LATER.total_seconds()), self._frame.secure
        answer.set_cookie(name, "1", max_age=seconds, httponly=True, samesite="Lax", secure=secure, path="/")
        raise answer

    async def _to_chat(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Opens the chat page as this person: by a one-time code, as with every other way into the chat."""
        code = await seat.acts.write(people.issue_link, seat.person.id, TO_CHAT)
        raise web.HTTPSeeOther(f"/chat?start=k-{quote(code)}")

    async def _ask_password(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        login = await seat.acts.read(signin.login_for, seat.person)
        return self._password_page(request, seat, login, signin.new_secret())

    async def _set_password(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        sent = await form(request, self._frame.site_url)
        login, password, code = (sent.get(name, "")[:LONGEST_FIELD] for name in ("login", "password", "totp"))
        secret = self._opened(seat, sent.get("secret", ""))
        try:
            await seat.acts.read(signin.check, sent.get("password", ""), seat.person, login)
            made = await asyncio.to_thread(signin.hashed, password)
            await seat.acts.write(signin.set_password, seat.person.id, login, made, secret, code)
        except Refusal as error:
            return self._password_page(request, seat, login, secret, status_of(error), problem=error)
        raise web.HTTPSeeOther("/me?done=password")

    def _password_page(
        self,
        request: web.Request,
        seat: Seat,
        login: str,
        secret: str,
        status: int = 200,
        *,
        problem: Refusal | None = None,
    ) -> web.StreamResponse:
        """The form, with the same secret again where something in it was wrong: the app has it already."""
        address = signin.address_of(secret, login)
        drawn = segno.make(address, error="m").svg_inline(scale=5, border=3, svgclass="qr", omitsize=True)
        return self._frame.page(
            request,
            "signin/password.html",
            seat,
            status=status,
            login=login,
            address=address,
            qr=drawn,
            secret=" ".join(secret[n : n + 4] for n in range(0, len(secret), 4)),
            sealed=urlsafe_b64encode(seat.acts.vault.seal_bytes(secret.encode(), _offered(seat))).decode(),
            problem=problem.code if problem else None,
            at_place=problem.field if problem else "",
        )

    def _opened(self, seat: Seat, sealed: str) -> str:
        """The secret that this person was shown; a new one where what was sent is not ours."""
        try:
            return seat.acts.vault.open_bytes(urlsafe_b64decode(sealed[: 2 * LONGEST_FIELD]), _offered(seat)).decode()
        except (ValueError, KeyTrouble):
            return signin.new_secret()

    async def _remove_password(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        await seat.acts.write(signin.remove_password, seat.person.id)
        raise web.HTTPSeeOther("/me?done=removed")

    async def _passkey_options(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        site, name = self._passkeys(), self._frame.speaks(request).say("signin", "site_name")
        try:
            options = await seat.acts.read(signin.adding_options, seat.person.id, seat.session.id, site, name)
        except Refusal as error:
            return await self._draw(request, seat, status_of(error), problem=error.code)
        return web.Response(text=options, content_type="application/json")

    async def _add_passkey(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        answer = (await form(request, self._frame.site_url)).get("answer", "")
        where = self._passkeys(), answer, device_of(request)
        try:
            await seat.acts.write(signin.add_passkey, seat.person.id, seat.session.id, *where)
        except Refusal as error:
            return await self._draw(request, seat, status_of(error), problem=error.code)
        raise web.HTTPSeeOther("/me?done=passkey")

    def _passkeys(self) -> signin.Site:
        if self._frame.passkeys is None:
            raise web.HTTPNotFound
        return self._frame.passkeys

    async def _remove_passkey(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        await seat.acts.write(signin.remove_passkey, seat.person.id, request.match_info["id"])
        raise web.HTTPSeeOther("/me?done=removed")

    async def _make_codes(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Makes recovery codes, shown once: in the answer to the form itself. Going back shows them to nobody."""
        codes = await seat.acts.write(signin.make_codes, seat.person.id)
        return self._frame.page(request, "signin/codes.html", seat, codes=codes, address=f"{self._frame.site_url}/in")

    async def _end(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        await seat.acts.write(people.end_session, seat.person.id, request.match_info["id"])
        raise web.HTTPSeeOther("/me?done=ended")

    async def _end_others(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        await seat.acts.write(people.end_sessions, seat.person.id, seat.session.id)
        raise web.HTTPSeeOther("/me?done=ended")


def _offered(seat: Seat) -> str:
    """The purpose under which a new secret is sealed: one session's form, and no other's."""
    return f"offered secret {seat.session.id}"
