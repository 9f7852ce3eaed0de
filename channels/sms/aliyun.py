"""Aliyun's SendSms: one request, signed with ACS3-HMAC-SHA256 as Aliyun's own SDK signs it.

It takes no whole texts: each message fills the blanks of an approved template (`channels.sms.forms`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import msgspec
import structlog

from channels.sms.carrier import NO_ANSWER, Refused, Taken
from channels.sms.forms import Form
from channels.sms.wire import Silent, Wire
from conversation.text import inert
from services.foundation.phones import national

VERSION = "2017-05-25"
ALGORITHM = "ACS3-HMAC-SHA256"
OWN_TIME = frozenset(("isv.BUSINESS_LIMIT_CONTROL",))  # Aliyun's limits for one number: a minute, an hour, a day
BUSY = ("Throttling", "ServiceUnavailable", "InternalError", "isp.", "isv.OUT_OF_SERVICE")
MENDABLE = (
    "Signature",
    "InvalidAccessKeyId",
    "Forbidden",
    "NoPermission",
    "InvalidTimeStamp",
    "isv.AMOUNT_NOT_ENOUGH",
    "isv.ACCOUNT",
    "isv.SMS_SIGN",
    "isv.SMS_SIGNATURE",
    "isv.SMS_TEMPLATE",
    "isv.PRODUCT_UN_SUBSCRIPT",
    "isv.DAY_LIMIT",
)
UNREACHED = "not_reached"
APPROVED = 1
LONGEST_CODE = 100  # as it can be stored
LIMIT_WAIT, MEND_WAIT = 90.0, 300.0  # seconds
log = structlog.get_logger()


def signed(
    host: str, action: str, query: Mapping[str, str], key: str, secret: str, at: str, nonce: str
) -> dict[str, str]:
    """The signed headers of a POST without a body; `at` is the time as 2026-11-21T07:00:00Z."""
    empty = hashlib.sha256(b"").hexdigest()
    headers = {
        "host": host,
        "x-acs-action": action,
        "x-acs-content-sha256": empty,
        "x-acs-date": at,
        "x-acs-signature-nonce": nonce,
        "x-acs-version": VERSION,
    }
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    request = f"POST\n/\n{written(query)}\n{lines}\n{names}\n{empty}"
    to_sign = f"{ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(secret.encode(), to_sign.encode(), "sha256").hex()
    return headers | {"Authorization": f"{ALGORITHM} Credential={key},SignedHeaders={names},Signature={signature}"}


def written(query: Mapping[str, str]) -> str:
    """The query as it is signed and sent: sorted, with everything escaped but letters, digits and -_.~"""
    return "&".join(f"{quote(name, safe='~')}={quote(query[name], safe='~')}" for name in sorted(query))


class Aliyun:
    """Aliyun as a carrier.

    `sign`: the registered signature (短信签名). `codes`: the codes of the registered templates (SMS_…) by kind of form.
    `words`: what each of these templates says, as it should be registered.
    """

    def __init__(
        self,
        url: str,
        key: str,
        secret: str,
        sign: str,
        codes: Mapping[str, str],
        words: Mapping[str, str],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        nonce: Callable[[], str] = lambda: uuid4().hex,
    ) -> None:
        self._url = urlsplit(url)
        self._key, self._secret, self._sign = key, secret, sign
        self._codes, self._words = codes, words
        self._clock, self._nonce = clock, nonce
        self._wire = Wire()

    @property
    def kinds(self) -> Collection[str]:
        return self._codes.keys()

    async def send(self, to: str, text: str, ref: str, form: Form | None = None) -> Taken | Refused:
        if form is None:
            raise ValueError("only what fills a form can be sent")
        query = {
            "PhoneNumbers": national(to).removeprefix("+"),
            "SignName": self._sign,
            "TemplateCode": self._codes[form.kind],
            "TemplateParam": msgspec.json.encode(form.values).decode(),
            "OutId": ref,
        }
        code, answer = await self._asked("SendSms", query)
        told = answer.get("BizId")
        return Taken(told if isinstance(told, str) else None) if code == "OK" else _refused(code)

    async def trouble(self) -> str | None:
        """What keeps a template from being used: one that is unknown, not approved, or registered with other words."""
        found = [await self._wrong(kind, code) for kind, code in self._codes.items()]
        return "; ".join(filter(None, found)) or None

    async def _wrong(self, kind: str, template: str) -> str | None:
        code, answer = await self._asked("QuerySmsTemplate", {"TemplateCode": template})
        if code != "OK":
            return code if code in (NO_ANSWER, UNREACHED) else f"{kind} {template} {code}"
        if answer.get("TemplateStatus", APPROVED) != APPROVED:
            return f"{kind} {template} not_approved"
        registered = answer.get("TemplateContent", self._words[kind])
        return None if registered == self._words[kind] else f"{kind} {template} other_words"

    async def close(self) -> None:
        await self._wire.close()

    async def _asked(self, action: str, query: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
        """Calls an Aliyun action; returns Aliyun's code and its whole answer."""
        at = self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        host = self._url.netloc
        headers = signed(host, action, query, self._key, self._secret, at, self._nonce())
        url = f"{self._url.scheme}://{host}/?{written(query)}"
        try:
            status, body = await self._wire.ask("POST", url, {**headers, "accept": "application/json"})
            answer = msgspec.json.decode(body)
        except Silent as silent:
            return NO_ANSWER if silent.heard else UNREACHED, {}
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return "ServiceUnavailable", {}
        known = isinstance(answer, dict) and isinstance(answer.get("Code"), str)
        return (inert(answer["Code"])[:LONGEST_CODE], answer) if known else (f"aliyun_{status}", {})


def _refused(code: str) -> Refused:
    if code in (NO_ANSWER, UNREACHED) or code.startswith(BUSY):
        return Refused(code, again=True, unknown=code == NO_ANSWER, down=True)
    if code in OWN_TIME:
        return Refused(code, again=True, wait=LIMIT_WAIT)
    if code.startswith(MENDABLE):
        log.error("sms_not_allowed", code=code)
        return Refused(code, again=True, wait=MEND_WAIT, down=True)
    return Refused(code)
