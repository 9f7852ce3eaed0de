"""The office's site: its routes, and the one error boundary of its pages."""

from __future__ import annotations

import errno
from collections.abc import Callable, Collection, Mapping, Sequence

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from models.database import DatabaseAway
from services.desk import Search
from services.evidence import Store
from services.foundation.act import Acts
from services.foundation.seldom import Seldom
from services.foundation.vault import new_id
from services.obligations import Kinds
from services.talk import Office
from services.units import Directory
from templates import DEFAULT_LANGUAGE, Texts
from web.answering.link import Answering
from web.answering.unit import UnitPages
from web.calendar.moves import Moves
from web.calendar.notice import HolidayNotice
from web.calendar.pages import Calendar
from web.colour_map import ColourMap
from web.desk.assigned import Assigned
from web.desk.bulk import Bulk
from web.desk.evidence import Evidence
from web.desk.handing import Handing
from web.desk.importing import Importing
from web.desk.keying import Keying
from web.desk.openings import Openings
from web.desk.pages import Desk
from web.desk.saving import Saving
from web.desk.standard import StandardTexts
from web.desk.tags import Tags
from web.figures import Figures
from web.notices.routes import Notices
from web.obligations.links import AnswerLinks
from web.obligations.pages import Obligations
from web.people import People
from web.public import Public
from web.publishing import Publishing
from web.quarantine import Quarantine
from web.signin.door import SignIn
from web.signin.mine import Mine
from web.signin.others import Others
from web.site.frame import Frame, ShownChannel, unsaved
from web.site.navigation import UNIT, Page
from web.site.refused import WRONG
from web.site.security import DOOR, protect
from web.site.unsaved import Unsaved
from web.today import TodayPage
from web.units import Units
from web.walkins import Walkins

# Every page of the site. What has a `PAGE` stands in the bar, in this order.
PARTS = (
    Public,
    Answering,
    UnitPages,
    SignIn,
    Mine,
    TodayPage,
    Desk,
    Bulk,
    Assigned,
    Tags,
    Saving,
    Handing,
    Keying,
    Importing,
    Openings,
    Obligations,
    AnswerLinks,
    Notices,
    StandardTexts,
    Evidence,
    Walkins,
    Figures,
    ColourMap,
    Publishing,
    People,
    Units,
    Others,
    Calendar,
    HolidayNotice,
    Moves,
    Quarantine,
)
PAGES = tuple(page for part in PARTS if isinstance(page := getattr(part, "PAGE", None), Page))
OURS = ("/", "/console", "/in", "/me", "/language", "/track", "/published", "/receipt", "/large", "/answer", UNIT)
REFUSED = frozenset((403, 429))  # no right, a foreign form, too many tries
FULL = frozenset((errno.ENOSPC, errno.EDQUOT))
KNOWN_TROUBLE = frozenset((400, 403, 404, 405, 413))
log = structlog.get_logger()


class Site:
    """The site: every page of `PARTS`. The application takes `middlewares()` and `routes()`."""

    def __init__(
        self,
        site_url: str,
        acts: Acts,
        texts: Mapping[str, Texts],
        store: Store,
        directory: Callable[[], Directory],
        assets_version: str,
        *,
        channels: Sequence[ShownChannel],
        kinds: Kinds,
        search: Search,
        language: str = DEFAULT_LANGUAGE,
        links: Mapping[str, Callable[[str], str | None]] | None = None,
        ways: Collection[str] | None = None,
        sms: bool = False,
        second_clerk_above: int = 200,
        session_days: int = 30,
        office: Office | None = None,
    ) -> None:
        self._frame = Frame(
            site_url,
            acts,
            texts,
            store,
            directory,
            assets_version,
            channels,
            kinds,
            search,
            PAGES,
            default_language=language,
            links=links or {},
            ways=ways,
            sms=sms,
            second_clerk_above=second_clerk_above,
            session_days=session_days,
            office=office or Office(),
        )
        self._refused: dict[str, Seldom] = {}  # by page

    def routes(self) -> list[web.RouteDef]:
        return [route for part in PARTS for route in part(self._frame).routes()]

    def middlewares(self) -> Sequence[Middleware]:
        """Middlewares that guard our own pages and draw "not found" for an address that does not exist."""

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
            self._note(request, response.status)
            return response

        return [guard]

    def _note(self, request: web.Request, status: int) -> None:
        """Logs what was refused, by page and once a minute: whoever looks for a way in shows there."""
        resource = request.match_info.route.resource
        page = resource.canonical if resource else ""
        if status in REFUSED or (status == WRONG and page.startswith(f"{DOOR}/")):
            self._refused.setdefault(page, Seldom("refused")).tell(page=page, status=status)

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
        """Answers a request. Whatever goes wrong becomes a page that says what to do; the log has the cause."""
        try:
            return await handler(request)
        except web.HTTPException as stop:
            if stop.status < 400:
                raise
            return self._trouble(request, stop.status, unsaved=await unsaved(request, self._frame.site_url))
        except DatabaseAway:
            page = self._trouble(request, 503, unsaved=await unsaved(request, self._frame.site_url))
            page.headers["Retry-After"] = "10"
            return page
        except Exception as error:
            if isinstance(error, OSError) and error.errno in FULL:
                log.error("disk_full", errno=error.errno)
                return self._frame.no_room(request)
            error_id = new_id()[:8]
            resource = request.match_info.route.resource
            log.exception("page_failed", id=error_id, page=resource.canonical if resource else None)
            kept = await unsaved(request, self._frame.site_url)
            return self._trouble(request, 500, error_id, unsaved=kept)

    def _trouble(
        self, request: web.Request, status: int, error_id: str | None = None, *, unsaved: Unsaved | None = None
    ) -> web.Response:
        code = str(status) if status in KNOWN_TROUBLE or status >= 500 else "400"
        return self._frame.page(request, "site/error.html", status=status, code=code, id=error_id, unsaved=unsaved)


def _is_ours(path: str) -> bool:
    return any(path == start or path.startswith(f"{start}/") for start in OURS)
