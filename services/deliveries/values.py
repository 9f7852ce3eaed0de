"""What is said about a delivery: before it is a row, in a sender's hands, and after the wire has had it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from conversation.messages import Body

URGENCY = ("reply", "reminder", "broadcast")  # each overtakes what stands behind it
BROADCAST = URGENCY[2]
MOST_ATTEMPTS = 12


@dataclass(frozen=True)
class Outgoing:
    """A body for a contact, before it is a row."""

    contact_id: str
    channel: str
    body: Body


@dataclass(frozen=True)
class Letter:
    """A row of a channel that fetches (the web chat): numbered, so that a reconnect goes on where it stopped."""

    id: int
    body: Body
    at: datetime


@dataclass(frozen=True)
class Parcel:
    """A leased row: what a sender needs to send it."""

    id: int
    contact_id: str
    address: str
    language: str
    body: Body
    attempts: int  # this one counted
    urgency: str = URGENCY[0]
    notice_id: str | None = None  # of a broadcast
    blocked: bool = False  # the contact could not be reached before

    @property
    def once(self) -> bool:
        """Sent at most once: what may have arrived is never sent again."""
        return self.urgency == BROADCAST


@dataclass(frozen=True)
class Result:
    """What became of a parcel. `retry_after` asks for another try; without it an error is final."""

    id: int
    wire_id: str | None = None
    error: str | None = None
    retry_after: timedelta | None = None
    contact_gone: bool = False  # blocked us, or no longer there: nothing more is sent to this contact
    contact_back: bool = False  # could not be reached before, and now can
    uncertain: bool = False  # it may have arrived, and must not be sent again
    tried: bool = True  # it got as far as the wire, and was not turned away there unread


@dataclass(frozen=True)
class Holder:
    """A sender: the place that only one process at a time can have, and its present life there."""

    place: str
    life: str


@dataclass(frozen=True)
class Room:
    """How many rows a sender can take in all, and how many of them may be reminders, how many broadcasts."""

    all: int
    reminders: int
    broadcasts: int
