"""Sends a parcel: over the tapped message or as a new one; and says what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import structlog
from telegram import InlineKeyboardMarkup, LinkPreviewOptions

from channels.pace import Held, Pace
from channels.render import draw
from channels.telegram.client import Client, Trouble
from channels.telegram.drawing import Letter, letter_of
from services.deliveries import MOST_ATTEMPTS, Parcel, Result
from templates import Texts

LONGEST_WAIT = 300  # seconds between two tries
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
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
}
log = structlog.get_logger()


class Poster:
    """The way out. One chat's parcels must come one after another."""

    def __init__(self, client: Client, texts: Mapping[str, Texts], pace: Pace) -> None:
        self._client = client
        self._texts = texts
        self._pace = pace

    async def send(self, parcel: Parcel) -> Result:
        """Raises whatever drawing raises; all that the wire may do becomes a Result."""
        letter = letter_of(draw(parcel.body, self._texts[parcel.language]))
        try:
            wire_id = await self._placed(int(parcel.address), letter, over=parcel.body.ask is not None)
        except Held as held:
            return Result(parcel.id, error="held", retry_after=timedelta(seconds=held.seconds))
        except Trouble as trouble:
            return self._failed(parcel, trouble)
        return Result(parcel.id, wire_id=str(wire_id))

    async def _placed(self, chat: int, letter: Letter, *, over: bool) -> int:
        """The id of the message that shows the letter's end."""
        if letter.edits is not None:
            if over and len(letter.pieces) == 1:
                if await self._redrawn(chat, letter.edits, letter):
                    return letter.edits
            else:
                await self._cleared(chat, letter.edits)
        for piece in letter.pieces[:-1]:
            await self._sent(chat, piece, None)
        return await self._sent(chat, letter.pieces[-1], letter.markup)

    async def _sent(self, chat: int, text: str, markup: InlineKeyboardMarkup | None) -> int:
        await self._pace.turn(str(chat))
        message = await self._client.bot.send_message(chat, text, reply_markup=markup, link_preview_options=_NO_PREVIEW)
        return message.message_id

    async def _redrawn(self, chat: int, message_id: int, letter: Letter) -> bool:
        """False where the message is gone or too old."""
        await self._pace.turn(str(chat))
        try:
            await self._client.bot.edit_message_text(
                letter.pieces[0], chat, message_id, reply_markup=letter.markup, link_preview_options=_NO_PREVIEW
            )
        except Trouble as trouble:
            if trouble.code != 400 or not (_says(trouble, _SAME) or _says(trouble, *_NOT_EDITABLE)):
                raise
            return _says(trouble, _SAME)
        return True

    async def _cleared(self, chat: int, message_id: int) -> None:
        """Takes the old keyboard away. An old button does no harm, so that this may fail."""
        await self._pace.turn(str(chat))
        try:
            await self._client.bot.edit_message_reply_markup(chat, message_id)
        except Trouble as trouble:
            if trouble.code != 400:
                raise

    def _failed(self, parcel: Parcel, trouble: Trouble) -> Result:
        code = trouble.code
        if code == 403 or (code == 400 and _says(trouble, *_GONE)):
            return Result(parcel.id, error="contact_gone", contact_gone=True)
        if code == 429:
            seconds = trouble.retry_after or 5.0
            log.warning("telegram_too_fast", seconds=seconds)
            self._pace.hold(seconds)
            return Result(parcel.id, error="429", retry_after=timedelta(seconds=seconds))
        if code == 400:
            known = next((name for words, name in _CODES.items() if _says(trouble, words)), "400")
            log.error("telegram_refused", code=known, delivery=parcel.id)
            return Result(parcel.id, error=known)
        heard_but_broken = code == 500 and parcel.attempts >= MOST_ATTEMPTS
        wait = timedelta(seconds=min(LONGEST_WAIT, 2 ** min(parcel.attempts, 9)))
        return Result(parcel.id, error=str(code), retry_after=None if heard_but_broken else wait)


def _says(trouble: Trouble, *words: str) -> bool:
    said = trouble.description.lower()
    return any(one in said for one in words)
