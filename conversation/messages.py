"""What people say and what is said to them, as plain values that know no wire and hold no wording."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from conversation.values import value

Answers = Mapping[str, Any]
PIN = "\U0001f4cd"  # begins the words that stand for a place on the map


@value
class Media:
    """One piece of evidence as a reference: the bytes never travel through a session."""

    ref: str
    kind: str  # photo, voice, video, file
    size: int | None = None  # bytes, where the channel says so
    name: str | None = None
    caption: str | None = None  # what was written under it


@value
class Reply:
    """What one incoming message holds, whatever the channel."""

    text: str | None = None  # beside media what was written under them, beside a location what the place is called
    choice: str | None = None  # the value of a tapped button
    turn: int | None = None  # the turn that was printed into that button
    media: tuple[Media, ...] = ()
    location: tuple[float, float] | None = None  # latitude, longitude in degrees
    phone: str | None = None  # of a contact card; its name and number are the text
    unread: bool = False  # a kind of message of which nothing can be kept

    def written(self) -> str | None:
        """The reply in words, for where a place on the map is none of the answers."""
        if self.location is None:
            return self.text
        return " ".join(filter(None, [PIN, self.text, "{:.6f},{:.6f}".format(*self.location)]))


@value
class Incoming:
    """One event from a channel. (channel, event_id) is unique for ever; `sender` is an address of the channel."""

    channel: str
    event_id: str
    sender: str
    reply: Reply
    language: str | None = None  # what the sender's device prefers
    message: str | None = None  # the channel's id of the message whose button was tapped
    origin: str | None = None  # the channel's id of the message itself, where its writer can change it later
    edited: bool = False  # whether the reply holds the new words of a message that came before
    raw: bytes = b""  # what came over the wire, for the quarantine


@value
class Option:
    """A value to choose. Without a label its words are the block `<question>_<value>`.

    With `values` it is drawn by the block `<kind>_option`, which needs them: the number, kind and name of a piece.
    """

    value: str
    label: str | None = None
    values: Mapping[str, Any] | None = None
    known: str | None = None  # another name by which it is chosen when it is typed whole


@value
class Problem:
    """Why an answer was refused: a template block and the values that its words need."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    after: Problem | None = None  # what is said before it


@value
class Line:
    """One answer as the review shows it. `form` says how to draw `value`."""

    key: str
    form: str  # text, option, label, ticks, media, moment, yes_no, location, number, none
    value: Any = None
    assumed: bool = False  # whether it was not said: it is shown with how to change it


@value
class Screen:
    """One question, or the review, ready to be drawn on any channel."""

    flow: str
    asks: str  # the question's key, or "review"
    kind: str  # the question's kind: text, choice, ticks, media, ...
    turn: int
    number: int  # "3 / 7"
    total: int
    options: tuple[Option, ...] = ()  # those of the page shown
    first: int = 1  # the number of the first option shown: numbers run on over the pages
    ticked: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    problem: Problem | None = None
    lines: tuple[Line, ...] = ()  # the review
    count: int = 0  # pieces of media received so far
    remark: str | None = None
    editing: bool = False
    undo: Line | None = None  # what one tap took away and "/undo" brings back
    written: str | None = None  # the words to start from: the answer to change, or one that is too long
    present: Line | None = None  # the answer to change, where it is not written but chosen or sent
    private: bool = False  # whether the answer names somebody: it is not repeated by text message


@value
class Button:
    """A button under a message. `press` is what comes back; its label is a template block, or comes from the data."""

    press: str
    words: str | None = None
    label: str | None = None
    url: str | None = None
    values: Mapping[str, Any] | None = None  # the values that the block's words need


@value
class Attached:
    """A picture or a file that goes with a message: the clean copy of a piece of evidence."""

    id: str
    kind: str  # photo, voice, video, file
    name: str | None = None  # of a file, with its ending
    long: bool = False  # a picture that is illegible when it is shown whole


@value
class Say:
    """A message that asks nothing: `words` is "<file>.<block>" under templates/<language>/chat."""

    words: str
    values: Mapping[str, Any] = field(default_factory=dict)
    buttons: tuple[Button, ...] = ()
    pieces: tuple[Attached, ...] = ()
    copy: str | None = None  # words in it that somebody may want to copy


@value
class Body:
    """What a delivery carries: a screen or a message. `edits` is the id of the message to draw over."""

    ask: Screen | None = None
    say: Say | None = None
    edits: str | None = None
    at: datetime | None = None  # when it was written, where its row tells the day alone
