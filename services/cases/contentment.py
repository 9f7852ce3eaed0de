"""How content those are who were asked in a month, whatever they filed, as it is published (P-01, P-04).

The figures of complaints by unit, source or kind are counted with the complaints: `services.desk.Tally`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from models.tables import cases, ratings
from services.cases.confining import shown
from services.cases.rating import LEVELS, SATISFIED, RatingState
from services.foundation.act import Act

FEWEST = 3  # ratings: of fewer it is not told how many gave which level


@dataclass(frozen=True)
class Contentment:
    """Ratings of the cases whose answers were first asked about in some days; silence is never content.

    What was set aside is no part of `given`, `solved`, `satisfied` and `levels`.
    """

    asked: int
    given: int
    silent: int  # their days have passed
    set_aside: int
    solved: int
    satisfied: int  # of the three upper levels
    levels: Mapping[str, int]  # empty where fewer than FEWEST were given

    @property
    def of_given(self) -> int | None:
        """Satisfied per cent of those who said something, rounded down."""
        return 100 * self.satisfied // self.given if self.given else None

    @property
    def of_heard(self) -> int | None:
        """Satisfied per cent of those who said something or kept silent to the end, rounded down."""
        heard = self.given + self.silent
        return 100 * self.satisfied // heard if heard else None


def contentment(act: Act, since: date, until: date, *, again: bool = False) -> Contentment:
    """The ratings asked for in these days, both included; `again`: later rounds, which are counted apart."""
    nth = ratings.c.round > 1 if again else ratings.c.round == 1
    columns = ratings.c.state, ratings.c.level, ratings.c.solved, ratings.c.aside_id.is_not(None).label("aside")
    grouped = select(*columns, func.count().label("many")).join_from(ratings, cases, cases.c.id == ratings.c.case_id)
    grouped = grouped.where(nth, shown(act), ratings.c.asked_on.between(since, until))
    rows = act.tx.execute(grouped.group_by(*columns)).all()
    counting = [row for row in rows if row.state == RatingState.GIVEN and not row.aside]
    levels = Counter[str]()
    for row in counting:
        levels[row.level] += row.many
    given = levels.total()
    return Contentment(
        asked=sum(row.many for row in rows),
        given=given,
        silent=sum(row.many for row in rows if row.state == RatingState.LAPSED),
        set_aside=sum(row.many for row in rows if row.aside),
        solved=sum(row.many for row in counting if row.solved),
        satisfied=sum(levels[one] for one in SATISFIED),
        levels={one: levels[one] for one in LEVELS} if given >= FEWEST else {},
    )
