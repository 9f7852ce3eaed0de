"""The text message channel: a carrier to send with, and callbacks for what comes back."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta

import structlog
from aiohttp import web

from channels.pace import Pace
from channels.rests import Rests, wait_after
from channels.sms.callbacks import Callbacks
from channels.sms.carrier import Carrier, Refused
from channels.sms.drawing import letter_of
from channels.sms.forms import FORM_LANGUAGE, KEYS, Form, form_of, without_questions
from channels.sms.intake import Intake
from channels.sms.refs import ref_of
from channels.sms.settings import CHANNEL
from models.database import DatabaseAway
from services import talk
from services.deliveries import Parcel, Result
from services.foundation.act import Acts
from services.talk import Menu, Talk
from templates import DEFAULT_LANGUAGE, Texts

AWAY_TRIES, AWAY_SECONDS = 20, 1.0
ASKED_EVERY = 10.0  # seconds: whoever looks more often is told the carrier's last answer
log = structlog.get_logger()


class Sms:
    """The channel: `routes()` for the web application, `send` for a Sender, `most_parts` to a message at most."""

    def __init__(
        self,
        carrier: Carrier,
        *,
        secret: str,
        most_parts: int,
        door: Talk,
        acts: Acts,
        texts: Mapping[str, Texts],
        pace: Pace,
        language: str = DEFAULT_LANGUAGE,
    ) -> None:
        self._carrier, self._most = carrier, most_parts
        self._acts, self._texts = acts, texts
        self.intake = Intake(door, acts, texts, language, asks=carrier.kinds is None)
        self._callbacks = Callbacks(secret, self.intake, acts)
        self._rests = Rests(CHANNEL, pace)
        self._answer = (-ASKED_EVERY, False)  # when the carrier was last asked whether it would send, and its answer
        self._sent: dict[int, int] = {}  # by parcel that waits for another try: how many of its messages have left

    def routes(self) -> list[web.RouteDef]:
        return self._callbacks.routes()

    async def close(self) -> None:
        await self._carrier.close()

    async def ready(self) -> bool:
        """Whether the carrier would send: it is asked, now or a moment ago."""
        if time.monotonic() - self._answer[0] >= ASKED_EVERY:
            self._answer = time.monotonic(), await self._carrier.trouble() is None
        return self._answer[1]

    async def clear(self, parcel: Parcel) -> timedelta | None:
        """Returns when the parcel may leave, or how long nothing may leave."""
        return await self._rests.clear(parcel.address, parcel.urgency)

    async def send(self, parcel: Parcel) -> Result:
        """Sends a parcel. A person who has stopped us gets the confirmation of that and nothing else."""
        say = parcel.body.say
        if say is None or say.words != talk.STOPPED:
            try:
                allowed = await self._acts.read(talk.may_send, parcel.contact_id)
            except DatabaseAway:
                return Result(parcel.id, error="database_away", retry_after=timedelta(seconds=2))
            if not allowed:
                return Result(parcel.id, error="stopped")
        texts, menu, form = self._drawn(parcel)
        result = await self._placed(parcel, texts, form)
        if result.error is None and menu is not None:
            await self._keep(parcel.contact_id, menu)
        return result

    def _drawn(self, parcel: Parcel) -> tuple[tuple[str, ...], Menu | None, Form | None]:
        """The messages of a parcel, what numbers in the last mean, and the form they fill if no whole text is taken."""
        kinds = self._carrier.kinds
        if kinds is None:
            letter = letter_of(parcel.body, self._texts[parcel.language], self._most)
            return letter.texts, letter.menu, None
        body, texts = without_questions(parcel.body), self._texts[FORM_LANGUAGE]
        form = form_of(body, texts, kinds)
        menu = letter_of(body, texts, self._most).menu if KEYS in form.values else None
        return (form.text,), menu, form

    async def _placed(self, parcel: Parcel, texts: tuple[str, ...], form: Form | None) -> Result:
        """Sends the messages of a parcel one by one; another try goes on with the message that was refused."""
        wire_id = None
        begin = self._sent.pop(parcel.id, 0)
        for number, text in enumerate(texts[begin:], begin + 1):
            ref = ref_of(self._acts.vault, parcel.id, number if number < len(texts) else None)
            if number > begin + 1 and (held := await self.clear(parcel)):
                self._sent[parcel.id] = number - 1
                return Result(parcel.id, error="held", retry_after=held, tried=False)
            answer = await self._carrier.send(parcel.address, text, ref, form)
            if isinstance(answer, Refused):
                if answer.down:
                    self._rests.unheard(answer.code)
                else:
                    self._rests.heard()
                return self._refused(parcel, answer, number - 1)
            self._rests.heard()
            wire_id = answer.wire_id
        return Result(parcel.id, wire_id=wire_id)

    def _refused(self, parcel: Parcel, refused: Refused, sent: int) -> Result:
        if not refused.again:
            log.warning("sms_refused", code=refused.code, delivery=parcel.id)
            return Result(parcel.id, error=refused.code)
        if parcel.once and (refused.unknown or sent):
            return Result(parcel.id, error=refused.code, uncertain=True)
        self._sent[parcel.id] = sent
        wait = max(refused.wait, wait_after(parcel.attempts))
        return Result(parcel.id, error=refused.code, retry_after=timedelta(seconds=wait))

    async def _keep(self, contact_id: str, menu: Menu) -> None:
        """Saves what the menu's numbers mean. The message is out, so this outlasts a database that is briefly away."""
        for _ in range(AWAY_TRIES):
            try:
                await self._acts.write(talk.keep_menu, contact_id, menu)
            except DatabaseAway:
                await asyncio.sleep(AWAY_SECONDS)
            else:
                return
        log.error("sms_menu_lost", contact=contact_id)


__all__ = ["CHANNEL", "Sms"]
