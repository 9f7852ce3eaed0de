"""The addresses that a carrier calls with reports and incoming messages: Kannel by GET, Aliyun with lists as JSON."""

from __future__ import annotations

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

import structlog
from aiohttp import web

from channels.sms.intake import Intake, Message
from channels.sms.refs import delivery_of
from channels.sms.settings import CHANNEL
from models.database import DatabaseAway
from services import deliveries
from services.foundation.act import Acts
from services.foundation.seldom import Seldom

REPORT, INCOMING = "/sms/report", "/sms/in"
LARGEST = 1024 * 1024  # bytes
# What a report's type means for the delivery; 4 (waits) and 8 (the message centre has it) change nothing.
FAILED = {"2": "undelivered", "16": "rejected"}
Fields = Mapping[str, str]
log = structlog.get_logger()


class Callbacks:
    def __init__(self, secret: str, intake: Intake, acts: Acts) -> None:
        self._secret = secret.encode()
        self._intake, self._acts = intake, acts
        self._wrong = Seldom("sms_wrong_secret")

    def routes(self) -> list[web.RouteDef]:
        guarded = ((REPORT, self._kannel_report, self._aliyun_reports), (INCOMING, self._kannel_in, self._aliyun_in))
        return [
            route
            for path, asked, posted in guarded
            for route in (web.get(path, self._guarded(asked), allow_head=False), web.post(path, self._guarded(posted)))
        ]

    def _guarded(
        self, work: Callable[[web.Request, Fields], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Guards a callback: 403 without the secret, before anything else; 503 while the database is away."""

        async def handle(request: web.Request) -> web.Response:
            fields = _fields(request)
            given = fields.get("secret", "").encode("latin-1", "replace")
            if not self._secret or not hmac.compare_digest(given, self._secret):
                self._wrong.tell()
                return web.Response(status=403)
            try:
                return await work(request, fields)
            except DatabaseAway:
                log.warning("database_away", channel="sms")
                return web.Response(status=503)

        return handle

    async def _kannel_report(self, request: web.Request, fields: Fields) -> web.Response:
        kind = fields.get("type", "")
        await self._reported(fields.get("ref", ""), delivered=kind == "1", error=FAILED.get(kind))
        return web.Response()

    async def _kannel_in(self, request: web.Request, fields: Fields) -> web.Response:
        text = decoded(fields.get("text", "").encode("latin-1"), fields.get("charset", ""))
        sender = fields.get("from", "")
        if sender.startswith(" "):  # an escaped space: a bare plus sign in a query is read as one
            sender = f"+{sender[1:]}"
        await self._intake.take(Message(sender, text, fields.get("id", ""), fields.get("ts", "")))
        return web.Response()

    async def _aliyun_reports(self, request: web.Request, fields: Fields) -> web.Response:
        for one in await _posted(request):
            done = one.get("success") in (True, "true")
            await self._reported(_word(one.get("out_id")), delivered=done, error=None if done else "undelivered")
        return _thanks()

    async def _aliyun_in(self, request: web.Request, fields: Fields) -> web.Response:
        for one in await _posted(request):
            told = (_word(one.get(name)) for name in ("phone_number", "content", "sequence_id", "send_time"))
            await self._intake.take(Message(*told))
        return _thanks()

    async def _reported(self, ref: str, *, delivered: bool, error: str | None) -> None:
        """Records a delivery report. `ref`: of `channels.sms.refs`."""
        found = delivery_of(self._acts.vault, ref)
        known = found is not None
        if found and delivered and not found[1]:  # of a long one only the last message tells that all have arrived
            known = await self._acts.write(deliveries.delivered, CHANNEL, found[0])
        elif found and error:
            known = await self._acts.write(deliveries.undelivered, CHANNEL, found[0], error)
        if not known:
            log.warning("sms_report_unknown")


def decoded(text: bytes, charset: str) -> str:
    """The text in a charset that Kannel names: UTF-8, UTF-16BE, WINDOWS-1252, ISO-8859-1, GSM. Bad bytes are marked."""
    try:
        return text.decode(charset or "utf-8", "replace")
    except (LookupError, ValueError):  # no charset, or not the one that the bytes are in
        return text.decode("utf-8", "replace")


def _fields(request: web.Request) -> dict[str, str]:
    """The fields of a query with one character for each byte, because the text may be in another charset."""
    return dict(parse_qsl(request.rel_url.raw_query_string, keep_blank_values=True, encoding="latin-1"))


async def _posted(request: web.Request) -> list[dict[str, Any]]:
    """The JSON list that was posted; an odd character does not lose the list. Raises 400 for broken JSON, and 413."""
    try:
        body = await request.clone(client_max_size=LARGEST).read()
        rows = json.loads(body.decode("utf-8-sig", "replace"))
    except (ValueError, RecursionError, web.RequestPayloadError):
        raise web.HTTPBadRequest from None
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _word(told: object) -> str:
    return str(told) if isinstance(told, str | int | float) else ""


def _thanks() -> web.Response:
    return web.json_response({"code": 0, "msg": "OK"})
