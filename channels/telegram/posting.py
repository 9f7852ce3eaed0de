"""Sends a parcel: over the tapped message or as a new one; and says what became of it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import structlog

from channels.pace import Held, Pace
from channels.render import draw
from channels.rests import LONGEST_WAIT, Rests, wait_after
from channels.telegram.client import MALFORMED, Client, Trouble
from channels.telegram.drawing import Letter, letter_of, units
from channels.telegram.media import LONGEST_CAPTION, Files, Media, NoCopy
from conversation.messages import Body
from services.deliveries import MOST_ATTEMPTS, Parcel, Result
from templates import Texts

LONGEST_PAUSE = 60.0  # seconds in the middle of a parcel
MOST_FAST = 1_000
_NO_PREVIEW = {"is_disabled": True}
_TOKEN = (401, 404)  # refused to the bot, whatever it says
_FINAL = (400, 413)  # the same again would be refused again
_GONE = ("chat not found", "user not found", "peer_id_invalid", "deactivated", "blocked by the user")
_NOT_EDITABLE = ("to edit not found", "can't be edited", "message_id_invalid", "no text in the message")
_SAME = "message is not modified"
# The refusals that we know, by the code under which they are recorded: a description may quote a person's words.
_CODES = {
    "message is too long": "400:too_long",
    "message text is empty": "400:empty",
    "button_data_invalid": "400:button",
    "inline keyboard": "400:keyboard",
    "encoded in utf-8": "400:utf8",
    "photo_invalid_dimensions": "400:picture",
    "image_process_failed": "400:picture",
}
log = structlog.get_logger()


class Poster:
    """The way out. One chat's parcels must come one after another, each after its `turn`."""

    def __init__(self, client: Client, texts: Mapping[str, Texts], pace: Pace, media: Media | None = None) -> None:
        self._client = client
        self._texts = texts
        self._pace = pace
        self._media = media
        self._rests = Rests("telegram", pace)
        self._through = 0  # messages that have got through
        self._fast: dict[str, tuple[int, int]] = {}  # chats that were too fast: how often, and what was through then
        self._notices: dict[str, tuple[Body, Letter]] = {}  # the last one drawn, by language

    async def turn(self, parcel: Parcel) -> timedelta | None:
        """Returns when the parcel may leave; for how long the channel is silent where that is long."""
        return await self._rests.turn(parcel.address, parcel.urgency)

    async def send(self, parcel: Parcel) -> Result:
        """Raises whatever drawing raises; all that the wire may do becomes a Result."""
        letter = self._letter(parcel)
        trip = Trip(self._client, self._pace, parcel)
        try:
            wire_id = await self._sent(trip, letter, parcel)
        except (Held, Trouble) as trouble:
            return self._failed(parcel, trouble, trip)
        except NoCopy:
            return Result(parcel.id, error="no_copy")
        self._rests.heard()
        self._through += 1
        self._fast.pop(parcel.address, None)
        return Result(parcel.id, wire_id=str(wire_id))

    def _letter(self, parcel: Parcel) -> Letter:
        """All recipients of a notice share one body: it is drawn once for each language."""
        body, letter = self._notices.get(parcel.language, (None, None))
        if letter is None or body is not parcel.body:
            letter = letter_of(draw(parcel.body, self._texts[parcel.language]))
            if parcel.notice_id is not None:
                self._notices[parcel.language] = (parcel.body, letter)
        return letter

    async def _sent(self, trip: Trip, letter: Letter, parcel: Parcel) -> int:
        pieces = parcel.body.say.pieces if parcel.body.say is not None and self._media is not None else ()
        if not pieces or self._media is None:
            return await _placed(trip, letter, over=parcel.body.ask is not None)
        text = letter.pieces[0]
        if len(pieces) == len(letter.pieces) == 1 and units(text) <= LONGEST_CAPTION:
            return _id_of(await self._media.send(trip, pieces, caption=text, reply_markup=_markup(letter)))
        await self._media.send(trip, pieces)
        return await _placed(trip, letter, over=False)

    def _failed(self, parcel: Parcel, trouble: Held | Trouble, trip: Trip) -> Result:
        result = self._held(parcel, trouble) if isinstance(trouble, Held) else self._refused(parcel, trouble)
        unknown = isinstance(trouble, Trouble) and trouble.may_be_done
        if parcel.once and result.retry_after is not None and (unknown or trip.arrived):
            return replace(result, retry_after=None, uncertain=True)
        return result

    def _held(self, parcel: Parcel, held: Held) -> Result:
        return Result(parcel.id, error="held", retry_after=timedelta(seconds=held.seconds), tried=False)

    def _refused(self, parcel: Parcel, trouble: Trouble) -> Result:
        code = trouble.code
        if code == 429:
            return Result(parcel.id, error="429", retry_after=self._slow_down(parcel, trouble), tried=False)
        if trouble.unheard or code in _TOKEN:
            self._rests.unheard(str(code), trouble.meaning)
        else:
            self._rests.heard()
            if code == 403 or (code == 400 and _says(trouble, *_GONE)):
                return Result(parcel.id, error="contact_gone", contact_gone=True)
            if code in _FINAL:
                known = next((name for words, name in _CODES.items() if _says(trouble, words)), str(code))
                log.error("telegram_refused", code=known, delivery=parcel.id)
                return Result(parcel.id, error=known)
        heard_but_broken = code == 500 and not trouble.unheard and parcel.attempts >= MOST_ATTEMPTS
        wait = timedelta(seconds=wait_after(parcel.attempts))
        return Result(parcel.id, error=str(code), retry_after=None if heard_but_broken else wait)

    def _slow_down(self, parcel: Parcel, trouble: Trouble) -> timedelta:
        """The whole channel is silent; but where others have got through since this chat's last time, it is this chat
        that is too fast, and waits alone, longer each time."""
        seconds = trouble.retry_after or 5.0
        times, through = self._fast.get(parcel.address, (0, self._through))
        if through == self._through:
            log.warning("telegram_too_fast", seconds=seconds)
            self._pace.hold(seconds)
        if len(self._fast) >= MOST_FAST:
            self._fast.pop(next(iter(self._fast)))
        self._fast[parcel.address] = times + 1, self._through
        return timedelta(seconds=max(seconds, min(LONGEST_WAIT, seconds * 2 ** min(times, 9))))


class Trip:
    """The calls that one parcel takes. The first has had its turn; whatever follows waits for its own."""

    def __init__(self, client: Client, pace: Pace, parcel: Parcel) -> None:
        self._client, self._pace, self._parcel = client, pace, parcel
        self._chat = int(parcel.address)
        self._first = True
        self.arrived = False  # whether the person has got a part of it

    async def edit(self, what: str, message_id: int, **asked: Any) -> None:
        await self._call(f"editMessage{what}", message_id=message_id, **asked)

    async def send(self, what: str = "Message", **asked: Any) -> int:
        """The id of the new message."""
        message = await self._call(f"send{what}", **asked)
        self.arrived = True
        return _id_of(message)

    async def send_files(self, what: str, files: Files, **asked: Any) -> Any:
        """What the API gives back: a message, or those of an album."""
        given = {"chat_id": self._chat, **asked}
        if files:
            message = await self._in_turn(lambda: self._client.upload(f"send{what}", given, files))
        else:
            message = await self._in_turn(lambda: self._client.call(f"send{what}", given))
        self.arrived = True
        return message

    async def _call(self, method: str, **asked: Any) -> Any:
        return await self._in_turn(lambda: self._client.call(method, {"chat_id": self._chat, **asked}))

    async def _in_turn(self, call: Callable[[], Awaitable[Any]]) -> Any:
        """Where a part has arrived, the rest waits here: another try of the whole would bring that part twice."""
        left = LONGEST_PAUSE
        while True:
            try:
                await self._wait()
                return await call()
            except (Held, Trouble) as trouble:
                pause = _pause(trouble)
                if not self.arrived or pause is None or pause > left:
                    raise
            left -= pause
            log.warning("telegram_too_fast", seconds=pause)
            self._pace.hold(pause)
            await asyncio.sleep(pause)

    async def _wait(self) -> None:
        if not self._first:
            await self._pace.turn(self._parcel.address, self._parcel.urgency)
        self._first = False


def _pause(trouble: Held | Trouble) -> float | None:
    """For how long to be silent; None for what is another trouble."""
    if isinstance(trouble, Held):
        return trouble.seconds
    return (trouble.retry_after or 5.0) if trouble.code == 429 else None


async def _placed(trip: Trip, letter: Letter, *, over: bool) -> int:
    """The id of the message that shows the letter's end."""
    if letter.edits is not None:
        if over and len(letter.pieces) == 1:
            if await _redrawn(trip, letter.edits, letter):
                return letter.edits
        else:
            await _cleared(trip, letter.edits)
    for piece in letter.pieces[:-1]:
        await trip.send(text=piece, link_preview_options=_NO_PREVIEW)
    return await trip.send(text=letter.pieces[-1], reply_markup=_markup(letter), link_preview_options=_NO_PREVIEW)


async def _redrawn(trip: Trip, message_id: int, letter: Letter) -> bool:
    """False where the message is gone or too old."""
    try:
        await trip.edit(
            "Text", message_id, text=letter.pieces[0], reply_markup=_markup(letter), link_preview_options=_NO_PREVIEW
        )
    except Trouble as trouble:
        if trouble.code != 400 or not (_says(trouble, _SAME) or _says(trouble, *_NOT_EDITABLE)):
            raise
        return _says(trouble, _SAME)
    return True


async def _cleared(trip: Trip, message_id: int) -> None:
    """Takes the old keyboard away. An old button does no harm, so that this may fail."""
    try:
        await trip.edit("ReplyMarkup", message_id)
    except Trouble as trouble:
        if trouble.code != 400:
            raise


def _id_of(message: Any) -> int:
    id = message.get("message_id") if isinstance(message, dict) else None
    if not isinstance(id, int) or not 0 < id < 2**63:
        raise Trouble(MALFORMED)
    return id


def _markup(letter: Letter) -> dict[str, Any] | None:
    return letter.markup.to_dict() if letter.markup is not None else None


def _says(trouble: Trouble, *words: str) -> bool:
    said = trouble.description.lower()
    return any(one in said for one in words)
