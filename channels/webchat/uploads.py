"""POST /chat/upload: the request's body is one file, which is cleaned and stored before the answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from urllib.parse import unquote

import structlog
from aiohttp import web

from channels.webchat.connection import Parts
from channels.webchat.guard import Hourly
from channels.webchat.protocol import CHANNEL
from conversation.text import inert, shortened
from media import Refused
from models.database import DatabaseAway
from services import evidence, talk
from services.evidence import LIMITS, Store
from services.foundation.origin import from_our_page

LONGEST_NAME = 200
CLEANED_AT_ONCE = 4  # uploads cleaned at once, each in a child process that may take a gigabyte
MOST_HELD = 160 * 1024 * 1024  # bytes of all uploads under way
AT_ONCE = 3  # uploads of one browser under way; our page sends two
STILL_SECONDS = 60.0  # in which so much has to come: who brings less has gone, or only holds a place
LEAST = 32 * 1024  # bytes: a tenth of what the slowest telephone network carries
log = structlog.get_logger()
STATUS = {
    "too_big": 413,
    "foreign": 403,
    "no_session": 403,
    "too_often": 429,
    "away": 503,
    "busy": 503,
    "full": 503,
}  # others: 422


class Uploads:
    """Takes uploads; answers {"ref", "kind"}, with "flaw" where the office sees less of it, or {"code"} with a status.

    The page has the words of every code, and repeats what was answered with 503.
    """

    def __init__(self, parts: Parts, store: Store, site: str, most_per_hour: int, most_held: int) -> None:
        self._parts, self._store, self._site = parts, store, site
        self._hourly = Hourly(most_per_hour)
        self._cleaning = asyncio.Semaphore(CLEANED_AT_ONCE)
        self._most_held, self._held = most_held, 0
        self._under_way = Counter[str]()  # by contact

    async def take(self, request: web.Request) -> web.Response:
        try:
            return web.json_response(await self._taken(request))
        except Refused as refused:
            return _no(refused.code)
        except _No as no:
            return _no(no.code)
        except DatabaseAway:
            return _no("away")
        except OSError as error:  # a full disk, as a rule: the page keeps the piece and sends it again
            log.error("evidence_not_kept", error=type(error).__name__, errno=error.errno)
            return _no("full")

    async def _taken(self, request: web.Request) -> dict[str, str]:
        parts, contact_id = self._parts, await self._contact(request)
        if not self._hourly.allows(contact_id, parts.acts.clock()):
            raise _No("too_often")
        if self._under_way[contact_id] >= AT_ONCE:
            raise _No("busy")
        data = bytearray()
        self._under_way[contact_id] += 1
        try:
            await self._read(request, data)
            async with self._cleaning:
                stored = await self._store.clean_and_keep(bytes(data))
        finally:  # free the bytes now: the traceback of a broken line would hold them until it is collected
            self._held -= len(data)
            data.clear()
            self._under_way -= Counter((contact_id,))  # and forget whoever has none
        name = shortened(inert(unquote(request.headers.get("X-File-Name", ""))), LONGEST_NAME) or None
        media = await parts.acts.write(evidence.add_upload, contact_id, name, stored)
        return {"ref": media.ref, "kind": media.kind} | ({"flaw": stored.lacks} if stored.lacks else {})

    async def _read(self, request: web.Request, data: bytearray) -> None:
        """Reads the upload up to the size limit. Anything heavier is not read to its end, a stalled one is dropped."""
        if (request.content_length or 0) > LIMITS.file_bytes:
            raise _No("too_big")
        loop, came = asyncio.get_running_loop(), 0
        ends = loop.time() + STILL_SECONDS
        try:
            while chunk := await self._chunk(request, ends):
                came += len(chunk)
                if came >= LEAST:
                    ends, came = loop.time() + STILL_SECONDS, 0
                data += chunk
                self._held += len(chunk)
                if len(data) > LIMITS.file_bytes:
                    raise _No("too_big")
                if self._held > self._most_held:
                    raise _No("busy")
        except (TimeoutError, ConnectionError):
            raise _No("busy") from None

    async def _chunk(self, request: web.Request, ends: float) -> bytes:
        async with asyncio.timeout_at(ends):
            return await request.content.readany()

    async def _contact(self, request: web.Request) -> str:
        if not from_our_page(request.headers, self._site, request.host):
            raise _No("foreign")
        token = self._parts.tokens.of(request)
        found = token and await self._parts.acts.read(talk.visitor, CHANNEL, token)
        if not found:
            raise _No("no_session")
        return found.id


class _No(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _no(code: str) -> web.Response:
    return web.json_response({"code": code}, status=STATUS.get(code, 422))
