"""The values that this package hands out, all frozen. Moments are in the office's time zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from services.evidence import Piece

OPEN, ACKNOWLEDGED, ANSWERED, RETURNED = "open", "acknowledged", "answered", "returned"
NOT_OURS = "not_ours"  # the unit has given it back as not its own duty, and the office has not decided
ACCEPTED, EXCUSED = SETTLED = ("accepted", "excused")
STATES = (OPEN, ACKNOWLEDGED, ANSWERED, RETURNED, NOT_OURS, ACCEPTED, EXCUSED)
FOUND_UNTRUE = "found_untrue"  # an answer that was sent back because it is not so (C10)
# States of an extension. Moot: the obligation was settled before the office had decided.
WAITING, GRANTED, REFUSED, MOOT = "waiting", "granted", "refused", "moot"
AGES = ("week", "month", "older")  # age groups of what is late
PAGE = 50


class Standing(StrEnum):
    """How far the units are with what they owe about one subject."""

    OWED = "owed"  # it is some unit's turn, or one says that it is not its duty
    ANSWERED = "answered"  # every answer has come, and the office has not decided on all
    SETTLED = "settled"


@dataclass(frozen=True)
class Subject:
    """What an obligation is about, as far as lists may tell."""

    id: str
    number: str
    waited_for: bool  # whether somebody hears of it once its last obligation is accepted (C06)


@dataclass(frozen=True)
class UnitSight:
    """Everything a unit sees of what its obligation is about. There is no other way from a report to a unit.

    It has no number: the obligation's own, made when it is handed over, tells nothing of when the report came in.
    """

    unit: str
    categories: tuple[str, ...]  # codes from our own lists, whose words are in the templates
    text: str  # written by the office: a citizen's or a supervisor's own words would give them away
    received: date | None  # the day; None for a visit, as its day tells when somebody stood at the counter


@dataclass(frozen=True)
class Obligation:
    """Something that a unit owes by a date."""

    id: str
    number: str  # D20261121-0003
    kind: str  # a ladder of rulebooks/ladders.toml
    unit_id: str
    state: str
    due_at: datetime
    owed: bool  # whether it is the unit's turn
    late: bool  # whether it is owed and the deadline has passed
    working_days_left: int  # 0 on the last day, negative after it; 0 for what is not owed
    subject: Subject | None  # None: about nothing, or about something of which no list tells
    created_at: datetime
    acknowledged_at: datetime | None
    waiting_extension: bool
    asks: bool = False  # whether the unit's last question has no reply yet
    begins: str = ""  # the first words of what is asked, on one line
    subject_id: str | None = None  # set even for a subject of which no list tells
    silent: bool = False  # whether nobody of the unit has acknowledged it through all steps of the ladder (A52)
    provisional: bool = False  # whether it is due in a year whose holidays are not announced
    shown_from: datetime | None = None  # when its unit hears of it (`releasing`); None: at once

    def is_known(self, now: datetime) -> bool:
        """Whether its unit may know of it yet."""
        return self.shown_from is None or self.shown_from <= now

    @property
    def waited_for(self) -> bool:
        """Whether somebody other than the unit hears of it when it is accepted."""
        return self.subject is not None and self.subject.waited_for


@dataclass(frozen=True)
class Happened:
    """One entry of an obligation's history.

    kind: handed, acknowledged, unit_answer, unit_question, office_reply, returned (`detail`: times, and found_untrue
    where it is), accepted, excused, not_ours (reason), insisted and deadline_moved (from, to), time_asked,
    time_granted, time_refused, reminders_moved.
    """

    kind: str
    actor: str | None  # a person's id
    text: str
    at: datetime
    pieces: Sequence[Piece]
    detail: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reminded:
    """A reminder that went out by itself (C08, A52); what the office said at once is in the history."""

    kind: str  # before, holiday, day, over, silence
    to: str  # head, both (head and superior), superior (the head had no account), deputy; office: only on its list
    by: str  # chat, sms; no_chat, no_sms: nobody had such an account
    days: int  # working days before or after the deadline
    at: datetime


@dataclass(frozen=True)
class Extension:
    """An extension: more time, as a unit asked for it."""

    id: str
    state: str  # waiting, granted, refused, moot
    reason: str
    wanted_at: datetime
    late: bool  # whether it was asked for after the deadline (A33)
    asked_by: str
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    word: str | None  # the office's word on it


@dataclass(frozen=True)
class Dossier:
    """An obligation with everything about it that its unit may see."""

    obligation: Obligation
    asked: str
    history: Sequence[Happened]  # oldest first
    extensions: Sequence[Extension]  # oldest first
    waiting: Extension | None
    seen: str  # what the page saw: a decision on anything older is refused
    sight: UnitSight | None  # what the unit sees of its subject
    not_ours_by: datetime | None = None  # until when the unit may say that it is not its duty; None: it may not
    why_not_ours: str | None = None  # a code of services.obligations.codes: why it may not, if it is owed


@dataclass(frozen=True)
class Late:
    """How much of one kind a unit is late with."""

    unit_id: str
    kind: str
    oldest_due: datetime
    ages: Mapping[str, int]  # by AGES: at most a week, at most a month (30 days), longer
    days: int = 0  # for the oldest, as `Obligation.working_days_left`: negative, or 0 where none has passed

    @property
    def count(self) -> int:
        return sum(self.ages.values())


@dataclass(frozen=True)
class ObligationFilters:
    """Which obligations to list; empty fields mean all. `after`: the id of the last one on the page before."""

    units: tuple[str, ...] = ()
    kind: str = ""
    late: bool = False
    stage: str = (
        ""  # current (not settled), owed, unseen (not acknowledged), answered, waiting (for time), asks, silent (A52),
        # not_ours, settled (newest first)
    )
    words: str = ""  # each word must occur in the number or in what was asked, or name the unit
    named: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by word, the units that it names
    after: str = ""
    most: int = PAGE
