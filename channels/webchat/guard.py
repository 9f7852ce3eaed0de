"""Who may open the web chat, and how fast they may write."""

from __future__ import annotations

import hmac
import re
import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from services.foundation.vault import Vault

COOKIE = "mingcha_chat"
A_YEAR = 365 * 24 * 3600
TOKEN_BYTES = 24
_TOKEN = re.compile(r"([A-Za-z0-9_-]{32})([0-9a-f]{24})", re.ASCII)  # random, then its seal
MOST_ADDRESSES = 10_000  # keys held in memory by the hourly limit


class Tokens:
    """The browsers' session tokens. We take those alone that we have made: whoever could choose one for somebody else
    would read along. Under https no neighbour of our host can put one into a browser either.
    """

    def __init__(self, vault: Vault, *, secure: bool) -> None:
        self._vault, self._secure = vault, secure
        self._cookie = f"__Host-{COOKIE}" if secure else COOKIE

    def of(self, request: web.BaseRequest) -> str | None:
        """This browser's token; None where it has none of ours."""
        token = request.cookies.get(self._cookie, "")
        found = _TOKEN.fullmatch(token)
        return token if found and hmac.compare_digest(found[2], self._seal(found[1])) else None

    def give(self, response: web.StreamResponse, token: str | None) -> str:
        """Sets the cookie for another year and returns its token, a new one where there is none."""
        made = secrets.token_urlsafe(TOKEN_BYTES)
        token = token or made + self._seal(made)
        response.set_cookie(self._cookie, token, max_age=A_YEAR, **self._how)
        return token

    def after(self, token: str, mark: str) -> str:
        """The token that follows a closed one in the browser with this mark; asked again, it is the same."""
        made = self._vault.index(f"{token}\0{mark}", "chat token after")[:32]
        return made + self._seal(made)

    def take(self, response: web.StreamResponse) -> None:
        response.del_cookie(self._cookie, **self._how)

    @property
    def _how(self) -> dict[str, Any]:
        return {"path": "/", "httponly": True, "samesite": "Lax", "secure": self._secure}

    def _seal(self, made: str) -> str:
        return self._vault.index(made, "chat token")[:24]


class Bucket:
    """A bucket of `burst` calls that refills at `per_second`."""

    def __init__(self, burst: float, per_second: float, now: Callable[[], float]) -> None:
        self._burst, self._per_second, self._now = burst, per_second, now
        self._left, self._at = burst, now()

    def allows(self) -> bool:
        at = self._now()
        self._left = min(self._burst, self._left + (at - self._at) * self._per_second)
        self._at = at
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Hourly:
    """A limit of `most` an hour for each key, counted by this process."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._times: dict[str, deque[datetime]] = {}

    def allows(self, key: str, now: datetime) -> bool:
        times = self._times.pop(key, deque())
        while times and times[0] <= now - timedelta(hours=1):
            times.popleft()
        allowed = len(times) < self._most
        if allowed:
            times.append(now)
        self._times[key] = times  # the newest is last: on overflow, the key that has been quiet for longest goes
        if len(self._times) > MOST_ADDRESSES:
            del self._times[next(iter(self._times))]
        return allowed
