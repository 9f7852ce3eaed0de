"""Kannel's sendsms: one GET, answered 202 with "0: Accepted for delivery" or "3: Queued for later delivery"."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import structlog

from channels.sms.carrier import NO_ANSWER, Refused, Taken
from channels.sms.forms import Form
from channels.sms.parts import is_plain
from channels.sms.wire import Silent, Wire

ALL_REPORTS = 31  # delivered 1, failed 2, queued 4, accepted by the message centre 8, rejected by it 16
WRONG_SETTINGS = 60.0  # seconds between two tries: somebody must mend the settings first
log = structlog.get_logger()


class Kannel:
    """Kannel as a carrier. `callback` is our own address for reports, as Kannel reaches it."""

    kinds = None

    def __init__(self, url: str, username: str, password: str, sender: str, callback: str, secret: str) -> None:
        self._url = url
        self._who = {"username": username, "password": password} | ({"from": sender} if sender else {})
        self._callback, self._secret = callback, secret
        self._wire = Wire()

    async def send(self, to: str, text: str, ref: str, form: Form | None = None) -> Taken | Refused:
        told = {
            "to": to,
            "text": text,
            "charset": "UTF-8",
            "coding": "0" if is_plain(text) else "2",
            "dlr-mask": str(ALL_REPORTS),
            "dlr-url": self._reports(ref),
        }
        try:
            status, body = await self._wire.ask("GET", self._asking(told))
        except Silent as silent:
            return Refused(NO_ANSWER, again=True, unknown=silent.heard, down=True)
        answer = body.decode("utf-8", "replace").strip()
        if status == 202 and answer[:2] in ("0:", "3:"):
            return Taken()
        return _refused(status, answer)

    async def trouble(self) -> str | None:
        """Why Kannel would send nothing, if so: it checks the user before it misses the receiver."""
        try:
            status, body = await self._wire.ask("GET", self._asking({"text": "-"}))
        except Silent:
            return NO_ANSWER
        if b"receiver" in body.lower():
            return None
        return "credentials" if b"uthorization" in body else str(status)

    async def close(self) -> None:
        await self._wire.close()

    def _asking(self, told: dict[str, str]) -> str:
        return f"{self._url}?{urlencode({**self._who, **told}, quote_via=quote)}"

    def _reports(self, ref: str) -> str:
        return f"{self._callback}/sms/report?ref={quote(ref)}&secret={quote(self._secret)}&type=%d"


def _refused(status: int, answer: str) -> Refused:
    if "Not routable" in answer:
        return Refused("not_routable")
    if status in (401, 403, 404):
        log.error("sms_not_allowed", status=status)
        return Refused(f"kannel_{status}", again=True, wait=WRONG_SETTINGS, down=True)
    return Refused(f"kannel_{status}", again=status >= 500, down=status >= 500)
