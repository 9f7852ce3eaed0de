"""Importing a sheet of cases: checked and shown first, entered on its clerk's word, all of it or nothing."""

from __future__ import annotations

import asyncio
import io
from functools import cached_property
from typing import Any

from aiohttp import web
from aiohttp.web_request import FileField

from services import cases, oversight
from services.cases import CODED, Checked, Entered, Entering, SheetCode, Vocabulary, Waiting
from services.foundation.refusal import Refusal
from services.foundation.wording import readable
from services.oversight import SheetWords
from services.people import Right
from templates import clipped
from web.site.frame import ID, Frame, Seat, form
from web.site.leaving import SHEETS
from web.site.refused import WRONG

PATH = "/console/cases/import"
LONGEST_NAME = 60  # characters of a file's name
SHOWN = 5  # rows of the preview
TOLD = 10  # rows named one by one that are skipped
CODES = ("row", "at_source", "number", "receipt")  # columns of the sheet with the receipt codes


class Importing:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._entering = Entering()

    def routes(self) -> list[web.RouteDef]:
        def seated(handler: Any) -> Any:
            return self._frame.seated(handler, Right.DECIDE_REPORTS)

        return [
            web.get(PATH, seated(self._show)),
            web.post(PATH, seated(self._check)),
            web.get(f"{PATH}/blank.xlsx", seated(self._blank)),
            web.get(f"{PATH}/{ID}", seated(self._open)),
            web.get(f"{PATH}/{ID}/progress", seated(self._progress)),
            web.post(f"{PATH}/{ID}/enter", seated(self._enter)),
            web.post(f"{PATH}/{ID}/stop", seated(self._stop)),
            web.post(f"{PATH}/{ID}/codes", seated(self._codes)),
        ]

    async def _show(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return self._draw(request, seat)

    async def _check(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Checks a sheet. One that fits waits under an address of its own; of any other nothing is kept."""
        sent = await form(request, self._frame.site_url)
        given = {name: sent[name] for name, codes in CODED.items() if sent.get(name) in codes}
        file = (await request.post()).get("list")
        try:
            name, checked = await self._checked(file, given)
        except Refusal as refused:
            return self._draw(request, seat, WRONG, given=given, wrong={"list": refused.code})
        if not checked.fits:
            return self._draw(request, seat, WRONG, given=given, checked=checked)
        import_id = await seat.acts.write(cases.keep_sheet, checked, name)
        raise web.HTTPSeeOther(f"{PATH}/{import_id}")

    async def _checked(self, file: object, given: dict[str, str]) -> tuple[str, Checked]:
        """The file's name, and what it holds. Raises Refusal."""
        if not isinstance(file, FileField) or not file.filename:
            raise Refusal(SheetCode.SHEET_WANTED, "list")
        frame = self._frame
        rows = await frame.lists.rows(await asyncio.to_thread(file.file.read), cases.LIMITS)
        now = frame.acts.clock()
        checked = await asyncio.to_thread(cases.check, rows, self._words, frame.directory(), now, given)
        return clipped(readable(file.filename), LONGEST_NAME), checked

    @cached_property
    def _words(self) -> Vocabulary:
        return cases.vocabulary(self._frame.texts.values())

    async def _open(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """A sheet that waits, is being entered, or was entered."""
        import_id = request.match_info["id"]
        course = self._entering.course(import_id)
        sheet = await seat.acts.read(cases.kept_sheet, import_id)
        if sheet is None:
            raise web.HTTPNotFound
        if isinstance(sheet, Entered):
            return self._draw(request, seat, id=import_id, entered=sheet)
        elsewhere = course is None and await seat.acts.read(cases.is_being_entered, import_id)
        known = {} if course or elsewhere else await seat.acts.read(cases.already_here, sheet.rows)
        told = {"course": course, "elsewhere": elsewhere, "known": known, "ended": self._entering.ended(import_id)}
        return self._draw(request, seat, id=import_id, sheet=sheet, **told)

    async def _enter(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        import_id = request.match_info["id"]
        sheet = await seat.acts.read(cases.kept_sheet, import_id)
        if sheet is None:
            raise web.HTTPNotFound
        if isinstance(sheet, Waiting):
            self._entering.begin(seat.acts, import_id, len(sheet.rows))
        raise web.HTTPSeeOther(f"{PATH}/{import_id}")

    async def _stop(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        import_id = request.match_info["id"]
        if await seat.acts.read(cases.kept_sheet, import_id) is None:
            raise web.HTTPNotFound
        self._entering.stop(import_id)
        raise web.HTTPSeeOther(f"{PATH}/{import_id}")

    async def _progress(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """How far it is, for the page's script each second; nobody learns of another's sheet more than two numbers."""
        course = self._entering.course(request.match_info["id"])
        if course is None:
            return web.json_response({"state": "over", "over": True, "mark": "", "html": ""})
        texts = self._frame.speaks(request)
        html = texts.page("cases/going.html", course=course)
        return web.json_response({"state": "waiting", "over": False, "mark": str(course.done), "html": html})

    async def _blank(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        out, texts = io.BytesIO(), self._frame.speaks(request)
        cases.write_blank(out, texts, self._frame.directory())
        return _file(out, "cases")

    async def _codes(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        """Numbers and receipt codes of what was entered from a sheet, as a file for whoever entered it."""
        try:
            rows = await seat.acts.write(cases.tell_codes, request.match_info["id"])
        except Refusal:
            raise web.HTTPNotFound from None
        frame, out = self._frame, io.BytesIO()
        now = frame.acts.clock()
        assert now.tzinfo is not None  # the office's
        found = [{column: getattr(one, column) for column in CODES} for one in rows]
        oversight.write_table(out, "xlsx", CODES, found, SheetWords(frame.speaks(request), now.tzinfo, "imports"))
        return _file(out, f"receipts-{now:%Y%m%d}")

    def _draw(self, request: web.Request, seat: Seat, status: int = 200, **values: Any) -> web.Response:
        nothing = {"id": "", "sheet": None, "entered": None, "checked": None, "wrong": {}, "given": {}, "course": None}
        more = {"elsewhere": False, "known": {}, "ended": ""}
        texts = self._frame.speaks(request)
        return self._frame.page(
            request,
            "cases/import.html",
            seat,
            status=status,
            PATH=PATH,
            CODED=CODED,
            COLUMNS=cases.FIELDS,
            SHOWN=SHOWN,
            TOLD=TOLD,
            label=lambda column, code: cases.label(texts, column, code),
            directory=self._frame.directory(),
            **{**nothing, **more, **values},
        )


def _file(out: io.BytesIO, name: str) -> web.Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"'}
    return web.Response(body=out.getvalue(), content_type=SHEETS["xlsx"], headers=headers)
