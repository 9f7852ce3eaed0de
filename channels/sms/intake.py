"""Incoming text messages: understood by the sender's last menu, then passed through the one door of the dialogue."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from channels.render import receipts
from channels.sms.reading import COMPLAIN, Spoken, understood
from channels.sms.replies import folded
from channels.sms.settings import CHANNEL
from conversation.messages import Body, Incoming, Reply
from conversation.text import inert
from services import talk
from services.foundation.act import Acts
from services.foundation.phones import BadNumber, normalised
from services.talk import Talk
from templates import Texts

LONGEST_EVENT = 80
NO_DIALOGUE = "no_dialogue"  # words that no question could be put to, kept for the office to read
log = structlog.get_logger()


@dataclass(frozen=True)
class Message:
    """One text message as the carrier hands it on. If `event_id` is empty, sender, text and time identify it."""

    sender: str
    text: str
    event_id: str = ""
    at: str = ""


def spoken_words(texts: Mapping[str, Texts]) -> Spoken:
    """The words with a meaning of their own, in all languages at once: "stop" must work in any language."""

    def words(file: str, block: str) -> frozenset[str]:
        said = (word for one in texts.values() for word in one.say(file, block).split("|"))
        return frozenset(word.strip().casefold() for word in said)

    called = (words("common", f"called_{name}") for name in ("menu", "complain"))
    said = (words("sms", f"spoken_{name}") for name in ("stop", "start"))
    return Spoken(*called, *said, receipt=receipts(texts.values()))


class Intake:
    """`asks`: whether the carrier can send questions. Where it cannot, words open nothing: they would answer what
    nobody has seen. The office finds them among what was not understood.
    """

    def __init__(self, door: Talk, acts: Acts, texts: Mapping[str, Texts], language: str, *, asks: bool = True) -> None:
        self._talk, self._acts, self._asks = door, acts, asks
        self._language = language
        self._spoken = spoken_words(texts)

    async def take(self, message: Message) -> None:
        """Takes one text message; returns when it is durable. Raises DatabaseAway.

        A message from a number that cannot be answered is dropped.
        """
        try:
            sender = normalised(message.sender)
        except BadNumber as bad:
            log.info("sms_from_no_person", code=bad.code)
            return
        text, event = inert(message.text).strip(), _event_id(message)
        if not text:
            return
        standing = await self._acts.read(talk.standing, CHANNEL, sender)
        word = "".join(folded(text).split())
        if word in self._spoken.stop:
            await self._acts.write(talk.stop_texting, CHANNEL, event, sender, self._language)
            return
        if word in self._spoken.start:
            if standing.stopped and standing.contact_id:
                await self._acts.write(talk.start_texting, CHANNEL, event, standing.contact_id)
            said: Reply | Body = Reply(choice="/start")
        else:
            said = understood(text, standing, self._spoken)
        if not self._asks and isinstance(said, Reply):
            if said.text is not None:
                await self._talk.refuse(CHANNEL, event, sender, text.encode(), NO_DIALOGUE)
                return
            said = Reply(choice="/menu") if said.choice == COMPLAIN else said
        await self._answer(event, sender, standing.contact_id, said, text.encode())

    async def _answer(self, event: str, sender: str, contact_id: str | None, said: Reply | Body, raw: bytes) -> None:
        if isinstance(said, Reply):
            await self._talk.handle(Incoming(CHANNEL, event, sender, said, language=self._language, raw=raw))
        elif contact_id:
            await self._acts.write(talk.show_menu, CHANNEL, event, contact_id, said)


def _event_id(message: Message) -> str:
    """The carrier's own event id where it can be stored: PostgreSQL takes no NUL and no half of a character."""
    if 0 < len(message.event_id) <= LONGEST_EVENT and inert(message.event_id) == message.event_id:
        return message.event_id
    told = "\0".join((message.event_id, message.sender, message.text, message.at))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
