"""The dialogues by text message: a tap is the number, sign or word that the last message gives for it.

The words differ from those of the other wires (no buttons, no typed words in a review, no photos), so what is compared
is the question, and that every button of the file has its reply. A photo is skipped, as a person would have to. What is
under way does not stand below the answer to something else: the numbers of two menus would clash. 0 goes on with it.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from bot.build import Program
from channels.render import Drawn, draw
from channels.sms.intake import CHANNEL
from models.tables import deliveries, metadata
from services.deliveries import open_body
from services.people import address_hash
from services.talk import Menu, standing
from tests.drivers.handset import Handset, network
from tests.scenarios.transcripts.script import Seen, seen

PROGRESS = re.compile(r"\(\d+ / \d+\)$")


class OnSms:
    def __init__(self, program: Program, phone: Handset) -> None:
        self._program, self._phone = program, phone
        self._heard: list[str] = []

    async def says(self, text: str) -> None:
        self._heard = await self._phone.says(text)

    async def taps(self, label: str) -> None:
        if self._is_about_photos(label):
            return
        self._heard = await self._phone.says(self._reply(label))

    async def sends_photos(self, number: int) -> None:
        """There is no way; where they are asked for, "Done" then skips them."""

    async def sends_place(self, latitude: float, longitude: float) -> None:
        self._heard = await self._phone.says("#")

    async def sees(self, expected: Sequence[Sequence[str]]) -> list[tuple[str, Seen]]:
        asked = {_even(line) for line in expected[-1] if PROGRESS.search(line)}
        if len(expected) > 1 and asked.isdisjoint(map(_even, "\n".join(self._heard).splitlines())) and asked:
            self._heard += await self._phone.says("0")
        last, heard = expected[-1], re.sub(r"(?m)^\(\d+/\d+\)", "", "\n".join(self._heard))
        for line in last:
            if PROGRESS.search(line):
                assert _even(line) in map(_even, heard.splitlines()), (line, heard)
        for label in (label for line in last if line.startswith("[") for label in re.findall(r"\[([^\]]*)\]", line)):
            assert self._reply(label)
        return [(heard, seen(heard))]

    def _reply(self, label: str) -> str:
        drawn, menu = self._newest()
        keys = [key for row in drawn.rows for key in row]
        press = next((key.press for key in keys if label in (key.label, key.label.removeprefix("✓ "))), None)
        if press is None and menu.kind == "media":
            return "#"  # "Done" of photos that could not be sent
        assert press is not None, (label, keys)
        numbers = {choice[0]: number for number, choice in menu.numbers.items()}
        signs = {choice[0]: sign for sign, choice in menu.keys.items()}
        if reply := numbers.get(press) or signs.get(press):
            return reply
        language = self._language()
        word = self._program.texts[language].say("common", f"spoken_{press[1:]}").split("|")[0]
        assert word in self._heard[-1], (word, self._heard)
        return word

    def _is_about_photos(self, label: str) -> bool:
        """Whether the button stands under photos that could not be sent, and does not finish with them."""
        drawn, menu = self._newest()
        labels = [key.label for row in drawn.rows for key in row]
        done = self._program.texts[self._language()].say("common", "act_done")
        return menu.kind == "media" and label not in (*labels, done)

    def _newest(self) -> tuple[Drawn, Menu]:
        """The last message that has something to reply to, as the other channels draw it, and its menu."""
        program, mine = self._program, self._phone.contact_id()
        sealed = program.database.look(
            lambda tx: [
                row.sealed
                for row in tx.execute(
                    deliveries.select().where(deliveries.c.contact_id == mine).order_by(deliveries.c.id.desc())
                )
            ]
        )
        found = standing_of(program, self._phone.number)
        texts = program.texts[self._language()]
        drawn = (draw(open_body(program.vault, one), texts) for one in sealed)
        return next(one for one in drawn if one.rows), found

    def _language(self) -> str:
        table = metadata.tables["contacts"]
        key = address_hash(self._program.vault, CHANNEL, self._phone.number)
        return self._program.database.look(
            lambda tx: str(tx.execute(table.select().where(table.c.address_hash == key)).mappings().one()["language"])
        )


def standing_of(program: Program, number: str) -> Menu:
    menu = program.acts.look(standing, CHANNEL, number).menu
    assert menu is not None
    return menu


def _even(line: str) -> str:
    return " ".join(line.split())


@asynccontextmanager
async def on_sms(program: Program, language: str) -> AsyncIterator[Callable[[str], Any]]:
    numbers = count(13800138000)
    async with network(program, language=language) as net:

        async def meet(name: str) -> OnSms:
            return OnSms(program, net.phone(f"+86{next(numbers)}"))

        yield meet
