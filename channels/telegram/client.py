"""The Bot API: python-telegram-bot's Bot over aiohttp. Every address holds the token: none leaves this module."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

import msgspec
from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest, RequestData

CALL_SECONDS = 25.0  # well below the lease of a delivery
POLL_SECONDS = 30
FILE_SECONDS = 90.0
LARGEST_BODY = 24 * 1024 * 1024  # bytes
LARGEST_FILE = 20 * 1024 * 1024  # what the API lets a bot fetch
UNREACHABLE, TIMED_OUT, MALFORMED = 0, 1, 2


class Trouble(TelegramError):
    """The API said no, with its HTTP status, or it could not be heard (UNREACHABLE, TIMED_OUT, MALFORMED).

    `description` is for telling refusals apart; it may quote a person's words and must not be logged.
    """

    def __init__(self, code: int, description: str = "", retry_after: float | None = None) -> None:
        super().__init__(str(code))
        self.code = code
        self.description = description
        self.retry_after = retry_after  # seconds


class _Parameters(msgspec.Struct):
    retry_after: float | None = None


class _Refusal(msgspec.Struct):
    description: str = ""
    parameters: _Parameters | None = None


class AiohttpRequest(BaseRequest):
    """python-telegram-bot's way out through one aiohttp session. Raises nothing but Trouble."""

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
        self, url: str, method: str, request_data: RequestData | None = None, read_timeout: Any = None,
        write_timeout: Any = None, connect_timeout: Any = None, pool_timeout: Any = None,
    ) -> tuple[int, bytes]:  # fmt: skip
        await self.initialize()
        assert self._session is not None
        timeout = ClientTimeout(read_timeout if isinstance(read_timeout, float) else CALL_SECONDS, sock_connect=10)
        data = request_data.json_parameters if request_data else None
        try:
            async with self._session.request(
                method, url, data=data, timeout=timeout, allow_redirects=False
            ) as response:
                status, body = response.status, await _body(response)
        except TimeoutError:
            raise Trouble(TIMED_OUT) from None
        except (ClientError, OSError):  # their texts may hold the address
            raise Trouble(UNREACHABLE) from None
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


class Client:
    """One bot: the library's calls through `bot`, and the two things that it does not do our way."""

    def __init__(self, token: str, api_url: str) -> None:
        # The library tells its log, at debug level, every address with the token and every text it sends.
        logging.getLogger("telegram").setLevel(logging.WARNING)
        self._request = AiohttpRequest()
        self.bot = Bot(
            token, base_url=f"{api_url}/bot", base_file_url=f"{api_url}/file/bot", request=self._request,
            get_updates_request=self._request,
        )  # fmt: skip
        self._updates = f"{api_url}/bot{token}/getUpdates"

    async def updates(self, offset: int | None, allowed: Sequence[str]) -> bytes:
        """The raw answer of one long poll; an offset confirms everything before it."""
        asked = f"{self._updates}?timeout={POLL_SECONDS}&allowed_updates={msgspec.json.encode(allowed).decode()}"
        if offset is not None:
            asked += f"&offset={offset}"
        return await self._request.retrieve(asked, read_timeout=POLL_SECONDS + 15.0)

    async def file(self, file_id: str) -> bytes:
        """Raises Trouble, with 413 for a file that is too large."""
        file = await self.bot.get_file(file_id)
        if (file.file_size or 0) > LARGEST_FILE:
            raise Trouble(413, "file is too big")
        return await self._request.retrieve(file.file_path or "", read_timeout=FILE_SECONDS)

    async def close(self) -> None:
        await self._request.shutdown()
