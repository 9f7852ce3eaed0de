"""The values that notices are made of, with their states and limits."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DRAFT, WAITING, RELEASED, DONE, ABORTED = "draft", "waiting", "released", "done", "aborted"
LONGEST_TEXT = 3_000  # characters of each language: with the words around it one message, or two with many signs
MOST_PIECES = 9  # pieces of a notice: an album of Telegram holds ten
MOST_NUMBERS = 100_000  # numbers in an uploaded list
# What an unfilled blank of another program looks like: {{x}}, {name}, ${x}, and the same in full-width signs.
_VARIABLE = re.compile(r"[$#%]?[{\uff5b]+[^{}\uff5b\uff5d\n]{0,40}[}\uff5d]+|<%.{0,40}?%>")


@dataclass(frozen=True)
class Audience:
    """Whom a notice is for. An empty field chooses nobody by itself and excludes nobody beside other fields.

    roles: of `Role`; kinds and areas: of units, both must fit; units: ids, with their windows and sections.
    A list of numbers, and the recipients of a notice that is sent again, stand in `listeners`.
    """

    roles: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    sms: bool = False  # whether it goes by SMS to those who have no chat
    listed: int = 0  # how many numbers were uploaded
    list_id: str = ""  # a new id with each change of the list
    root: str | None = None  # of a repeated notice: the first one
    missed: bool = False  # of a repeated notice: for those whom the first has not reached for all we know

    @property
    def chooses(self) -> bool:
        return bool(self.roles or self.kinds or self.areas or self.units)

    def plain(self) -> dict[str, Any]:
        names = ("roles", "kinds", "areas", "units")
        lists = {name: list(getattr(self, name)) for name in names}
        of_list = {"listed": self.listed, "list_id": self.list_id}
        return lists | of_list | {"sms": self.sms, "root": self.root, "missed": self.missed}


def audience_of(plain: Mapping[str, Any]) -> Audience:
    lists = {name: tuple(plain.get(name, ())) for name in ("roles", "kinds", "areas", "units")}
    of_list = {"listed": plain.get("listed", 0), "list_id": plain.get("list_id", "")}
    sms, missed = bool(plain.get("sms")), bool(plain.get("missed"))
    return Audience(**lists, sms=sms, **of_list, root=plain.get("root"), missed=missed)


@dataclass(frozen=True)
class Part:
    """A picture or a file of a notice."""

    id: str
    kind: str  # photo, voice, video, file
    name: str | None  # of a file
    mime: str
    bytes: int
    long: bool  # a picture that is illegible when it is shown whole
    flaw: str | None  # what its copy lacks, see media.Cleaned


@dataclass(frozen=True)
class Notice:
    """A notice as the console shows it. `seen`: what the page saw; a step on anything older is refused."""

    id: str
    number: str
    state: str
    texts: Mapping[str, str]
    audience: Audience
    acknowledges: bool
    total: int | None
    send_at: datetime | None
    created_at: datetime
    created_by: str
    released_at: datetime | None
    released_by: str | None
    aborted_at: datetime | None
    aborted_by: str | None = None
    sms_at: datetime | None = None  # when its text messages go out, if later than the rest
    parts: Sequence[Part] = ()

    def stands(self, now: datetime) -> str:
        """Its state as lists tell it: of a released one that waits, for its time (timed) or for the morning (night)."""
        if self.state != RELEASED:
            return self.state
        timed = self.send_at is not None and self.send_at > now
        return "timed" if timed else "night" if self.sms_at is not None and self.sms_at > now else self.state

    @property
    def seen(self) -> str:
        told = repr((self.texts, self.audience, self.acknowledges, self.send_at, [part.id for part in self.parts]))
        return f"{self.state}.{int.from_bytes(hashlib.sha256(told.encode()).digest()[:6])}"


@dataclass(frozen=True)
class Written:
    """What a clerk has typed into the form of a notice."""

    texts: Mapping[str, str]
    audience: Audience
    acknowledges: bool


@dataclass(frozen=True)
class Unreached:
    """Somebody of the audience whom nothing reaches: in which role, of which unit."""

    role: str
    unit_id: str | None


@dataclass(frozen=True)
class Reach:
    """How many messages would go out now, by channel, and who cannot be reached (the first of them by place)."""

    channels: Mapping[str, int] = field(default_factory=dict)
    unreached: int = 0
    who: Sequence[Unreached] = ()

    @property
    def total(self) -> int:
        return sum(self.channels.values())


def variable_in(text: str) -> str | None:
    """The first thing in a text that looks like a blank which nobody filled in."""
    found = _VARIABLE.search(text)
    return found.group() if found else None
