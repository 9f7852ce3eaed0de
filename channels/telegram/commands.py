"""The command list that Telegram shows beside the text field: one per language, longer for people with a role."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import structlog
from telegram import BotCommand, BotCommandScope, BotCommandScopeChat

from channels.telegram.client import Client, Trouble
from services.people import Grant, may_somewhere
from services.talk import Journey
from templates import Texts

log = structlog.get_logger()


class Commands:
    """Registers the bot's commands. `language` is shown to people whose own language we do not speak."""

    def __init__(
        self, client: Client, journeys: Mapping[str, Journey], texts: Mapping[str, Texts], language: str
    ) -> None:
        self._client = client
        self._journeys = journeys
        self._texts = texts
        self._language = language

    async def register(self) -> None:
        """Registers the commands that everybody may use."""
        await self._set((), None)

    async def register_for(self, chat: str, grants: Sequence[Grant]) -> None:
        """Registers the further commands that one chat may use, after it has been bound to a person."""
        await self._set(grants, BotCommandScopeChat(int(chat)))

    async def _set(self, grants: Sequence[Grant], scope: BotCommandScope | None) -> None:
        """Sets the commands for one scope. A failure is only logged: a missing list costs nobody a command."""
        try:
            for code, texts in [("", self._texts[self._language]), *self._texts.items()]:
                commands = [
                    BotCommand(journey.name, texts.say("menu", f"command_{journey.name}"))
                    for journey in self._journeys.values()
                    if journey.listed and (journey.right is None or may_somewhere(grants, journey.right))
                ]
                await self._client.bot.set_my_commands(commands, scope, language_code=code)
        except Trouble as trouble:
            log.warning("telegram_commands", status=trouble.code)
