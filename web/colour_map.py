"""A map of colours: units and the last twelve months, each cell a number and one of five shades (C14, A39)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from services import desk
from services.desk import Tally
from services.foundation.act import Act
from services.people import Right
from services.units import Directory
from web.site.asked import Asked
from web.site.frame import Frame, Seat
from web.site.leaving import FORM, Leaving, leave

PLACE = "/console/figures/map"
MONTHS, SHADES = 12, 5
FEWEST = 3  # ratings: how content fewer people are would tell of each
COUNTS = ("received", "late")
MEASURES = (*COUNTS, "answered", "content")
BOUNDS = (60, 75, 85, 95)  # per cent: where the shades of a share change
COLUMNS = (
    "unit",
    "month",
    "came_in",
    "unit_due",
    "unit_in_time",
    "answer_due",
    "answer_in_time",
    "rated",
    "rated_satisfied",
)
Found = Mapping[tuple[str, str], Tally]


class Query(Asked):
    LIST = PLACE

    @property
    def of(self) -> str:
        """What the cells tell."""
        return self.get("of") or MEASURES[0]


@dataclass(frozen=True)
class Cell:
    """A number, or a share of `whole` in whole per cent; `shade`: 0 where there is nothing to tell, to `SHADES`."""

    number: int | None = None
    whole: int = 0
    shade: int = 0
    few: bool = False  # too few to tell a share of


class ColourMap:
    def __init__(self, frame: Frame) -> None:
        self._frame = frame

    def routes(self) -> list[web.RouteDef]:
        seated = self._frame.seated
        return [
            web.get(PLACE, seated(self._page, Right.SEE_FIGURES)),
            web.get(f"{PLACE}.{FORM}", seated(self._leave, Right.SEE_FIGURES)),
        ]

    async def _page(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame, query = self._frame, read(request.query)
        months = self._months()
        found = await seat.acts.read(mapped, months)
        counted = {key: counted_of(query.of, tally) for key, tally in found.items()}
        most = max((some for some, _ in counted.values()), default=0)
        return frame.page(
            request,
            "figures/map.html",
            seat,
            query=query,
            months=[(month, *desk.days_of(month)) for month in months],
            units=units_of(found, frame.directory(), everything=bool(query.get("all"))),
            cells={key: cell(query.of, some, whole, most) for key, (some, whole) in counted.items()},
            totals={month: self._whole(query.of, found, month) for month in months},
            legend=legend(query.of, most),
            is_count=query.of in COUNTS,
            directory=frame.directory(),
            MEASURES=MEASURES,
            FEWEST=FEWEST,
        )

    async def _leave(self, request: web.Request, seat: Seat) -> web.StreamResponse:
        frame, query, months = self._frame, read(request.query), self._months()
        directory, without = frame.directory(), frame.speaks(request).of_page("figures", "without")["unit"]

        def rows(act: Act) -> Iterator[dict[str, Any]]:
            found, nothing = mapped(act, months), Tally()
            for unit in units_of(found, directory, everything=bool(query.get("all"))):
                name = directory.name(unit) or unit or str(without)
                for month in months:
                    tally = found.get((unit, month), nothing)
                    yield {"unit": name, "month": month} | {one: getattr(tally, one) for one in COLUMNS[2:]}

        table = Leaving("map", COLUMNS, rows, "figures/map_paper.html", query.given)
        return await leave(frame, request, seat, table, asked=query.text)

    def _months(self) -> Sequence[str]:
        return desk.months_back(f"{self._frame.acts.clock():%Y-%m}", MONTHS)

    @staticmethod
    def _whole(of: str, found: Found, month: str) -> Cell:
        """All units of a month, without a shade beside theirs."""
        some, whole = counted_of(of, desk.total({unit: one for (unit, at), one in found.items() if at == month}))
        return cell(of, some, whole, 0)


def mapped(act: Act, months: Sequence[str]) -> Found:
    """What came of the complaints that came in in these months, by unit and month."""
    return desk.mapped(act, desk.days_of(months[0])[0], desk.days_of(months[-1])[1])


def read(asked: Mapping[str, str]) -> Query:
    of = asked.get("of", "")
    given = {"of": of if of in MEASURES[1:] else "", "all": "1" if asked.get("all") == "1" else ""}
    return Query({name: value for name, value in given.items() if value})


def units_of(found: Found, directory: Directory, *, everything: bool) -> list[str]:
    """The ids of the units in the order of the tree, then closed ones, and "" for complaints that name none."""
    told = {unit for unit, _ in found}
    known = [one.id for one in directory.top if everything or one.id in told]
    return [*known, *sorted(told - {one.id for one in directory.top}, reverse=True)]


def counted_of(of: str, tally: Tally) -> tuple[int, int]:
    """How many, and of how many; of a count the second is the same."""
    if of == "answered":
        return tally.answer_in_time, tally.answer_due
    if of == "content":
        return tally.rated_satisfied, tally.rated
    many = tally.came_in if of == "received" else tally.unit_due - tally.unit_in_time
    return many, many


def cell(of: str, some: int, whole: int, most: int) -> Cell:
    """`most`: the largest count of the map; 0: the cell gets no shade."""
    if not whole:
        return Cell()
    if of in COUNTS:
        return Cell(some, whole, -(-some * SHADES // most) if most else 0)
    if of == "content" and whole < FEWEST:
        return Cell(None, whole, few=True)
    share = 100 * some // whole
    return Cell(share, whole, 1 + sum(share >= bound for bound in BOUNDS) if most else 0)


def legend(of: str, most: int) -> list[tuple[int, int, int]]:
    """Shade, first and last number of each that can occur; shares in per cent."""
    if of in COUNTS:
        steps = [(n, most * (n - 1) // SHADES + 1, most * n // SHADES) for n in range(1, SHADES + 1)]
        return [one for one in steps if one[1] <= one[2]]
    ends = (0, *BOUNDS, 101)
    return [(n, ends[n - 1], ends[n] - 1) for n in range(1, SHADES + 1)]
