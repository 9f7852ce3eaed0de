"""POST /chat/upload: the request's body is one file, which is stored, and as a rule cleaned, before the answer."""

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
from media import Died, Refused
from models.database import DatabaseAway
from services import evidence, talk
from services.evidence import LIMITS, Original, Store, Stored
from services.foundation.origin import from_our_page
from services.foundation.vault import new_id

LONGEST_NAME = 200
MOST_HELD = 160 * 1024 * 1024  # bytes of all uploads under way; half of it from one address
AT_ONCE = 3  # uploads of one browser under way; our page sends two
STILL_SECONDS = 60.0  # in which so much has to come: who brings less has gone, or only holds a place
LEAST = 32 * 1024  # bytes: a tenth of what the slowest telephone network carries
log = structlog.get_logger()
STATUS = {
    "too_big": 413,
    "foreign": 403,
    "no_session": 403,
    "too_often": 429,
    "too_much": 429,
    "away": 503,
    "busy": 503,
    "full": 503,
    "no_room": 507,
}  # others: 422


class Uploads:
    """Takes uploads; answers {"ref", "kind"}, with "flaw" where the office sees less of it, or {"code"} with a status.

    The page has the words of every code, and repeats what was answered with 503.
    """

    def __init__(self, parts: Parts, store: Store, site: str, most_per_hour: int, most_held: int) -> None:
        self._parts, self._store, self._site = parts, store, site
        self._hourly = Hourly(most_per_hour)
        self._most_held, self._held = most_held, Counter[str]()  # bytes by address
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
        room, address = self._store.room, request.remote or ""
        if code := room.refusal(contact_id, address, parts.acts.clock().date()):
            raise _No(code)
        self._under_way[contact_id] += 1
        try:
            piece_id, original = new_id(), await self._kept(request)
            room.count(contact_id, address, original.bytes)
            name = shortened(inert(unquote(request.headers.get("X-File-Name", ""))), LONGEST_NAME) or None
            media = await parts.acts.write(evidence.hold_upload, contact_id, name, piece_id, original)
            stored = await self._cleaned(contact_id, piece_id, original)
        finally:
            self._under_way -= Counter((contact_id,))  # and forget whoever has none
        kind, lacks = (stored.kind, stored.lacks) if stored else (media.kind, "")
        return {"ref": media.ref, "kind": kind} | ({"flaw": lacks} if lacks else {})

    async def _kept(self, request: web.Request) -> Original:
        """The original, sealed and on the disk: whoever waits for being cleaned holds no memory."""
        data = bytearray()
        try:
            await self._read(request, data)
            return await self._store.keep(bytes(data))
        finally:  # free the bytes now: the traceback of a broken line would hold them until it is collected
            self._held -= Counter({request.remote or "": len(data)})
            data.clear()

    async def _cleaned(self, contact_id: str, piece_id: str, original: Original) -> Stored | None:
        """The piece with its copy; None where that is made later. Raises Refused, and then nothing of it is left."""
        acts, store = self._parts.acts, self._store
        if store.is_spent(contact_id):
            return None
        try:
            stored = await store.clean(piece_id, original, sender=contact_id)
        except Died as died:
            log.warning("evidence_later", piece=piece_id, signal=died.by)
            return None
        except Refused:
            await asyncio.to_thread(store.forget, await acts.write(evidence.drop_upload, piece_id))
            raise
        await acts.write(evidence.keep, stored)
        return stored

    async def _read(self, request: web.Request, data: bytearray) -> None:
        """Reads the upload up to the size limit. Anything heavier is not read to its end, a stalled one is dropped."""
        if (request.content_length or 0) > LIMITS.file_bytes:
            raise _No("too_big")
        loop, came, address = asyncio.get_running_loop(), 0, request.remote or ""
        ends = loop.time() + STILL_SECONDS
        try:
            while chunk := await self._chunk(request, ends):
                came += len(chunk)
                if came >= LEAST:
                    ends, came = loop.time() + STILL_SECONDS, 0
                data += chunk
                self._held[address] += len(chunk)
                if len(data) > LIMITS.file_bytes:
                    raise _No("too_big")
                if self._held[address] > self._most_held // 2 or self._held.total() > self._most_held:
                    raise _No("busy")  # one address never has all of it
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
        if not found or found.closed:
            raise _No("no_session")
        return found.id


class _No(Exception):
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _no(code: str) -> web.Response:
    return web.json_response({"code": code}, status=STATUS.get(code, 422))
