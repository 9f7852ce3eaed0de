"""One parcel's way to its chat: drawn over the message that was tapped, or sent as new messages."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from channels.pace import Held, Pace
from channels.telegram.client import MALFORMED, Client, Trouble
from channels.telegram.drawing import TelegramLetter, with_codes
from channels.telegram.media import Files
from services.deliveries import Parcel

LONGEST_PAUSE = 60.0  # seconds in the middle of a parcel
_NO_PREVIEW = {"is_disabled": True}
_NOT_EDITABLE = ("to edit not found", "can't be edited", "message_id_invalid", "no text in the message")
_SAME = "message is not modified"
log = structlog.get_logger()


class Trip:
    """The calls that one parcel takes. The first has had its turn; each further call waits for its own."""

    def __init__(self, client: Client, pace: Pace, parcel: Parcel) -> None:
        self._client, self._pace, self._parcel = client, pace, parcel
        self._chat = int(parcel.address)
        self._first = True
        self.arrived = False  # whether the person has got a part of the parcel

    async def edit(self, what: str, message_id: int, **asked: Any) -> None:
        await self._call(f"editMessage{what}", message_id=message_id, **asked)

    async def send(self, what: str = "Message", **asked: Any) -> int:
        """Sends one message; returns its id."""
        message = await self._call(f"send{what}", **asked)
        self.arrived = True
        return id_of(message)

    async def send_files(self, what: str, files: Files, **asked: Any) -> Any:
        """Sends files; returns what the API gives back: a message, or the messages of an album."""
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
        """Makes a call in its turn. Once a part has arrived the rest waits here: a new try would repeat that part."""
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
    """How long to be silent, in seconds; None for any other trouble."""
    if isinstance(trouble, Held):
        return trouble.seconds
    return (trouble.retry_after or 5.0) if trouble.code == 429 else None


async def placed(trip: Trip, letter: TelegramLetter, *, over: bool) -> int:
    """Places the letter in its chat; returns the id of the message that shows its end."""
    if letter.edits is not None:
        if over and len(letter.pieces) == 1:
            if await _redrawn(trip, letter.edits, letter):
                return letter.edits
        else:
            await _cleared(trip, letter.edits)
    for piece in letter.pieces[:-1]:
        await trip.send(**with_codes(piece), link_preview_options=_NO_PREVIEW)
    last = with_codes(letter.pieces[-1])
    return await trip.send(**last, reply_markup=markup_of(letter), link_preview_options=_NO_PREVIEW)


async def _redrawn(trip: Trip, message_id: int, letter: TelegramLetter) -> bool:
    """Draws the letter over an old message; False where that message is gone or too old."""
    try:
        await trip.edit(
            "Text",
            message_id,
            **with_codes(letter.pieces[0]),
            reply_markup=markup_of(letter),
            link_preview_options=_NO_PREVIEW,
        )
    except Trouble as trouble:
        if trouble.code != 400 or not (says(trouble, _SAME) or says(trouble, *_NOT_EDITABLE)):
            raise
        return says(trouble, _SAME)
    return True


async def _cleared(trip: Trip, message_id: int) -> None:
    """Takes the keyboard away from an old message. This may fail: an old button does no harm."""
    try:
        await trip.edit("ReplyMarkup", message_id)
    except Trouble as trouble:
        if trouble.code != 400:
            raise


def id_of(message: Any) -> int:
    """The id of a message in an answer. Raises Trouble for an answer that is no message."""
    id = message.get("message_id") if isinstance(message, dict) else None
    if not isinstance(id, int) or not 0 < id < 2**63:
        raise Trouble(MALFORMED)
    return id


def markup_of(letter: TelegramLetter) -> dict[str, Any] | None:
    return letter.markup.to_dict() if letter.markup is not None else None


def says(trouble: Trouble, *words: str) -> bool:
    said = trouble.description.lower()
    return any(one in said for one in words)
