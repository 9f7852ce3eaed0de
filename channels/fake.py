"""A channel without a wire, for tests: somebody says and taps things, and reads what came back."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from channels.render import Drawn, Key, draw
from conversation.messages import Incoming, Media, Reply
from services import deliveries, people
from services.foundation.act import Acts
from services.people import address_hash
from services.talk import Talk
from templates import DEFAULT_LANGUAGE, Texts

_events = count(1)


class NoSuchButton(AssertionError):
    """The newest message shows no such button."""


class FakePerson:
    """One contact of the fake channel. Every message goes through the same door and the same tables as a real one."""

    def __init__(
        self,
        talk: Talk,
        acts: Acts,
        texts: dict[str, Texts],
        address: str,
        *,
        channel: str = "fake",
        language: str = DEFAULT_LANGUAGE,
    ) -> None:
        self._talk, self._acts, self._texts = talk, acts, texts
        self.address, self.channel, self.language = address, channel, language
        self.newest = ""  # the id of the newest message that was said

    async def says(self, text: str, *, event_id: str | None = None) -> list[Drawn]:
        return await self._send(Reply(text=text), event_id)

    async def sends(
        self,
        *media: Media,
        text: str | None = None,
        location: tuple[float, float] | None = None,
        phone: str | None = None,
    ) -> list[Drawn]:
        return await self._send(Reply(text=text, media=media, location=location, phone=phone))

    async def edits(self, message: str, text: str, *media: Media) -> list[Drawn]:
        """Changes a message that was said before: `newest` after it was said is its id."""
        return await self._send(Reply(text=text, media=media), origin=message)

    async def taps(self, label: str, *, event_id: str | None = None) -> list[Drawn]:
        """Taps a button of the newest message, found by its label or by what it sends."""
        key = self.key(label)
        return await self._send(Reply(choice=key.press, turn=key.turn), event_id)

    async def presses(self, press: str, turn: int | None) -> list[Drawn]:
        """Taps a button that may be old or forged."""
        return await self._send(Reply(choice=press, turn=turn))

    def key(self, label: str) -> Key:
        for key in (key for row in self.screen().rows for key in row):
            if label in (key.label, key.press) or key.label.removeprefix("✓ ") == label:
                return key
        raise NoSuchButton(f"{label!r} is not among {[[k.label for k in row] for row in self.screen().rows]}")

    def screen(self) -> Drawn:
        """The newest message."""
        return self.heard()[-1]

    def heard(self, after: int = 0) -> list[Drawn]:
        """Everything that was ever sent to this contact, in the contact's own language."""
        contact = self.contact_id()
        if contact is None:
            return []
        if self._acts.look(deliveries.unnumbered, self.channel, contact):
            self._acts.transact(deliveries.number_due, self.channel, contact)
        letters = self._acts.look(deliveries.mailbox, self.channel, contact, after, 1000)
        return [draw(letter.body, self._texts[self.language]) for letter in letters]

    def contact_id(self) -> str | None:
        key = address_hash(self._acts.vault, self.channel, self.address)
        return self._acts.look(people.contact_of_hash, key)

    async def _send(self, reply: Reply, event_id: str | None = None, origin: str | None = None) -> list[Drawn]:
        before = len(self.heard())
        event = event_id or f"e{next(_events)}"
        incoming = Incoming(self.channel, event, self.address, reply, language=self.language, origin=origin or event)
        self.newest = origin or event
        await self._talk.handle(replace(incoming, edited=origin is not None))
        return self.heard()[before:]
