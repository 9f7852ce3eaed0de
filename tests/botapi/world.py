"""Everything the fake Telegram knows: chats, files, taps and what is on its way to the bot."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .backlog import Backlog, Pending
from .chats import Chat, Record
from .errors import ApiError, bad_request
from .files import Files
from .params import Params
from .pulse import Pulse

BLOCKED = "Forbidden: bot was blocked by the user"
KICKED = "Forbidden: bot was kicked from the group chat"


@dataclass
class Tap:
    """A button that was tapped, and the answers the bot gave to it."""

    query_id: str
    chat_id: int
    at: float
    answers: list[dict[str, Any]] = field(default_factory=list)


class World:
    def __init__(
        self, bot_id: int, clock: Callable[[], float], deliver_twice: bool, shuffle: random.Random | None
    ) -> None:
        self.clock = clock
        self.pulse = Pulse()
        self.backlog = Backlog(clock, self.pulse, deliver_twice, shuffle)
        self.files = Files(clock)
        self.chats: dict[int, Chat] = {}
        self.taps: dict[str, Tap] = {}
        self.oddities: list[str] = []
        self.profile: dict[tuple[str, ...], Any] = {}
        self.logged_out = False
        self.me = {"id": bot_id, "is_bot": True, "first_name": "Test bot", "username": "fake_test_bot"}
        self._albums = 0

    def date(self) -> int:
        return int(self.clock())

    def next_album_id(self) -> str:
        self._albums += 1
        return str(13_000_000_000_000_000 + self._albums)

    def chat_of(self, params: Params) -> Chat:
        """The chat the call is for; 400 when the bot does not know it, 403 when it was thrown out."""
        given = params.text("chat_id").strip()
        if not given:
            raise bad_request("chat_id is empty")
        if given.startswith("@"):
            named = (chat for chat in self.chats.values() if chat.info.get("username") == given[1:])
            chat = next((chat for chat in named if not chat.is_private), None)
        else:
            chat = self.chats.get(int(given)) if re.fullmatch(r"-?\d{1,19}", given) else None
        if chat is None or not chat.started:
            raise bad_request("chat not found")
        if chat.blocked:
            raise ApiError(403, BLOCKED if chat.is_private else KICKED)
        return chat

    def post_as_bot(self, chat: Chat, content: dict[str, Any], markup: dict[str, Any] | None) -> dict[str, Any]:
        sender = {key: self.me[key] for key in ("id", "is_bot", "first_name", "username")}
        record = chat.post(sender, self.date(), content, markup)
        self.pulse.beat()
        return record.message

    def show_again(self, chat: Chat, record: Record) -> dict[str, Any]:
        """After an edit."""
        record.message["edit_date"] = self.date()
        chat.show(record)
        self.pulse.beat()
        return record.message

    def tell_bot(self, kind: str, payload: dict[str, Any], queue_id: int) -> Pending:
        """Queue an update; `queue_id` is the chat, or the user for a tap."""
        return self.backlog.add(kind, payload, (kind, queue_id))
