"""The address of a list: the filters that were given, and which page; and how a filter is read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar
from urllib.parse import urlencode

from services.units import Directory

SHORTEST_NEAR = 3  # characters: what is shorter comes near too many names
LONGEST_WORDS = 100  # characters of what somebody searches for


@dataclass(frozen=True)
class Asked:
    """The checked filters of a list; `given` holds only what filters something. A list says where it stands."""

    LIST: ClassVar[str]

    given: Mapping[str, str]
    after: str = ""  # which page of the list
    wrong: Mapping[str, str] = field(default_factory=dict)  # what was typed and filters nothing, with the code why

    @property
    def place(self) -> str:
        """The list's filters and page, to come back to."""
        return urlencode(self._placed)

    @property
    def text(self) -> str:
        return urlencode(self.given)

    def get(self, name: str) -> str:
        return self.given.get(name, "")

    def days(self) -> tuple[date | None, date | None]:
        """The first and the last day; neither where one of them is wrong."""
        return (None, None) if self.wrong else (a_day(self.get("from")), a_day(self.get("to")))

    def with_(self, **changes: str) -> str:
        """The address of the list with these changes; an empty value takes a filter away."""
        given = {name: value for name, value in (dict(self.given) | changes).items() if value}
        return f"{self.LIST}?{urlencode(given)}" if given else self.LIST

    def alone(self, name: str) -> str:
        """The address of the list with this filter and no other."""
        return self.with_(**dict.fromkeys(self.given.keys() - {name}, ""))

    def beside(self, address: str, **more: str) -> str:
        """The address of one thing, shown beside this list."""
        asked = urlencode(self._placed | more)
        return address + (f"?{asked}" if asked else "")

    @property
    def _placed(self) -> dict[str, str]:
        return dict(self.given) | ({"after": self.after} if self.after else {})


def units_under(unit: str, directory: Directory) -> tuple[str, ...]:
    """The ids of a unit and of its windows and sections."""
    known = directory.get(unit)
    if known is None:
        return (unit,) if unit else ()
    return (known.id, *(below.id for below in directory.below(known.id)))


def units_named(words: str, directory: Directory) -> dict[str, tuple[str, ...]]:
    """The units that each word names, or nearly, by word; a single character is contained in too many."""
    named = {word: directory.search(word) for word in words.split() if len(word) > 1}
    return {
        word: tuple(option.value for option in found or directory.nearest(word) if found or len(word) >= SHORTEST_NEAR)
        for word, found in named.items()
    }


def wrong_days(given: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with `from` and `to`: no_day, or reversed, where the list would end before it begins."""
    days = {name: a_day(given[name]) for name in ("from", "to") if given.get(name)}
    wrong = {name: "no_day" for name, day in days.items() if day is None}
    since, until = days.get("from"), days.get("to")
    return {"to": "reversed"} if since and until and until < since else wrong


def a_day(text: str) -> date | None:
    """A day of this century as a form sends it; None for anything else."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if _of_our_time(day) else None


def a_moment(text: str) -> datetime | None:
    """A moment of this century with its zone, as our own page sends it back; None for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo and _of_our_time(moment) else None


def _of_our_time(day: date) -> bool:
    """Days at the end of the calendar cannot be told in every zone."""
    return 2000 <= day.year <= 2100
