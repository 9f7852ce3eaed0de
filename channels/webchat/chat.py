"""The routes of the web chat: the page, its WebSocket, uploads, and leaving a device."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import WSCloseCode, web

from channels.webchat.connection import Connection, Parts
from channels.webchat.guard import Tokens
from channels.webchat.pieces import Pieces
from channels.webchat.protocol import CHANNEL, LARGEST_FRAME, write
from channels.webchat.uploads import MOST_HELD, Uploads
from channels.webchat.watch import Watch
from models.database import DatabaseAway
from services import talk
from services.evidence import LIMITS, Store
from services.foundation.act import Acts
from services.foundation.addresses import HERE
from services.foundation.large import is_large
from services.foundation.origin import from_our_page
from services.talk import Talk
from templates import DEFAULT_LANGUAGE, Texts

MOST_PAGES = 12  # open at once with one token
MOST_OF_ADDRESS = 200  # pages open at once from one address; a whole office may stand behind it
UPLOADS_PER_HOUR = 60
HEARTBEAT_SECONDS = 25.0  # below the idle limit of common proxies
LOOK_EVERY_SECONDS = 1.0  # that a letter written by another process may wait
START = re.compile(r"[0-9A-Za-z_-]{1,100}")


class WebChat:
    """The web chat. A citizen needs no account: a random token in a cookie is the contact's address."""

    def __init__(
        self,
        *,
        site: str,
        door: Talk,
        acts: Acts,
        texts: Mapping[str, Texts],
        store: Store,
        version: str,
        language: str = DEFAULT_LANGUAGE,
        look_every_seconds: float = LOOK_EVERY_SECONDS,
        uploads_per_hour: int = UPLOADS_PER_HOUR,
        uploads_held: int = MOST_HELD,
    ) -> None:
        self._tokens = Tokens(acts.vault, secure=site.startswith("https://"))
        self._watch = Watch(acts, look_every_seconds)
        self._parts = Parts(door, acts, texts, self._watch, self._tokens)
        self._uploads = Uploads(self._parts, store, site, uploads_per_hour, uploads_held)
        self._pieces = Pieces(self._parts, store)
        self._site, self._version, self._language = site, version, language
        self._open: set[web.WebSocketResponse] = set()
        self._counted = Counter[str]()  # open pages by token and by address

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/chat", self._page),
            web.get("/chat/ws", self._socket),
            web.post("/chat/upload", self._uploads.take),
            web.post("/chat/forget", self._forget),
            web.get("/chat/piece/{id:[0-9a-f]{20}}", self._pieces.give),
        ]

    async def run(self) -> None:
        """Looks for letters that another process has written, for as long as it serves."""
        await self._watch.run()

    async def close(self) -> None:
        """Ends every connection, so that the pages reconnect to another process or to the next one."""
        for socket in list(self._open):
            await socket.close(code=WSCloseCode.GOING_AWAY)

    async def _page(self, request: web.Request) -> web.Response:
        token, language = self._tokens.of(request), self._wished(request)
        try:
            found = token and await self._parts.acts.read(talk.visitor, CHANNEL, token)
            language = found.language if found else language
        except DatabaseAway:
            pass  # the page itself says that the line is gone, and keeps what is written
        response = web.Response(content_type="text/html", charset="utf-8", headers=_headers(request.host))
        token = self._tokens.give(response, token)
        offset = self._parts.acts.clock().utcoffset() or timedelta()
        response.text = self._parts.texts[language].page(
            "chat/page.html",
            version=self._version,
            start=_start(request),
            largest=LIMITS.file_bytes,
            offset=int(offset.total_seconds() // 60),
            device=self._device(token),
            large=is_large(request.cookies, secure=self._site.startswith("https://")),
        )
        response.enable_compression()
        return response

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        if not from_our_page(request.headers, self._site, request.host):
            raise web.HTTPForbidden
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=LARGEST_FRAME)
        await socket.prepare(request)
        token = self._tokens.of(request)
        address = request.remote or ""
        bye = "no_session" if token is None else self._no_room(token, address)
        if token is None or bye:
            await socket.send_str(write(bye=bye))
            await socket.close()
            return socket
        mine = Counter((token, address))
        self._open.add(socket)
        self._counted += mine
        try:
            await Connection(self._parts, socket, token).run()
        finally:
            self._open.discard(socket)
            self._counted -= mine
        return socket

    def _no_room(self, token: str, address: str) -> str | None:
        """Why no further page is opened, if so. What comes from our own machine may come from anywhere: by a proxy."""
        if self._counted[token] >= MOST_PAGES:
            return "too_many"
        return "crowded" if address not in HERE and self._counted[address] >= MOST_OF_ADDRESS else None

    async def _forget(self, request: web.Request) -> web.Response:
        """Makes this browser a stranger again; the reports stay, and their receipt codes bring them back.

        With `?everywhere=1` the conversation ends for whoever else has its token, too; the browser in which it began
        takes the reports along into a new one, and is answered 200. Another tab of it may have done so already.
        """
        if not from_our_page(request.headers, self._site, request.host):
            raise web.HTTPForbidden
        token, device = self._tokens.of(request), request.headers.get("X-Device")
        response = web.Response(status=204)
        if token and "everywhere" in request.query:
            if device and device != self._device(token):
                return web.Response()
            if after := await self._close(token, request.headers.get("X-Browser", "")):
                response = web.Response()
                self._tokens.give(response, after)
                return response
        self._tokens.take(response)
        return response

    async def _close(self, token: str, mark: str) -> str | None:
        """Ends the conversation of this token; returns the token of the one that goes on with its reports."""
        acts, after = self._parts.acts, self._tokens.after(token, mark)
        try:
            found = await acts.read(talk.visitor, CHANNEL, token)
            if found is None:
                return None
            await acts.write(talk.close, CHANNEL, found.id)
            return after if await acts.write(talk.move, CHANNEL, found, mark, after) else None
        except DatabaseAway:
            raise web.HTTPServiceUnavailable from None

    def _device(self, token: str) -> str:
        """What the page may know of its token: it keeps nothing of another's."""
        return self._parts.acts.vault.index(token, "device")[:16]

    def _wished(self, request: web.Request) -> str:
        """The language that the link or the browser asks for, among those we speak."""
        accepted = request.headers.get("Accept-Language", "").split(",")
        for wish in (request.query.get("language", ""), *accepted):
            if (language := wish.strip()[:2].lower()) in self._parts.texts:
                return language
        return self._language


def _start(request: web.Request) -> str:
    """What a link brought: `?unit=gtj`, or `?start=` with the argument of a Telegram link."""
    unit = request.query.get("unit", "")
    start = f"u-{unit}" if unit else request.query.get("start", "")
    return start if START.fullmatch(start) else ""


def _headers(host: str) -> dict[str, str]:
    """The page's security headers: nothing from elsewhere, nothing inline.

    `'self'` does not yet cover a WebSocket in every browser, so the host is named.
    """
    place = urlsplit(f"//{host}").netloc if re.fullmatch(r"[\w.:\[\]-]{1,255}", host, re.ASCII) else ""
    sockets = f" ws://{place} wss://{place}" if place else ""
    return {
        "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'{sockets}; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        "Permissions-Policy": "camera=(self), microphone=(self), geolocation=(self)",
        "Referrer-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
