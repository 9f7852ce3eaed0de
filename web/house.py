"""What every page is made of, and the doors before it: language, session, form token."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from conversation.messages import Body
from conversation.text import inert
from models.database import Database
from services import notices, office
from services.bells import Bells
from services.directory import Directory
from services.evidence import Store
from services.obligations import Kinds
from services.persons import Person
from services.vault import Vault
from templates import LANGUAGES, Texts
from web.security import OFFICE_COOKIE, form_token, proven, same_origin

LANGUAGE_COOKIE = "mingcha_language"
LONGEST_TOKEN = 100
FORM = "application/x-www-form-urlencoded"
FILES = "multipart/form-data"
WRITTEN = ("text", "text_zh", "text_en", "purpose", "note", "name")  # fields that somebody thinks about
SECRETS = frozenset(("code",))  # fields that no page ever shows again
ID = "{id:[0-9a-f]{20}}"  # in routes: an id that can be one
IS_ID = re.compile(r"[0-9a-f]{20}")
Shots = Callable[[Body, Texts], Mapping[str, Any]]  # a body as each channel shows it
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Seat:
    """A clerk at the desk: who, and the token that the forms of this session carry."""

    clerk: Person
    csrf: str
    waiting: int = 0  # notices that this clerk may release


Seated = Callable[[web.Request, Seat], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class House:
    site_url: str
    database: Database
    vault: Vault
    texts: Mapping[str, Texts]
    bells: Bells
    store: Store
    clock: Callable[[], datetime]
    directory: Callable[[], Directory]
    version: str  # of the static files
    shots: Shots
    kinds: Kinds
    ways: Collection[str] | None = None  # channels that something can leave by; None: all
    second_clerk_above: int = 200  # recipients of a notice

    @property
    def secure(self) -> bool:
        return self.site_url.startswith("https://")

    def language(self, request: web.Request) -> str:
        """The chosen one, else the first that the browser asks for, else Chinese."""
        chosen = request.cookies.get(LANGUAGE_COOKIE)
        asked = (part.strip()[:2].lower() for part in request.headers.get("Accept-Language", "").split(","))
        return next((one for one in (chosen, *asked) if one in LANGUAGES), LANGUAGES[0])

    def speaks(self, request: web.Request) -> Texts:
        return self.texts[self.language(request)]

    def page(
        self, request: web.Request, name: str, seat: Seat | None = None, *, status: int = 200, **values: Any
    ) -> web.Response:
        texts = self.speaks(request)
        back = request.path_qs if request.method == "GET" else "/console"
        html = texts.page(
            name, version=self.version, language=texts.language, say=texts.say, seat=seat, back=back,
            posted=request.method == "POST", **values,
        )  # fmt: skip
        return web.Response(text=html, content_type="text/html", status=status)

    def seated(self, handler: Seated) -> Handler:
        """Only for a clerk with a session, whose forms were made for that session. Anybody else is shown the door."""

        async def check(request: web.Request) -> web.StreamResponse:
            token = session_of(request)
            clerk = await self.database.read(office.clerk, self.vault, self.clock(), token) if token else None
            if clerk is None:
                sent = await fields(request, self.site_url) if request.method == "POST" else {}
                return self.page(request, "signin.html", status=401, problem=None, unsent=written_in(sent))
            if request.method == "POST":
                sent = (await form(request, self.site_url)).get("csrf", "")
                if not proven(self.vault, token, sent):
                    raise web.HTTPForbidden
            waiting = await self.database.read(notices.waiting_for, clerk.id)
            return await handler(request, Seat(clerk, form_token(self.vault, token), waiting))

        return check


def session_of(request: web.Request) -> str:
    """The token of the session as the browser tells it; empty where it has none."""
    return inert(request.cookies.get(OFFICE_COOKIE, ""))[:LONGEST_TOKEN]


async def form(request: web.Request, site_url: str) -> dict[str, str]:
    """A form's fields, the last of each name. Raises 400 for what is none and 403 for one from another site."""
    return {name: values[-1] for name, values in (await fields(request, site_url)).items() if values}


async def fields(request: web.Request, site_url: str) -> dict[str, list[str]]:
    """The same with every value of each name. Characters that no database takes are gone (`inert`)."""
    if not same_origin(request, site_url):
        raise web.HTTPForbidden
    if request.content_type not in (FORM, FILES):
        raise web.HTTPBadRequest
    try:
        sent = await request.post()
    except (ValueError, LookupError) as error:
        raise web.HTTPBadRequest from error
    return {inert(name): [inert(value) for value in sent.getall(name) if isinstance(value, str)] for name in sent}


@dataclass(frozen=True)
class Unsaved:
    """A form that nobody took: where it goes, all its fields, and what somebody wrote in it."""

    address: str
    fields: Mapping[str, Sequence[str]]
    words: str


async def unsaved(request: web.Request, site_url: str) -> Unsaved | None:
    """The form of this request, to be given back to whoever sent it. None for a file and for a code to sign in with.

    Its token is the one that was sent: a page that cannot know who asks makes none.
    """
    if request.method != "POST" or request.content_type != FORM:
        return None
    try:
        sent = await fields(request, site_url)
    except web.HTTPException:
        return None
    return None if SECRETS & sent.keys() else Unsaved(request.path_qs, sent, written_in(sent))


def written_in(sent: Mapping[str, Sequence[str]]) -> str:
    """The longer texts of a form, one under the other."""
    return "\n\n".join(text.strip() for name in WRITTEN for text in sent.get(name, ()) if text.strip())
