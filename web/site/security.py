"""Protects what is answered: headers, cookies, the form token, and the limit on wrong codes."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from urllib.parse import quote

from aiohttp import web

from services.foundation.keys import KeyTrouble
from services.foundation.vault import Vault

OFFICE_COOKIE, KNOWN_COOKIE = "mingcha_office", "mingcha_known"
BEGUN_COOKIE = "mingcha_begun"
# What wants a sign-in of the last half hour, and the address where it goes on after one.
BEGUN: Mapping[str, str] = {
    "passkey": "/me?done=again_passkey#passkeys",
    "password": "/me/password",
    "codes": "/me?done=again_codes#codes",
    "ways": "/me",
}
WHILE_SIGNING_IN = timedelta(minutes=30)
DOOR = "/in"
LONGEST_COOKIE = 300
YEAR = timedelta(days=365)
PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"  # a picture or a sound runs nothing
HTML: Mapping[str, str] = {  # of every page, whoever draws it
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HEADERS: Mapping[str, str] = {
    **HTML,
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # no-referrer would make browsers send a form with "Origin: null"
    "Cache-Control": "no-store",
}
ANYWHERE: Mapping[str, str] = {  # of whatever else is answered: files, figures, words to a gateway
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}
HTTPS_ONLY = "max-age=31536000; includeSubDomains"
MOST_WRONG = 20
WINDOW = timedelta(minutes=10)
MOST_CLIENTS = 10_000


def protect(response: web.StreamResponse) -> None:
    """Sets every header that the answer does not set for itself."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)


def protect_any(response: web.StreamResponse, *, secure: bool) -> None:
    """Sets the least that every answer of ours says to a browser, where it does not say more itself.

    `secure`: under https, where a browser is told never to come by http again.
    """
    told = {**ANYWHERE, **HTML} if response.content_type == "text/html" else ANYWHERE
    for name, value in told.items():
        response.headers.setdefault(name, value)
    if secure:
        response.headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)


def file_headers(mime: str, name: str | None = None) -> dict[str, str]:
    """What goes with a clean copy: it runs nothing; `name`: of a file that is saved and not shown."""
    told = {"Content-Type": mime, "Content-Security-Policy": FILE_POLICY}
    if name is not None:
        told["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    return told


def form_token(vault: Vault, session: str) -> str:
    """A token that proves that a form was made for this session."""
    return vault.index(session, "form")


def proven(vault: Vault, session: str, token: str) -> bool:
    return hmac.compare_digest(form_token(vault, session).encode(), token.encode(errors="replace"))


def cookie(name: str, *, secure: bool) -> str:
    """A cookie's name: under https one that browsers take from this very host alone, for all of its pages."""
    return f"__Host-{name}" if secure else name


def office_cookie(*, secure: bool) -> str:
    """The name of the session's cookie."""
    return cookie(OFFICE_COOKIE, secure=secure)


def known_cookie(*, secure: bool) -> str:
    """The name of the mark: under https one that browsers take by https alone; it goes to the door alone."""
    return f"__Secure-{KNOWN_COOKIE}" if secure else KNOWN_COOKIE


def give_session(answer: web.StreamResponse, token: str, longest: timedelta, *, secure: bool) -> None:
    """Gives the browser a session's token. The session itself may end earlier than the cookie."""
    seconds = int(longest.total_seconds())
    name = office_cookie(secure=secure)
    answer.set_cookie(name, token, max_age=seconds, httponly=True, samesite="Lax", secure=secure, path="/")


def take_session(answer: web.StreamResponse, *, secure: bool) -> None:
    """Takes the session's token back, with whatever of our pages the browser may have kept."""
    answer.headers["Clear-Site-Data"] = '"cache"'
    answer.del_cookie(office_cookie(secure=secure), path="/", secure=secure, httponly=True, samesite="Lax")


def keep_begun(answer: web.StreamResponse, begun: str, *, secure: bool) -> None:
    """Notes in the browser what somebody wants to go on with once they have signed in again (`BEGUN`)."""
    seconds = int(WHILE_SIGNING_IN.total_seconds())
    name = cookie(BEGUN_COOKIE, secure=secure)
    answer.set_cookie(name, begun, max_age=seconds, httponly=True, samesite="Lax", secure=secure, path="/")


def take_begun(request: web.Request, answer: web.StreamResponse, *, secure: bool) -> None:
    """Forgets what was begun: it has gone on."""
    name = cookie(BEGUN_COOKIE, secure=secure)
    if name in request.cookies:
        answer.del_cookie(name, path="/", secure=secure, httponly=True, samesite="Lax")


def begun(request: web.Request, *, secure: bool) -> str | None:
    """Where somebody goes on who has signed in again; None where nothing was begun."""
    return BEGUN.get(request.cookies.get(cookie(BEGUN_COOKIE, secure=secure), ""))


def leave_known(answer: web.StreamResponse, vault: Vault, person_id: str, *, secure: bool) -> None:
    """Marks a browser in which this person has signed in. The mark opens nothing: it only counts tries apart."""
    mark = urlsafe_b64encode(vault.seal_bytes(person_id.encode(), "known browser")).decode()
    seconds = int(YEAR.total_seconds())
    name = known_cookie(secure=secure)
    answer.set_cookie(name, mark, max_age=seconds, httponly=True, samesite="Lax", secure=secure, path=DOOR)


def known_person(request: web.Request, vault: Vault, *, secure: bool) -> str:
    """Who has signed in with this browser before; empty for nobody and for a mark that is not ours."""
    try:
        mark = urlsafe_b64decode(request.cookies.get(known_cookie(secure=secure), "")[:LONGEST_COOKIE])
        return vault.open_bytes(mark, "known browser").decode()
    except (ValueError, KeyTrouble):
        return ""


class WrongCodes:
    """Counts wrong codes per client; codes have 80 bits, so this only keeps noise away."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._wrong: dict[str, deque[datetime]] = {}

    def too_many(self, client: str) -> bool:
        times = self._wrong.get(client)
        while times and times[0] <= self._clock() - WINDOW:
            times.popleft()
        return bool(times) and len(times) >= MOST_WRONG

    def count(self, client: str) -> None:
        if client not in self._wrong and len(self._wrong) >= MOST_CLIENTS:
            self._wrong.pop(next(iter(self._wrong)))
        self._wrong.setdefault(client, deque(maxlen=MOST_WRONG)).append(self._clock())
