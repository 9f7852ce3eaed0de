"""Hot topics of a month (C15): what was complained of far more often than before, by unit and kind of trouble, by tag.

Two queries, whatever the number of complaints; each counts by months and reads only the days that it needs.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, func, select

from models.tables import case_tags, cases, tags
from services.cases import COMPLAINT, shown
from services.desk.rates import IN_MONTH, month_of
from services.desk.tagging import Tag
from services.foundation.act import Act
from services.units import WHOLE, placed

BEFORE = 6  # months with which a month is compared
MOST_HOT = 10
FEWEST_HOT = 3  # complaints: fewer are no topic


@dataclass(frozen=True)
class Hot:
    """What many complained of in a month: a unit and a kind of trouble, or a tag."""

    count: int
    before: int  # in the `BEFORE` months before, together
    unit_id: str = ""
    category: str = ""
    tag: Tag | None = None

    @property
    def mean(self) -> float:
        """How many there were in a month before."""
        return self.before / BEFORE

    @property
    def ratio(self) -> float | None:
        """How many times as many there were; None where there were none before."""
        return self.count / self.mean if self.before else None

    @property
    def outstanding(self) -> float:
        """How far it stands out: what is more than usual, in the spread that chance gives to so many."""
        return (self.count - self.mean) / math.sqrt(self.mean + 1)


def days_of(month: str) -> tuple[date, date]:
    """The first and the last day of a month such as 2026-11."""
    first = date.fromisoformat(f"{month}-01")
    return first, (first + timedelta(31)).replace(day=1) - timedelta(1)


def months_back(month: str, many: int) -> list[str]:
    """So many months up to this one, the oldest first."""
    found, day = [month], days_of(month)[0]
    while len(found) < many:
        day = (day - timedelta(1)).replace(day=1)
        found.append(f"{day:%Y-%m}")
    return found[::-1]


def hot(act: Act, month: str) -> list[Hot]:
    """What stands out among the complaints that came in in a month, most of all first; those that may be seen."""
    found: dict[tuple[str, str, Tag | None], Counter[bool]] = {}
    many = func.count().label("many")
    of_unit = select(WHOLE.label("unit_id"), cases.c.category, *IN_MONTH, many).select_from(
        placed(cases, cases.c.unit_id)
    )
    for row in act.tx.execute(_within(act, of_unit, month).group_by(WHOLE, cases.c.category, *IN_MONTH)):
        counted = found.setdefault((row.unit_id or "", row.category or "", None), Counter())
        counted[month_of(row) == month] += row.many
    of_tag = select(tags.c.id, tags.c.name, *IN_MONTH, many).join_from(
        cases, case_tags, case_tags.c.case_id == cases.c.id
    )
    of_tag = of_tag.join(tags, tags.c.id == case_tags.c.tag_id)
    for row in act.tx.execute(_within(act, of_tag, month).group_by(tags.c.id, tags.c.name, *IN_MONTH)):
        counted = found.setdefault(("", "", Tag(row.id, row.name)), Counter())
        counted[month_of(row) == month] += row.many
    topics = (Hot(counted[True], counted[False], *key) for key, counted in found.items())
    return _first(one for one in topics if one.count >= FEWEST_HOT and one.count > one.mean)


def _first(topics: Iterable[Hot]) -> list[Hot]:
    def place(one: Hot) -> tuple[float, int, str, str]:
        return -one.outstanding, -one.count, one.unit_id or (one.tag.name if one.tag else ""), one.category

    return sorted(topics, key=place)[:MOST_HOT]


def _within(act: Act, query: Select[*tuple[Any, ...]], month: str) -> Select[*tuple[Any, ...]]:
    since, _ = days_of(months_back(month, BEFORE + 1)[0])
    days = cases.c.received_on >= since, cases.c.received_on <= days_of(month)[1]
    return query.where(cases.c.kind == COMPLAINT, shown(act), *days)
