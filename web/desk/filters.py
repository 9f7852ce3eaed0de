"""Reads the filters of the list from a page's address and writes them into it. An invalid value counts as not given.

A day may be typed by hand: one that is none stays, and what is wrong with it is told beside it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from services import cases
from services.cases import CATEGORIES, PRIORITIES, Appeal, State
from services.desk import BY_PROMISE, NOBODY, UNKNOWN_UNIT, VISIT, Filters
from services.foundation.wording import readable
from services.inspections import NOTED
from services.units import Directory
from web.site.asked import LONGEST_WORDS, Asked, units_named, units_under, wrong_days

KINDS = (*cases.KINDS, VISIT)
STATES = (*(state.value for state in State), NOTED)
NAMES = ("q", "unit", "kind", "category", "priority", "tag", "appeal", "state", "unread", "whose", "from", "to", "sort")
MINE = "me"
PLACE = re.compile(r"[hdp]\d{8,17}\.\d{1,17}\.[0-9a-f]{20}", re.ASCII)  # a key of services.desk.ordering

TAG = re.compile(r"[0-9a-f]{20}", re.ASCII)


@dataclass(frozen=True)
class Query(Asked):
    LIST = "/console"

    cut: bool = False  # more words were typed than are looked for

    def report(self, report_id: str, **more: str) -> str:
        """The address of a report, shown beside this list."""
        return self.beside(f"/console/report/{report_id}", **more)

    def filters(self, directory: Directory, me: str) -> Filters:
        """What to list; `me`: the id of whoever looks at it."""
        since, until = self.days()
        return Filters(
            units=units_under(self.get("unit"), directory),
            kind=self.get("kind"),
            category=self.get("category"),
            priority=self.get("priority"),
            tag=self.get("tag"),
            appeal=self.get("appeal"),
            state=self.get("state"),
            unread=bool(self.get("unread")),
            words=self.get("q"),
            named=units_named(self.get("q"), directory),
            since=since,
            until=until,
            sort=self.get("sort"),
            assigned=me if self.get("whose") == MINE else self.get("whose"),
        )


def read(asked: Mapping[str, str], directory: Directory) -> Query:
    typed = {name: readable(asked.get(name, "")) for name in NAMES}
    found = {name: one[:LONGEST_WORDS] for name, one in typed.items()}
    allowed = {
        "kind": found["kind"] in KINDS,
        "state": found["state"] in STATES,
        "category": found["category"] in CATEGORIES,
        "priority": found["priority"] in PRIORITIES,
        "appeal": found["appeal"] in {*Appeal},
        "tag": TAG.fullmatch(found["tag"]) is not None,
        "unit": found["unit"] == UNKNOWN_UNIT or directory.get(found["unit"]) is not None,
        "whose": found["whose"] in (MINE, NOBODY),
        "unread": found["unread"] == "1",
        "sort": found["sort"] == BY_PROMISE,
    }
    given = {name: value for name, value in found.items() if value and allowed.get(name, True)}
    after = asked.get("after", "")
    return Query(given, after if PLACE.fullmatch(after) else "", wrong_days(given), len(typed["q"]) > LONGEST_WORDS)
