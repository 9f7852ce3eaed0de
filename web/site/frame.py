"""What every page is built from, and the checks before it: language, session, form token."""

from __future__ import annotations

import math
import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.web_request import FileField

from conversation.messages import Body
from conversation.text import inert
from services import notices, people, signin
from services.desk import Search
from services.evidence import Store
from services.foundation.act import Acts
from services.foundation.origin import from_our_page
from services.foundation.tables import Tables
from services.obligations import Kinds
from services.people import NOTED_EVERY, Grant, Person, Right, Session, may, may_somewhere
from services.talk import Office
from services.units import Directory
from templates import DEFAULT_LANGUAGE, Texts
from web.site.navigation import Page
from web.site.security import cookie, form_token, office_cookie, proven
from web.site.unsaved import Unsaved, unsaved_of

LANGUAGE_COOKIE = "mingcha_language"
LATER_COOKIE = "mingcha_later"  # who does not want to set up a way to come back yet
LONGEST_TOKEN = 100
MAY_SEND_FILES = web.RequestKey("may_send_files", bool)  # set where somebody is signed in
LARGEST_FORM = 1024 * 1024  # bytes
LARGEST_FILES = 25 * 1024 * 1024  # bytes: an upload of 20 MiB with its multipart frame
FORM = "application/x-www-form-urlencoded"
FILES = "multipart/form-data"
ID = "{id:[0-9a-f]{20}}"  # in routes: matches what can be an id
IS_ID = re.compile(r"[0-9a-f]{20}")
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class Seat:
    """Somebody at the desk: who it is, the token that the forms of this session carry, and what they may do."""

    person: Person
    session: Session
    csrf: str
    acts: Acts  # acts done by this person
    grants: Sequence[Grant] = ()
    pages: Sequence[Page] = ()  # that their bar leads to
    waiting: int = 0  # number of notices that they may release
    reminded: bool = False  # that they have no way yet to come back by themselves

    def may(self, right: Right) -> bool:
        return may(self.grants, right)

    def may_somewhere(self, right: Right) -> bool:
        return may_somewhere(self.grants, right)

    @property
    def of_unit(self) -> bool:
        """Whether they look at what some unit owes: they have the pages of units."""
        return self.may_somewhere(Right.LOOK_AT_OBLIGATIONS)


Seated = Callable[[web.Request, Seat], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class ShownChannel:
    """A channel as the pages of notices show it. `draw` gives what it makes of a body (`channels.channel.Shot`)."""

    name: str
    draw: Callable[[Body, Texts], Any]
    without_media: bool = False  # whether it takes no media
    to_phones: bool = False  # whether it reaches only people who are on a list of numbers, or have no chat


@dataclass(frozen=True)
class Frame:
    """What the pages share; made once, by whoever serves them."""

    site_url: str
    acts: Acts
    texts: Mapping[str, Texts]
    store: Store
    directory: Callable[[], Directory]
    version: str  # version of the static files
    channels: Sequence[ShownChannel]  # in the order in which they are shown
    kinds: Kinds
    search: Search
    pages: Sequence[Page]  # that the bar leads to, in its order
    default_language: str = DEFAULT_LANGUAGE  # for whoever has chosen none and whose browser asks for none of ours
    links: Mapping[str, Callable[[str], str | None]] = field(default_factory=dict)  # by channel: `Channel.link`
    ways: Collection[str] | None = None  # channels on which a link can leave; None: all
    sms: bool = False  # whether there is a carrier of text messages
    second_clerk_above: int = 200  # recipients of a notice above which a second clerk must release it
    session_days: int = 30  # a session that is used goes on for so long at most
    office: Office = field(default_factory=Office)
    lists: Tables = field(default_factory=Tables)

    @property
    def secure(self) -> bool:
        return self.site_url.startswith("https://")

    @property
    def language_cookie(self) -> str:
        return cookie(LANGUAGE_COOKIE, secure=self.secure)

    @property
    def later_cookie(self) -> str:
        return cookie(LATER_COOKIE, secure=self.secure)

    @property
    def longest(self) -> timedelta:
        """How long a session may last at most."""
        return timedelta(days=self.session_days)

    @property
    def passkeys(self) -> signin.Site | None:
        """What passkeys are bound to; None where our address takes none."""
        return signin.site_of(self.site_url)

    def language(self, request: web.Request) -> str:
        """The language chosen, else the first one that the browser asks for, else the one in the settings."""
        chosen = request.cookies.get(self.language_cookie, "")
        asked = (part.strip()[:2].lower() for part in request.headers.get("Accept-Language", "").split(","))
        return next((one for one in (chosen, *asked) if one in self.texts), self.default_language)

    def speaks(self, request: web.Request) -> Texts:
        return self.texts[self.language(request)]

    def page(
        self, request: web.Request, name: str, seat: Seat | None = None, *, status: int = 200, **values: Any
    ) -> web.Response:
        texts = self.speaks(request)
        back = request.path_qs if request.method == "GET" else "/console"
        html = texts.page(
            name,
            version=self.version,
            language=texts.language,
            say=texts.say,
            seat=seat,
            back=back,
            posted=request.method == "POST",
            lacks_copy=self.store.lacks_copy,
            **values,
        )
        return web.Response(text=html, content_type="text/html", status=status)

    def door(
        self,
        request: web.Request,
        status: int = 200,
        *,
        problem: str | None = None,
        unsent: Unsaved | None = None,
        login: str = "",
        wait: timedelta = timedelta(0),
    ) -> web.Response:
        """The page that asks somebody to sign in; `wait`: for how long nothing more can be tried.

        `unsent`: what was not taken because the session had ended; it goes on once they have signed in.
        """
        return self.page(
            request,
            "signin/door.html",
            status=status,
            problem=problem,
            unsent=unsent if unsent and unsent.words else None,
            login=login,
            wait=spoken(wait),
            passkeys=self.passkeys,
        )

    def forbidden(self, request: web.Request, seat: Seat, kept: Unsaved | None = None) -> web.Response:
        """The page for somebody who is signed in and may not open this one: nothing of it, and what to do.

        `kept`: what they had written while they still might.
        """
        return self.given_back(request, seat, kept if kept and kept.words else None, "no_right", 403)

    def given_back(
        self, request: web.Request, seat: Seat | None, kept: Unsaved | None, code: str, status: int = 200
    ) -> web.Response:
        """The page with a form that was not taken, to be sent again by this person. `code` says why it was not."""
        return self.page(request, "site/error.html", seat, status=status, code=code, id=None, unsaved=kept)

    def no_room(self, request: web.Request, seat: Seat | None = None, kept: Unsaved | None = None) -> web.Response:
        """The page for whoever sends a file while the rest of the disk is kept for words (`services.evidence.Room`).

        `kept`: the words that came before the file.
        """
        return self.given_back(request, seat, kept if kept and kept.words else None, "no_room", 503)

    def seated(self, handler: Seated, right: Right, *, somewhere: bool = False) -> Handler:
        """Guards a handler: only for somebody with a session and this right, whose forms were made for that session.

        Somebody without a session is asked to sign in. `somewhere`: in any unit; the handler asks in which.
        """

        async def check(request: web.Request) -> web.StreamResponse:
            token = session_of(request, secure=self.secure)
            found = await self.acts.read(people.seated, token) if token else None
            if found is None:
                if request.method == "POST" and request.content_type != FILES:
                    await fields(request, self.site_url)  # which refuses what no page of ours has sent
                return self.door(request, 401, unsent=await unsaved(request, self.site_url))
            seat = self.seat(found, token)
            if not (seat.may_somewhere(right) if somewhere else seat.may(right)):
                return self.forbidden(request, seat, await unsaved(request, self.site_url))
            if request.method == "POST":
                if request.content_type == FILES and self.store.room.is_short:
                    kept = await unsaved(request, self.site_url)
                    return self.no_room(request, seat, kept)  # before any file is read onto the disk
                request[MAY_SEND_FILES] = True
                sent = await fields(request, self.site_url)
                if not proven(seat.acts.vault, token, sent.get("csrf", [""])[-1]):
                    return self._unproven(request, seat, await _unsaved_in(request, sent))
            await self._note_use(request, seat)
            return await handler(request, await self._told(request, seat))

        return check

    def _unproven(self, request: web.Request, seat: Seat, kept: Unsaved | None) -> web.Response:
        """Refuses a form of another session, as after signing in anew in another window: its words are given back."""
        if kept is None or not kept.words:
            raise web.HTTPForbidden
        return self.given_back(request, seat, kept, "replaced", 403)

    def seat(self, found: people.Seated, token: str) -> Seat:
        acts = self.acts.by(found.person.id)
        pages = [page for page in self.pages if may(found.grants, page.right)]
        return Seat(found.person, found.session, form_token(acts.vault, token), acts, found.grants, pages)

    async def _note_use(self, request: web.Request, seat: Seat) -> None:
        """Lets the session go on, if a person uses it; what an open page asks for by itself is no use."""
        by_hand = request.method == "POST" or request.headers.get("Sec-Fetch-Dest", "document") == "document"
        if by_hand and self.acts.clock() - seat.session.used_at >= NOTED_EVERY:
            await self.acts.write(people.note_use, seat.session.id, self.longest)

    async def _told(self, request: web.Request, seat: Seat) -> Seat:
        """The seat with what the bar tells: notices that wait, and that there is no way yet to come back."""
        if self.later_cookie not in request.cookies:
            seat = replace(seat, reminded=not await seat.acts.read(signin.has_way, seat.person.id))
        if seat.may(Right.RELEASE_NOTICES):
            seat = replace(seat, waiting=await seat.acts.read(notices.waiting_for))
        return seat


def session_of(request: web.Request, *, secure: bool) -> str:
    """The session's token as the browser sends it; empty where it has none."""
    return inert(request.cookies.get(office_cookie(secure=secure), ""))[:LONGEST_TOKEN]


def spoken(wait: timedelta) -> tuple[str, int]:
    """A wait as the words have it: ("minutes", 3) or ("seconds", 40), rounded up."""
    seconds = math.ceil(wait.total_seconds())
    return ("minutes", math.ceil(seconds / 60)) if seconds > 90 else ("seconds", seconds)


async def form(request: web.Request, site_url: str) -> dict[str, str]:
    """A form's fields, the last of each name. Raises 400 for anything but a form and 403 for one from another site."""
    return {name: values[-1] for name, values in (await fields(request, site_url)).items() if values}


async def fields(request: web.Request, site_url: str) -> dict[str, list[str]]:
    """A form's fields with every value of each name. Characters that no database takes are removed (`inert`)."""
    if not from_our_page(request.headers, site_url, request.host):
        raise web.HTTPForbidden
    if request.content_type not in (FORM, FILES):
        raise web.HTTPBadRequest
    if "Content-Encoding" in request.headers:
        raise web.HTTPUnsupportedMediaType
    if request.content_length is None and request.body_exists:
        raise web.HTTPLengthRequired
    most = LARGEST_FILES if request.content_type == FILES and MAY_SEND_FILES in request else LARGEST_FORM
    if (length := request.content_length or 0) > most:
        raise web.HTTPRequestEntityTooLarge(most, length)
    try:
        sent = await request.post()
    except web.HTTPException:
        raise
    except Exception as error:  # a parser raises anything at all on hostile bytes
        raise web.HTTPBadRequest from error
    return {inert(name): [inert(value) for value in sent.getall(name) if isinstance(value, str)] for name in sent}


async def unsaved(request: web.Request, site_url: str) -> Unsaved | None:
    """This request's form, to be given back to its sender; None for a sign-in code.

    The form keeps the token that was sent: a page that cannot know who asks makes no new one. Of one with files that
    may not be read here, the fields before the first file.
    """
    if request.method != "POST":
        return None
    try:
        if request.content_type == FILES and MAY_SEND_FILES not in request:
            sent, whole = await _before_files(request, site_url)
            return unsaved_of(request.path_qs, sent, whole=whole)
        return await _unsaved_in(request, await fields(request, site_url))
    except (web.HTTPException, ValueError):
        return None


async def _before_files(request: web.Request, site_url: str) -> tuple[dict[str, list[str]], bool]:
    """The fields of a form up to its first file, of which nothing is read, and whether that is all of the form."""
    if not from_our_page(request.headers, site_url, request.host):
        raise web.HTTPForbidden
    sent: dict[str, list[str]] = {}
    reader, left = await request.multipart(), LARGEST_FORM
    while isinstance(part := await reader.next(), BodyPartReader):
        if part.filename:
            return sent, False
        data = bytearray()
        while chunk := await part.read_chunk():
            data += chunk
            if (left := left - len(chunk)) < 0:
                return sent, False
        if part.filename is None:
            sent.setdefault(inert(part.name or ""), []).append(inert(data.decode(errors="replace")))
    return sent, True


async def _unsaved_in(request: web.Request, sent: Mapping[str, Sequence[str]]) -> Unsaved | None:
    """The form of which these fields were read; it is whole where no file was chosen."""
    chosen = (await request.post()).values()
    files = any(isinstance(one, FileField) and one.filename for one in chosen)
    return unsaved_of(request.path_qs, sent, whole=not files)
