"""What a person sees of the bot."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .chats import Chat, Screen
from .world import World

PATIENCE_SECONDS = 60
Sought = str | Callable[[Screen], object]


class Looker:
    def __init__(self, world: World, chat: Chat) -> None:
        self.chat = chat
        self._world = world
        self._seen = len(chat.shown)

    def screen(self) -> Screen:
        """The newest message the bot has sent or edited in this chat."""
        screen = self.chat.screen()
        assert screen is not None, "the bot has shown nothing yet"
        return screen

    def history(self) -> list[Screen]:
        return self.chat.history()

    @property
    def notices(self) -> list[str]:
        """The texts that popped up in this chat as answers to taps."""
        taps = [tap for tap in self._world.taps.values() if tap.chat_id == self.chat.id]
        return [answer["text"] for tap in taps for answer in tap.answers if answer["text"]]

    def looks_away(self) -> None:
        """What was shown so far no longer counts for `waits_for`; every action does the same."""
        self._seen = len(self.chat.shown)

    async def waits_for(self, sought: Sought, timeout: float = PATIENCE_SECONDS) -> Screen:
        """The first screen since the last action that has this text, or for which this is true."""
        found = await self._world.pulse.until(
            lambda: [screen for screen in self.chat.shown[self._seen :] if _matches(screen, sought)], timeout
        )
        if not found:
            raise AssertionError(f"waited {timeout} s for {sought!r}; shown meanwhile: {self.describe()}")
        return found[0]

    def describe(self) -> str:
        return "; ".join(f"{screen.text!r} {screen.buttons}" for screen in self.chat.shown[self._seen :]) or "nothing"

    def keys(self) -> list[dict[str, Any]]:
        """The buttons of the reply keyboard that is up now."""
        for screen in reversed(self.chat.shown):
            if "keyboard" in screen.markup or "remove_keyboard" in screen.markup:
                return [key for row in screen.markup.get("keyboard", []) for key in row]
        return []


def _matches(screen: Screen, sought: Sought) -> bool:
    return sought in screen.text if isinstance(sought, str) else bool(sought(screen))
