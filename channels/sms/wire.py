"""One HTTP session to a carrier, made when it is first needed."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHandlerType,
    ClientOSError,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    ServerDisconnectedError,
)

from channels.sms.carrier import TIMEOUT_SECONDS


class Silent(Exception):
    """The carrier could not be reached, or (`heard`) it may have received the request but did not answer."""

    def __init__(self, *, heard: bool) -> None:
        super().__init__(heard)
        self.heard = heard


class Wire:
    def __init__(self, seconds: float = TIMEOUT_SECONDS) -> None:
        self._timeout = ClientTimeout(total=seconds)
        self._session: ClientSession | None = None

    async def ask(self, method: str, url: str, headers: Mapping[str, str] | None = None) -> tuple[int, bytes]:
        """Sends a request; returns the status and the body of the answer. Raises Silent."""
        if self._session is None:
            self._session = ClientSession(timeout=self._timeout, middlewares=(_once,))
        try:
            async with self._session.request(method, url, headers=headers, allow_redirects=False) as answer:
                return answer.status, await answer.read()
        except (ClientConnectorError, ConnectionTimeoutError):
            raise Silent(heard=False) from None
        except (ClientError, TimeoutError, OSError):
            raise Silent(heard=True) from None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()


async def _once(request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
    """Sends a request only once: on a broken line aiohttp would repeat a GET, and the message would go out twice."""
    try:
        return await handler(request)
    except ClientConnectorError:
        raise
    except (ClientOSError, ServerDisconnectedError):
        raise Silent(heard=True) from None
