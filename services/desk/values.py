"""The values that the desk hands out, with nothing of who filed a report."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from services.cases import CaseItem, Rating, given_of, steps_from
from services.desk.tagging import Tag
from services.evidence import Piece
from services.obligations import Promise

VISIT = "visit"
PAGE = 50  # items a page of the list
BY_PROMISE = "promise"  # a way to sort the list
UNKNOWN_UNIT = "unknown"  # in a filter: the citizen did not know the unit
NOBODY = "nobody"  # in a filter: no clerk deals with it
SHORTEST_REASON = 5


@dataclass(frozen=True)
class Found:
    """The reports in which words were found. `more`: only the newest of them are here."""

    ids: Sequence[str]
    more: bool = False
    since: date | None = None  # what moved last before this day was not searched; None: everything was


@dataclass(frozen=True)
class Filters:
    """Which reports to list. `units`: ids, or "unknown"; empty means all. Days are the office's, both included."""

    units: tuple[str, ...] = ()
    kind: str = ""  # complaint, question, visit
    category: str = ""
    priority: str = ""  # one of `services.cases.PRIORITIES`
    tag: str = ""  # the id of a tag
    appeal: str = ""  # a `services.cases.Appeal`
    state: str = ""
    unread: bool = False
    words: str = ""  # each word must occur in the number or in what was said, or in the unit's name
    sort: str = ""  # BY_PROMISE: what the citizen hears soonest first; else the unread and the newest
    named: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by word, the units that it names
    since: date | None = None
    until: date | None = None
    assigned: str = ""  # the clerk who deals with it, or NOBODY
    only: tuple[str, ...] | None = None  # these reports alone: those that were ticked in the list
    found: Found | None = None  # where there are words: what `services.desk.Search` has found with them


@dataclass(frozen=True)
class Item:
    """One line of the list, whatever kind of report it is."""

    id: str
    kind: str
    number: str
    unit_id: str | None
    category: str | None
    method: str | None
    state: str
    unread: bool
    high: bool  # whether it is listed among the unread: it is unread, or was read a moment ago
    named: bool
    text: str | None
    assigned_to: str | None
    confined: str | None
    priority: str | None
    moved_at: datetime  # when something last came in from outside
    promised_at: datetime | None = None  # in a list by promise: by when the office owes its word or its answer
    pieces: int = 0
    tags: Sequence[Tag] = ()
    findings: Mapping[str, Any] = field(default_factory=dict)
    promised: Promise | None = None  # what the office owes about it now


@dataclass(frozen=True)
class Page:
    items: Sequence[Item]
    after: str | None  # the key of the next page, None on the last one


@dataclass(frozen=True)
class Counts:
    """Numbers of reports under the filters, each leaving aside the filter that it counts."""

    all: int
    unread: int
    kinds: Mapping[str, int]
    states: Mapping[str, int]
    promised: int = 0  # cases about which the office owes its word or its answer
    overdue: int = 0  # those among them that are over


@dataclass(frozen=True)
class Said:
    """Something said about a report later. `kind`: as in `services.cases.Entry`, set_aside, and note."""

    kind: str
    actor: str | None  # a person of the office; None for the citizen
    text: str
    at: datetime
    pieces: Sequence[Piece]
    moved: Mapping[str, Sequence[str | None]] = field(default_factory=dict)  # put right: by column, the old and the new
    item: int | None = None  # the position of the item that it is about


@dataclass(frozen=True)
class Child:
    """A case that is answered with another one, its master, or was (A42)."""

    id: str
    number: str
    unit_id: str | None
    state: str
    received_at: datetime
    unread: bool
    followed: bool  # whether a chat follows it, so that its citizen can be told there


@dataclass(frozen=True)
class Report:
    """A case or a visit as the office reads it."""

    id: str
    kind: str
    number: str
    source: str | None  # the channel it came by
    unit_id: str | None
    category: str | None
    method: str | None
    text: str | None
    staff: str | None
    happened: str | None  # ISO 8601: a day, a moment, or days from/to
    named: bool
    findings: Mapping[str, Any]
    waited_minutes: int | None
    state: str
    received_at: datetime
    decided_on: date | None
    pieces: Sequence[Piece]  # pieces of evidence that came with it
    said: Sequence[Said]
    seen: str  # what the page saw: a decision on anything older is refused
    promised: Promise | None = None  # what the office owes about it now
    outcomes: Sequence[str] = ()  # what came of it (C18)
    recovered: int | None = None  # yuan (C19)
    assigned_to: str | None = None  # the clerk who deals with it
    confined: str | None = None  # why the discipline desk alone sees it: a `services.cases.Confined`
    priority: str | None = None  # one of `services.cases.PRIORITIES`
    appeal: str | None = None  # how the appeal against its end stands: a `services.cases.Appeal`
    tags: Sequence[Tag] = ()
    about: tuple[str, str] | None = None  # of retaliation: id and number of the case because of which it is
    ratings: Sequence[Rating] = ()  # what the citizen said of the answers, the newest first
    source_number: str | None = None  # of a case that a clerk has entered: the source's own number
    arrived_on: date | None = None  # of such a case: the day on which it came in there
    asked_until: date | None = None  # the last day for what the office has asked, while it waits for it
    master: tuple[str, str] | None = None  # id and number of the case with which it is answered, or was
    children: Sequence[Child] = ()  # what is answered with it, or was
    items: Sequence[CaseItem] = ()  # of a case that was split, what its citizen asks for one by one (C22)
    reach: str = ""  # where no chat follows the case: phone or none, by whether a phone was left; web or web_phone

    @property
    def rated(self) -> Rating | None:
        """What was said of the answers last."""
        return given_of(self.ratings)

    @property
    def steps(self) -> Collection[str]:
        """The steps that a case can take from where it stands."""
        return () if self.kind == VISIT else steps_from(self.kind, self.state)


@dataclass(frozen=True)
class Original:
    """A sealed original to be handed out: which one, and a file name that says nothing of its sender."""

    sha256: str
    name: str  # without an extension: 20261121-0042-1
