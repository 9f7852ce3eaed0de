"""Sends a parcel and reports what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import structlog

from channels.pace import Held, Pace
from channels.render import draw
from channels.rests import LONGEST_WAIT, Rests, wait_after
from channels.telegram.client import Client, Trouble
from channels.telegram.drawing import TelegramLetter, letter_of, units
from channels.telegram.media import LONGEST_CAPTION, Media, NoCopy
from channels.telegram.trip import Trip, id_of, markup_of, placed, says
from conversation.messages import Body
from services.deliveries import MOST_ATTEMPTS, Parcel, Result
from templates import Texts

MOST_FAST = 1_000
_TOKEN = (401, 404)  # Telegram refuses the bot itself, whatever it sends
_FINAL = (400, 413)  # the same message would be refused again
_GONE = ("chat not found", "user not found", "peer_id_invalid", "deactivated", "blocked by the user")
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
    """The way out to Telegram. Parcels for one chat must come one after another, each after its `clear`."""

    def __init__(self, client: Client, texts: Mapping[str, Texts], pace: Pace, media: Media | None = None) -> None:
        self._client = client
        self._texts = texts
        self._pace = pace
        self._media = media
        self._rests = Rests("telegram", pace)
        self._through = 0  # count of messages that have got through
        self._fast: dict[str, tuple[int, int]] = {}  # chats that were too fast: how often, and `_through` at that time
        self._notices: dict[str, tuple[Body, TelegramLetter]] = {}  # the notice drawn last, by language

    async def clear(self, parcel: Parcel) -> timedelta | None:
        """Returns when the parcel may leave, or how long the channel is silent where that is long."""
        return await self._rests.clear(parcel.address, parcel.urgency)

    async def send(self, parcel: Parcel) -> Result:
        """Sends one parcel. Raises whatever drawing raises; all that the wire may do becomes a Result."""
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

    def _letter(self, parcel: Parcel) -> TelegramLetter:
        """The drawn parcel. All recipients of a notice share one body, which is drawn once for each language."""
        body, letter = self._notices.get(parcel.language, (None, None))
        if letter is None or body is not parcel.body:
            letter = letter_of(draw(parcel.body, self._texts[parcel.language]))
            if parcel.notice_id is not None:
                self._notices[parcel.language] = (parcel.body, letter)
        return letter

    async def _sent(self, trip: Trip, letter: TelegramLetter, parcel: Parcel) -> int:
        pieces = parcel.body.say.pieces if parcel.body.say is not None and self._media is not None else ()
        if not pieces or self._media is None:
            return await placed(trip, letter, over=parcel.body.ask is not None)
        text = letter.pieces[0]
        if len(pieces) == len(letter.pieces) == 1 and units(text) <= LONGEST_CAPTION:
            return id_of(await self._media.send(trip, pieces, caption=text, reply_markup=markup_of(letter)))
        await self._media.send(trip, pieces)
        return await placed(trip, letter, over=False)

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
            if code == 403 or (code == 400 and says(trouble, *_GONE)):
                return Result(parcel.id, error="contact_gone", contact_gone=True)
            if code in _FINAL:
                known = next((name for words, name in _CODES.items() if says(trouble, words)), str(code))
                log.error("telegram_refused", code=known, delivery=parcel.id)
                return Result(parcel.id, error=known)
        heard_but_broken = code == 500 and not trouble.unheard and parcel.attempts >= MOST_ATTEMPTS
        wait = timedelta(seconds=wait_after(parcel.attempts))
        return Result(parcel.id, error=str(code), retry_after=None if heard_but_broken else wait)

    def _slow_down(self, parcel: Parcel, trouble: Trouble) -> timedelta:
        """How long to wait after a "too many requests": the whole channel is silent for so long.

        But where others have got through since this chat's last time, only this chat is too fast: it waits alone,
        longer each time.
        """
        seconds = trouble.retry_after or 5.0
        times, through = self._fast.get(parcel.address, (0, self._through))
        if through == self._through:
            log.warning("telegram_too_fast", seconds=seconds)
            self._pace.hold(seconds)
        if len(self._fast) >= MOST_FAST:
            self._fast.pop(next(iter(self._fast)))
        self._fast[parcel.address] = times + 1, self._through
        return timedelta(seconds=max(seconds, min(LONGEST_WAIT, seconds * 2 ** min(times, 9))))
