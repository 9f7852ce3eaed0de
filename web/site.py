"""The office's site: its routes, and the one error boundary of its pages."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from models.database import Database, DatabaseAway
from services.bells import Bells
from services.directory import Directory
from services.evidence import Store
from services.obligations import Kinds
from services.vault import Vault, new_id
from templates import Texts
from web.calendar import Calendar
from web.desk import Desk
from web.duties import Duties
from web.evidence import Evidence
from web.handing import Handing
from web.house import House, ShownChannel, Unsaved, unsaved
from web.notices import Notices
from web.people import People
from web.quarantine import Quarantine
from web.security import protect
from web.signin import SignIn

OURS = ("/console", "/in", "/language")
KNOWN_TROUBLE = frozenset((400, 403, 404, 405, 413))
log = structlog.get_logger()


class Site:
    """Sign-in, desk, people, evidence and quarantine. The application takes `middlewares()` and `routes()`."""

    def __init__(
        self, site_url: str, database: Database, vault: Vault, texts: Mapping[str, Texts], bells: Bells, store: Store,
        clock: Callable[[], datetime], directory: Callable[[], Directory], assets_version: str,
        *, channels: Sequence[ShownChannel], kinds: Kinds, ways: Collection[str] | None = None,
        second_clerk_above: int = 200,
    ) -> None:  # fmt: skip
        self._house = House(
            site_url, database, vault, texts, bells, store, clock, directory, assets_version, channels, kinds, ways,
            second_clerk_above,
        )  # fmt: skip

    def routes(self) -> list[web.RouteDef]:
        parts = (SignIn, Desk, Handing, Duties, Notices, Evidence, People, Calendar, Quarantine)
        return [route for part in parts for route in part(self._house).routes()]

    def middlewares(self) -> Sequence[Middleware]:
        """Guards our own pages, and draws "not found" for whoever asks for a page that nobody has."""

        @web.middleware
        async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not _is_ours(request.path):
                return await self._elsewhere(request, handler)
            try:
                response = await self._answer(request, handler)
            except web.HTTPException as redirect:
                protect(redirect)
                raise
            protect(response)
            return response

        return [guard]

    async def _elsewhere(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPNotFound:
            if request.match_info.http_exception is None or "text/html" not in request.headers.get("Accept", ""):
                raise
            page = self._trouble(request, 404)
            protect(page)
            return page

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Whatever goes wrong becomes a page that says what to do; the cause is logged under the page's id."""
        try:
            return await handler(request)
        except web.HTTPException as stop:
            if stop.status < 400:
                raise
            return self._trouble(request, stop.status)
        except DatabaseAway:
            page = self._trouble(request, 503, unsaved=await unsaved(request, self._house.site_url))
            page.headers["Retry-After"] = "10"
            return page
        except Exception:
            error_id = new_id()[:8]
            resource = request.match_info.route.resource
            log.exception("page_failed", id=error_id, page=resource.canonical if resource else None)
            kept = await unsaved(request, self._house.site_url)
            return self._trouble(request, 500, error_id, unsaved=kept)

    def _trouble(
        self, request: web.Request, status: int, error_id: str | None = None, *, unsaved: Unsaved | None = None
    ) -> web.Response:
        code = str(status) if status in KNOWN_TROUBLE or status >= 500 else "400"
        return self._house.page(request, "site/error.html", status=status, code=code, id=error_id, unsaved=unsaved)


def _is_ours(path: str) -> bool:
    return any(path == start or path.startswith(f"{start}/") for start in OURS)
