"""Who may open the web chat, and how fast they may write."""

from __future__ import annotations

import re
import secrets
from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from aiohttp import web

COOKIE = "mingcha_chat"
A_YEAR = 365 * 24 * 3600
TOKEN_BYTES = 32
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
MOST_ADDRESSES = 10_000  # keys held in memory by the hourly limit


def token_of(request: web.BaseRequest) -> str | None:
    """This browser's session token; None where it has none of ours."""
    token = request.cookies.get(COOKIE, "")
    return token if _TOKEN.fullmatch(token) else None


def give_token(response: web.StreamResponse, token: str | None, *, secure: bool) -> str:
    """Sets the session cookie for another year and returns its token."""
    token = token or secrets.token_urlsafe(TOKEN_BYTES)
    response.set_cookie(COOKIE, token, max_age=A_YEAR, path="/chat", httponly=True, samesite="Lax", secure=secure)
    return token


def take_token(response: web.StreamResponse) -> None:
    response.del_cookie(COOKIE, path="/chat")


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
