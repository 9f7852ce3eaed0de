"""The office's figures about complaints: rates by unit, month, source or kind, with the numbers behind them (A39)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from aiohttp import web

from services import cases, desk
from services.desk import Tally
from services.foundation.act import Act
from services.people import Right
from services.units import Directory
from templates import Texts
from web.site.asked import Asked, wrong_days
from web.site.frame import Frame, Seat
from web.site.leaving import FORM, Leaving, leave
from web.site.navigation import Page

COLUMNS = (
    "group",
    "came_in",
    "accept_due",
    "accept_in_time",
    "closed",
    "ended",
    "open",
    "answer_due",
    "answer_in_time",
    "unit_handed",
    "unit_acknowledged",
    "unit_due",
    "unit_in_time",
    "returned",
    "recovered",
    "rated",
    "rated_solved",
    "rated_satisfied",
    "rated_silent",
    "rated_aside",
    "rated_bad",
    "rated_righted",
)
FEWEST = 3  # ratings: of fewer it is not told how many gave which level
MONTHS = 12  # of which the topics can be looked at
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])", re.ASCII)


class Query(Asked):
    LIST = "/console/figures"

    @property
    def by(self) -> str:
        return self.get("by") or desk.BY[0]

    def month(self, today: date) -> str:
        """The month whose topics are shown: the one that was asked for, else this one once it is a week old."""
        return self.get("month") or f"{today - desk.WEEK:%Y-%m}"


@dataclass(frozen=True)
class Line:
    """One line of the table."""

    key: str
    name: str
    tally: Tally


class Figures:
    PAGE = Page("figures", "/console/figures", Right.SEE_FIGURES)

    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get("/console/figures", seated(self._page, Right.SEE_FIGURES)),
            web.get(f"/console/figures.{FORM}", seated(self._leave, Right.SEE_FIGURES)),
        ]

    async def _page(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame, query = self._frame, read(request.query)
        since, until = query.days()
        found = await seat.acts.read(desk.tallied, query.by, since, until)
        today = frame.acts.clock().date()
        month = query.month(today)
        return frame.page(
            request,
            "figures/page.html",
            seat,
            query=query,
            lines=lines(found, query.by, frame.directory(), frame.speaks(request)),
            total=desk.total(found),
            most=max((one.came_in for one in found.values()), default=1),
            directory=frame.directory(),
            BY=desk.BY,
            month=month,
            months=desk.months_back(f"{today:%Y-%m}", MONTHS)[::-1],
            hot=await seat.acts.read(desk.hot, month),
            days=[day.isoformat() for day in desk.days_of(month)],
            BEFORE=desk.BEFORE,
            LEVELS=cases.LEVELS,
            FEWEST=FEWEST,
            walked=await frame.acts.read(cases.walked, since, until),
        )

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame, query = self._frame, read(request.query)
        if query.wrong:
            raise web.HTTPSeeOther(query.with_())
        directory, texts = frame.directory(), frame.speaks(request)

        def rows(act: Act) -> Iterator[dict[str, Any]]:
            found = desk.tallied(act, query.by, *query.days())
            for line in lines(found, query.by, directory, texts):
                yield {"group": line.name} | {name: getattr(line.tally, name) for name in COLUMNS[1:]}

        table = Leaving("figures", COLUMNS, rows, "figures/paper.html", query.given)
        return await leave(frame, request, seat, table, asked=query.text)


def read(asked: Mapping[str, str]) -> Query:
    given = {name: asked.get(name, "").strip() for name in ("by", "from", "to", "month")}
    if given["by"] not in desk.BY:
        given["by"] = ""
    if not _MONTH.fullmatch(given["month"]):
        given["month"] = ""
    return Query({name: value for name, value in given.items() if value}, wrong=wrong_days(given))


def lines(found: Mapping[str, Tally], by: str, directory: Directory, texts: Texts) -> Sequence[Line]:
    """The table's lines: months in their order, everything else with the most received first."""
    named = [Line(key, _name(key, by, directory, texts), tally) for key, tally in found.items()]
    if by == "month":
        return sorted(named, key=lambda one: one.key, reverse=True)
    return sorted(named, key=lambda one: (-one.tally.came_in, one.name))


def _name(key: str, by: str, directory: Directory, texts: Texts) -> str:
    if not key:
        return str(texts.of_page("figures", "without")[by])
    if by == "unit":
        return directory.name(key) or key
    if by == "source":
        return texts.channel_name(key)
    return texts.say("complaint", f"category_{key}") if by == "category" else key
