"""The figures of a month as everybody may read them: looked at, and made public by somebody (P02, P13).

What would point at somebody is left out: a unit about which fewer than `FEWEST` complained stands with others, never
alone, and never so that it follows from the sum. What was published stays as it was, whatever changes later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from hashlib import sha256

import msgspec
from sqlalchemy import select, update

from models.database import is_new
from models.tables import publications
from services import cases
from services.desk.rates import Tally, tallied, total
from services.foundation import audit
from services.foundation.act import SYSTEM, Act
from services.foundation.refusal import Common, Refusal
from services.foundation.vault import new_id

FEWEST = 3
OTHERS = ""  # the units that stand together, and what names none
MONTHS = 12  # that can be published, back from the last one


@dataclass(frozen=True)
class Line:
    """Whole numbers about the complaints of a month, of the whole city or of a unit."""

    unit_id: str = OTHERS
    came_in: int = 0
    closed: int = 0
    answer_due: int = 0
    answer_in_time: int = 0
    open_week: int = 0
    open_month: int = 0
    open_older: int = 0

    @property
    def open(self) -> int:
        return self.open_week + self.open_month + self.open_older

    def __add__(self, other: Line) -> Line:
        return Line(OTHERS, *(getattr(self, name) + getattr(other, name) for name in _NUMBERS))


@dataclass(frozen=True)
class Content:
    """How content people were: of those who said something, and of those who kept silent as well (P-04)."""

    given: int
    satisfied: int
    silent: int = 0
    solved: int = 0
    levels: Mapping[str, int] = msgspec.field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    """What is told of a month; a part of fewer than `FEWEST` is not told."""

    whole: Line
    units: Sequence[Line]
    answers: Content | None  # ratings of answers
    windows: Content | None  # ratings at windows

    @property
    def seen(self) -> str:
        """What a page showed, so that nothing else is published."""
        return sha256(msgspec.json.encode(self, order="sorted")).hexdigest()[:32]


@dataclass(frozen=True)
class Publication:
    """The published figures of a month."""

    id: str
    month: str
    figures: Figures
    published_on: date
    published_by: str


_NUMBERS = tuple(one.name for one in fields(Line) if one.name != "unit_id")


def publishable(today: date) -> list[str]:
    """The months that are over, the last one first."""
    found, day = list[str](), today.replace(day=1)
    for _ in range(MONTHS):
        day = (day - timedelta(1)).replace(day=1)
        found.append(f"{day:%Y-%m}")
    return found


def counted(act: Act, month: str) -> Figures:
    """The figures of a month as they would be published now. Raises Refusal: gone, for one that is not over."""
    if month not in publishable(act.now.date()):
        raise Refusal(Common.GONE)
    since = date.fromisoformat(f"{month}-01")
    until = (since + timedelta(31)).replace(day=1) - timedelta(1)
    act = act.by(SYSTEM)  # whoever publishes: what the discipline desk alone sees is in no public figure
    found = tallied(act, "unit", since, until)
    whole = _line(OTHERS, total(found))
    if whole.came_in < FEWEST:
        whole = Line(came_in=whole.came_in)
    said, walked = cases.contentment(act, since, until), cases.walked(act, since, until).values()
    answers = Content(said.given, said.satisfied, said.silent, said.solved, dict(said.levels))
    windows = Content(
        sum(one.given for one in walked), sum(one.satisfied for one in walked), solved=sum(one.served for one in walked)
    )
    lines = [_line(unit_id, one) for unit_id, one in found.items() if one.came_in]
    return Figures(whole, together(lines), _told(answers), _told(windows))


def together(lines: Sequence[Line]) -> list[Line]:
    """The lines that can be told, the most first; what is too small is one line of `OTHERS`, the last."""
    alone = sorted((one for one in lines if one.unit_id and one.came_in >= FEWEST), key=lambda one: -one.came_in)
    others = sum((one for one in lines if one not in alone), Line())
    while alone and 0 < others.came_in < FEWEST:
        others += alone.pop()
    if not alone:
        return []
    return [*alone, others] if others.came_in else alone


def publish(act: Act, month: str, seen: str) -> None:
    """Makes a month's figures public as a page has shown them. Raises Refusal: gone; changed, where they are others by
    now, or the month is public already.
    """
    figures = counted(act, month)
    row = {
        "id": new_id(),
        "month": month,
        "standing": month,
        "figures": msgspec.to_builtins(figures),
        "published_on": act.now.date(),
        "published_by": act.actor,
    }
    if figures.seen != seen or not is_new(act.tx, publications, row):
        raise Refusal(Common.CHANGED)
    act.wrote(publications, row["id"])
    audit.append(act, "figures_published", row["id"], {"month": month})


def unpublish(act: Act, publication_id: str) -> None:
    """Withdraws what was published; it is kept. Raises Refusal: gone."""
    standing = publications.c.id == publication_id, publications.c.standing.is_not(None)
    gone = {"standing": None, "withdrawn_on": act.now.date(), "withdrawn_by": act.actor}
    if not act.tx.execute(update(publications).where(*standing).values(**gone)).rowcount:
        raise Refusal(Common.GONE)
    act.wrote(publications, publication_id)
    audit.append(act, "figures_withdrawn", publication_id)


def published(act: Act) -> list[Publication]:
    """Everything that is public now, the newest month first."""
    standing = publications.c.standing.is_not(None)
    rows = act.tx.execute(select(publications).where(standing).order_by(publications.c.month.desc()))
    return [
        Publication(row.id, row.month, msgspec.convert(row.figures, Figures), row.published_on, row.published_by)
        for row in rows
    ]


def _line(unit_id: str, tally: Tally) -> Line:
    return Line(unit_id, *(getattr(tally, name) for name in _NUMBERS))


def _told(content: Content) -> Content | None:
    return content if content.given >= FEWEST else None
