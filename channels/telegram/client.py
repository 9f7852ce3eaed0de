"""The Bot API over aiohttp: python-telegram-bot's Bot, and plain calls for what is sent all the time.

Every address holds the token: none leaves this module.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    FormData,
    TCPConnector,
)
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

CALL_SECONDS = 25.0  # well below the lease of a delivery
POLL_SECONDS = 30
FILE_SECONDS = 90.0
LARGEST_BODY = 24 * 1024 * 1024  # bytes
LARGEST_FILE = 20 * 1024 * 1024  # what the API lets a bot fetch
_JSON = {"Content-Type": "application/json"}
UNREACHABLE, TIMED_OUT, MALFORMED, CUT = 0, 1, 2, 3


class Trouble(TelegramError):
    """The API refused with its HTTP status, or could not be heard (UNREACHABLE, TIMED_OUT, MALFORMED, CUT).

    `description` is for telling refusals apart; it may quote a person's words and must not be logged.
    """

    def __init__(self, code: int, description: str = "", retry_after: float | None = None) -> None:
        super().__init__(str(code))
        self.code = code
        self.description = description
        self.retry_after = retry_after  # seconds

    @property
    def unheard(self) -> bool:
        """Whether the API itself said nothing: the fault lies with the network or a gateway."""
        return self.code <= CUT or not self.description

    @property
    def may_be_done(self) -> bool:
        """Whether the call left and may have had its effect all the same; what a gateway refuses got no further."""
        return self.unheard and self.code != UNREACHABLE and not 400 <= self.code < 500

    @property
    def meaning(self) -> str:
        """What is wrong, in words for an operator; never the address, because it holds the token."""
        known = {
            401: "the token is refused: check MINGCHA_TELEGRAM_TOKEN",
            404: "the token is refused: check MINGCHA_TELEGRAM_TOKEN",
            409: "another program uses the same token: stop one of them",
            429: "too many requests",
            TIMED_OUT: "no answer in time",
        }
        return known.get(self.code, "no connection" if self.code < 100 else "the server is in trouble")


class _Parameters(msgspec.Struct):
    retry_after: float | None = None


class _Refusal(msgspec.Struct):
    description: str = ""
    parameters: _Parameters | None = None


class AiohttpRequest(BaseRequest):
    """python-telegram-bot's requests, made through one aiohttp session. Raises nothing but Trouble."""

    def __init__(self) -> None:
        self._session: ClientSession | None = None

    @property
    def read_timeout(self) -> float | None:
        return CALL_SECONDS

    async def initialize(self) -> None:
        if self._session is None or self._session.closed:
            self._session = ClientSession(connector=TCPConnector(limit=0, keepalive_timeout=60))

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        seconds = read_timeout if isinstance(read_timeout, float) else CALL_SECONDS
        return await self.ask(url, method, seconds, data=request_data.json_parameters if request_data else None)

    async def ask(
        self, url: str, method: str = "POST", seconds: float = CALL_SECONDS, **sent: Any
    ) -> tuple[int, bytes]:
        await self.initialize()
        assert self._session is not None
        timeout = ClientTimeout(seconds, sock_connect=10)
        try:
            async with self._session.request(method, url, timeout=timeout, allow_redirects=False, **sent) as response:
                status, body = response.status, await _body(response)
        except (ClientConnectorError, ConnectionTimeoutError):  # these texts may hold the address
            raise Trouble(UNREACHABLE) from None
        except TimeoutError:
            raise Trouble(TIMED_OUT) from None
        except (ClientError, OSError):
            raise Trouble(CUT) from None
        if not 200 <= status <= 299:
            raise _refusal(status, body)
        return status, body

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            answer = msgspec.json.decode(payload)
        except (msgspec.MsgspecError, UnicodeDecodeError):
            raise Trouble(MALFORMED) from None
        if not isinstance(answer, dict) or "result" not in answer:
            raise Trouble(MALFORMED)
        return answer


async def _body(response: ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise Trouble(MALFORMED)
    return bytes(body)


def _refusal(status: int, body: bytes) -> Trouble:
    try:
        said = msgspec.json.decode(body, type=_Refusal)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return Trouble(status)
    return Trouble(status, said.description, said.parameters.retry_after if said.parameters else None)


# Telegram reads a file's name up to the next semicolon and undoes no escape: "%E9" is shown as it stands.
_CUT_OFF = str.maketrans({";": "\uff1b", '"': "'", "\\": "_", "\r": " ", "\n": " "})


class Client:
    """One bot: the library's calls through `bot`, and our own calls where the library's way does not suit us."""

    def __init__(self, token: str, api_url: str) -> None:
        # At debug level the library logs every address with the token and every text that it sends.
        logging.getLogger("telegram").setLevel(logging.WARNING)
        self._request = AiohttpRequest()
        self.bot = Bot(
            token,
            base_url=f"{api_url}/bot",
            base_file_url=f"{api_url}/file/bot",
            request=self._request,
            get_updates_request=self._request,
        )
        self._methods = f"{api_url}/bot{token}/"
        self._updates = f"{self._methods}getUpdates"

    async def call(self, method: str, asked: Mapping[str, Any]) -> Any:
        """Calls a method of the API and returns its result; arguments that are None are left out. Raises Trouble.

        Outgoing messages use it: the library would build an object for each, which takes longer than all the rest.
        """
        data = msgspec.json.encode({name: value for name, value in asked.items() if value is not None})
        _, body = await self._request.ask(self._methods + method, data=data, headers=_JSON)
        return self._request.parse_json_payload(body)["result"]

    async def upload(self, method: str, asked: Mapping[str, Any], files: Mapping[str, tuple[str, bytes]]) -> Any:
        """Calls a method of the API with files, by the name under which they are asked for: (file name, bytes)."""
        form = FormData(quote_fields=False)
        for name, value in asked.items():
            if value is not None:
                form.add_field(name, value if isinstance(value, str) else msgspec.json.encode(value).decode())
        for name, (file_name, data) in files.items():
            plain = file_name.translate(_CUT_OFF)
            form.add_field(name, data, filename=plain, content_type="application/octet-stream")
        _, body = await self._request.ask(self._methods + method, seconds=FILE_SECONDS, data=form)
        return self._request.parse_json_payload(body)["result"]

    async def updates(self, offset: int | None, allowed: Sequence[str]) -> bytes:
        """The raw answer of one long poll; `offset` confirms every update before it."""
        asked = f"{self._updates}?timeout={POLL_SECONDS}&allowed_updates={msgspec.json.encode(allowed).decode()}"
        if offset is not None:
            asked += f"&offset={offset}"
        return await self._request.retrieve(asked, read_timeout=POLL_SECONDS + 15.0)

    async def file(self, file_id: str) -> bytes:
        """The bytes of a file on Telegram's servers. Raises Trouble, with 413 for a file that is too large."""
        file = await self.bot.get_file(file_id)
        if (file.file_size or 0) > LARGEST_FILE:
            raise Trouble(413, "file is too big")
        return await self._request.retrieve(file.file_path or "", read_timeout=FILE_SECONDS)

    async def close(self) -> None:
        await self._request.shutdown()
