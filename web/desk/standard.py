"""The standard texts: the page on which they are written, and one put into a form of a case."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aiohttp import web

from services import cases, desk, people
from services.desk import USES, VARIABLES, Report, StandardText
from services.foundation.refusal import Refusal
from services.people import Right
from templates import LANGUAGES, Texts
from web.site.frame import Frame, Seat, form
from web.site.leaving import FORM, Leaving, leave
from web.site.navigation import Page
from web.site.refused import status_of

TEXT_ID = r"{id:[A-Za-z0-9_]{1,32}}"
MOST_DIGITS = 6


def start_set(texts: Texts) -> Sequence[StandardText]:
    """The texts that an office begins with, in a language."""
    names = codes_of(frozenset((texts,)))
    return [
        StandardText(text_id, 0, one["used_for"], one["about"], one["title"], desk.coded(one["text"], names))
        for text_id, one in texts.of_page("texts", "start").items()
    ]


def codes_of(spoken: frozenset[Texts]) -> Mapping[str, str]:
    """The codes of the blanks, by their names in these languages and by themselves."""
    called = {name: code for texts in spoken for code, name in texts.of_page("texts", "variable").items()}
    return {**called, **{code: code for code in VARIABLES}}


def values_of(frame: Frame, texts: Texts, report: Report) -> Mapping[str, str | None]:
    """What stands in the blanks for a case."""
    due = report.promised.due_at if report.promised else None
    return {
        "number": report.number,
        "unit": frame.directory().name(report.unit_id),
        "due": texts.day(due.date()) if due else None,
        "office_phone": frame.office.phone or None,
    }


async def texts_for(frame: Frame, texts: Texts, report: Report) -> Sequence[StandardText]:
    """What can be put into the forms of a case."""
    known = await frame.acts.read(desk.standard_texts_now, start_set(texts))
    return [one for one in known if not one.ended and one.about in ("", report.kind)]


class StandardTexts:
    PAGE = Page("texts", "/console/texts", Right.WRITE_TEXTS)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get("/console/texts", seated(self._list, Right.WRITE_TEXTS)),
            web.get(f"/console/texts.{FORM}", seated(self._leave, Right.WRITE_TEXTS)),
            web.post("/console/texts", seated(self._write, Right.WRITE_TEXTS)),
            web.post(f"/console/texts/{TEXT_ID}", seated(self._write, Right.WRITE_TEXTS)),
        ]

    async def _list(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        return await self._draw(request, seat)

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame, texts = self._frame, self._frame.speaks(request)
        shown = await frame.acts.read(desk.standard_texts_now, start_set(texts))
        called: Mapping[str, str] = texts.of_page("texts", "variable")
        rows = desk.texts_leaving(shown, lambda text: desk.named(text, called))
        table = Leaving("texts", desk.TEXT_COLUMNS, lambda _: rows, "texts/paper.html")
        return await leave(frame, request, seat, table)

    async def _write(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        text_id, sent = request.match_info.get("id", ""), await form(request, self._frame.site_url)
        given = StandardText(
            text_id,
            0,
            sent.get("used_for", ""),
            sent.get("about", ""),
            sent.get("title", ""),
            sent.get("text", ""),
            ended="end" in sent,
        )
        names = codes_of(frozenset(self._frame.texts[language] for language in LANGUAGES))
        try:
            await seat.acts.write(desk.write_text, text_id, _version(sent.get("version", "")), given, names)
        except Refusal as error:
            return await self._draw(request, seat, error, text_id, sent)
        raise web.HTTPSeeOther(f"/console/texts?done={'ended' if given.ended else 'saved'}")

    async def _draw(
        self,
        request: web.Request,
        seat: Seat,
        problem: Refusal | None = None,
        about: str | None = None,
        sent: Mapping[str, str] | None = None,
    ) -> web.Response:
        frame, texts = self._frame, self._frame.speaks(request)
        shown = await frame.acts.read(desk.standard_texts_now, start_set(texts))
        histories = await frame.acts.read(desk.histories)
        called: Mapping[str, str] = texts.of_page("texts", "variable")
        writers = {one.written_by for kept in histories.values() for one in kept if one.written_by}
        values: dict[str, Any] = {"problem": problem, "about": about if problem else None, "sent": sent or {}}
        return frame.page(
            request,
            "texts/list.html",
            seat,
            status=status_of(problem) if problem else 200,
            shown=shown,
            histories=histories,
            names=await frame.acts.read(people.names_of, writers) if writers else {},
            named=lambda text: desk.named(text, called),
            done=request.query.get("done", ""),
            USES=USES,
            KINDS=cases.KINDS,
            **values,
        )


def _version(sent: str) -> int:
    """The version that the page saw; one that was never there for what is no number."""
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) <= MOST_DIGITS else -1
