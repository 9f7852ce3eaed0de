"""A client that keeps cookies and says of itself what a browser says."""

from __future__ import annotations

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}


def browsing(server: TestServer) -> TestClient:
    """A browser that follows links and sends forms of this server."""
    return TestClient(server, cookie_jar=CookieJar(unsafe=True), headers=FROM_OUR_PAGE)
