"""What browser and server say to each other over /chat/ws: one JSON object a frame.

Browser to server. `id` is random and made by the browser: what is sent again with the same id has no second effect.

    {"hello": 41, "id": …, "start": "u-gtj" | null, "language": "en", "browser": …, "holds": [41, key]}
                                                  first frame; 41: the last letter that need not come again; `browser`:
                                                  a random mark; `holds`: the last letter it has
    {"say": "…", "id": …}
    {"tap": press, "turn": 7 | null, "message": 41, "id": …}            a button of letter 41
    {"media": ["kept:…", …], "text": "…", "id": …}                      what /chat/upload returned
    {"place": [25.83, 114.93], "id": …}                                 latitude, longitude in degrees
    {"got": 41}                                                         every letter up to this one is shown
    {"beat": 1}                                                         is the line alive?

Server to browser:

    {"letter": {id, key, at, day, time, head, progress, text, foot, problem, asks, turn, title, edits,
               lines, rows, media, link, language}}
               rows [[{label, press, turn, role, url, stays}]], lines [{label, value, press, edit}], see `drawing`;
               link: an address in the text that the program itself has put there, to be tapped if it is our own;
               media [[id, kind, name]]: pictures and files at /chat/piece/<id>
    {"restored": 1}          it holds letters that are not ours, as a backup was restored: all of ours follow
    {"turn": 7 | null}       after each batch of letters: the turn whose buttons count; "ready": true after the past
    {"kept": id}             durable; the browser may forget it
    {"refused": id, "code"}  cannot be used and will never be (`CODES`); the page has the words
    {"away": id}             nothing was kept, the same frame is welcome again soon
    {"bye": code}            no_session: the cookie is missing; too_many: too many open pages; crowded: too many of
                             one address; closed: the conversation was ended in another browser
    {"beat": 1}
"""

from __future__ import annotations

import json
import math
import re
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from conversation.text import inert
from models.tables import FETCHING

CHANNEL = FETCHING
LARGEST_FRAME = 256 * 1024  # bytes
LONGEST_TEXT = 20_000  # characters; questions have shorter limits and words of their own for them
MOST_PIECES = 20  # in one message
CODES = ("garbled", "too_long", "too_fast", "gone")
LETTER_ID = 2**53  # JavaScript counts no further

Id = Annotated[str, Meta(pattern=r"^[0-9A-Za-z-]{8,64}$")]
Ref = Annotated[str, Meta(pattern=r"^kept:[0-9A-Za-z_-]{1,64}$")]
Number = Annotated[int, Meta(ge=0, le=LETTER_ID)]


class Garbled(ValueError):
    """The frame does not follow this protocol. `id` is given where it can be told which frame it was."""

    def __init__(self, code: str, event: str | None = None) -> None:
        super().__init__(code)
        self.code, self.id = code, event


class Frame(msgspec.Struct, frozen=True):
    """A frame of the browser; exactly one of its first seven fields is set and says what it is for."""

    hello: Number | None = None
    say: str | None = None
    tap: Annotated[str, Meta(min_length=1, max_length=200)] | None = None
    media: Annotated[list[Ref], Meta(min_length=1, max_length=MOST_PIECES)] | None = None
    place: tuple[float, float] | None = None
    got: Number | None = None
    beat: int | None = None
    id: Id | None = None
    text: str | None = None
    turn: Number | None = None
    message: Number | None = None
    start: Annotated[str, Meta(pattern=r"^[0-9A-Za-z_-]{1,100}$")] | None = None
    language: Annotated[str, Meta(max_length=40)] | None = None
    browser: Id | None = None
    holds: tuple[Number, Annotated[str, Meta(max_length=64)]] | None = None


def read(raw: str) -> Frame:
    """Reads a frame; its words come out inert. Raises Garbled."""
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Garbled("garbled") from error
    event = _id(said)
    try:
        frame = msgspec.convert(said, Frame)
    except (msgspec.ValidationError, RecursionError) as error:
        raise Garbled("garbled", event) from error
    _check(frame)
    return msgspec.structs.replace(
        frame, say=_inert(frame.say), text=_inert(frame.text), tap=_inert(frame.tap), language=_inert(frame.language)
    )


def write(**said: Any) -> str:
    return msgspec.json.encode(said).decode()


def _check(frame: Frame) -> None:
    acts = [name for name in ("say", "tap", "media", "place") if getattr(frame, name) is not None]
    others = [name for name in ("hello", "got", "beat") if getattr(frame, name) is not None]
    if len(acts) + len(others) != 1 or (acts and frame.id is None):
        raise Garbled("garbled", frame.id)
    if len(frame.say or "") > LONGEST_TEXT or len(frame.text or "") > LONGEST_TEXT:
        raise Garbled("too_long", frame.id)
    if frame.place and not (_within(frame.place[0], 90) and _within(frame.place[1], 180)):
        raise Garbled("garbled", frame.id)


def _within(degrees: float, most: float) -> bool:
    return math.isfinite(degrees) and -most <= degrees <= most


def _inert(text: str | None) -> str | None:
    return None if text is None else inert(text)


def _id(said: Any) -> str | None:
    found = said.get("id") if isinstance(said, dict) else None
    return found if isinstance(found, str) and re.fullmatch(r"[0-9A-Za-z-]{8,64}", found) else None
