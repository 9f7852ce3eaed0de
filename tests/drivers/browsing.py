"""The office's site, and a client that keeps cookies and says of itself what a browser says."""

from __future__ import annotations

from functools import partial
from typing import Any

from aiohttp import CookieJar
from aiohttp.test_utils import TestClient, TestServer

from bot.build import Program
from bot.serve import shown_channels
from channels.webchat.kind import link
from web.site.site import Site

FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}


def browsing(server: TestServer) -> TestClient:
    """A browser that follows links and sends forms of this server."""
    return TestClient(server, cookie_jar=CookieJar(unsafe=True), headers=FROM_OUR_PAGE)


def site_of(program: Program, version: str = "1", **how: Any) -> Site:
    """The site of this program; `version`: of its static files, where a real browser fetches them."""
    return Site(
        program.settings.site,
        program.acts,
        program.texts,
        program.store,
        lambda: program.units,
        version,
        channels=shown_channels(program),
        **{
            "kinds": program.tools.kinds,
            "search": program.search,
            "links": {"web": partial(link, program.settings)},
            **how,
        },
    )
