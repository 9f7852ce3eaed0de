"""The values of a delivery: before it is a row, in a sender's hands, and after the wire has had it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from conversation.messages import Body
from conversation.values import value

URGENCY = ("reply", "reminder", "broadcast")  # each overtakes those after it
BROADCAST = URGENCY[2]
MOST_ATTEMPTS = 12


@value
class Outgoing:
    """A body for a contact, before it is a row of deliveries."""

    contact_id: str
    channel: str
    body: Body
    letter: int | None = None  # its number, where pages fetch and the contact's session is locked


@dataclass(frozen=True)
class Letter:
    """A row for the web chat, by its number among the contact's own: a page goes on after the last one it has."""

    id: int
    row_id: int
    body: Body
    at: datetime
    key: str = ""  # which letter had this number: after a restore from a backup another one gets it


@dataclass(frozen=True)
class Parcel:
    """A leased row: what a sender needs to send it."""

    id: int
    contact_id: str
    address: str
    language: str
    body: Body
    attempts: int  # including this one
    urgency: str = URGENCY[0]
    notice_id: str | None = None  # the notice of a broadcast
    blocked: bool = False  # whether the contact could not be reached before

    @property
    def once(self) -> bool:
        """Whether it is sent at most once: a broadcast that may have arrived is never sent again."""
        return self.urgency == BROADCAST


@dataclass(frozen=True)
class Result:
    """What became of a parcel. `retry_after` asks for another try; without it an error is final."""

    id: int
    wire_id: str | None = None
    error: str | None = None
    retry_after: timedelta | None = None
    contact_gone: bool = False  # blocked us, or no longer exists: nothing more is sent to this contact
    contact_back: bool = False  # could not be reached before, and now can
    uncertain: bool = False  # whether it may have arrived and must not be sent again
    tried: bool = True  # whether it got as far as the wire and was not turned away there unread


@dataclass(frozen=True)
class Holder:
    """The holder of a lane: a place that only one process at a time can have, and the id of its present run there."""

    place: str
    run_id: str


@dataclass(frozen=True)
class Capacity:
    """The number of rows that a sender can take in all, and how many of them may be reminders, how many broadcasts."""

    all: int
    reminders: int
    broadcasts: int
