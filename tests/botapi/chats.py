"""Chats and their messages, as both sides see them."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

MEDIA = ("photo", "document", "voice", "video", "location", "contact", "sticker")


@dataclass(frozen=True)
class Screen:
    """One message as it looked at one moment."""

    message_id: int
    from_bot: bool
    text: str
    buttons: list[list[str]]
    kind: str
    markup: dict[str, Any]
    raw: dict[str, Any]

    @property
    def labels(self) -> list[str]:
        return [label for row in self.buttons for label in row]


@dataclass
class Record:
    """A message, the keyboard below it, and the inline keyboards it once had."""

    message: dict[str, Any]
    markup: dict[str, Any] = field(default_factory=dict)
    earlier: list[dict[str, Any]] = field(default_factory=list)

    @property
    def message_id(self) -> int:
        return self.message["message_id"]

    @property
    def from_bot(self) -> bool:
        return bool(self.message["from"].get("is_bot"))

    def screen(self) -> Screen:
        rows = self.markup.get("inline_keyboard") or self.markup.get("keyboard") or []
        return Screen(
            message_id=self.message_id,
            from_bot=self.from_bot,
            text=self.message.get("text", self.message.get("caption", "")),
            buttons=[[button["text"] for button in row] for row in rows],
            kind=next((kind for kind in MEDIA if kind in self.message), "text"),
            markup=deepcopy(self.markup),
            raw=deepcopy(self.message),
        )

    def set_markup(self, markup: dict[str, Any] | None) -> None:
        """Only an inline keyboard is part of the message JSON, as in the real one."""
        self.earlier.append(self.markup)
        self.markup = markup or {}
        self.message.pop("reply_markup", None)
        if "inline_keyboard" in self.markup:
            self.message["reply_markup"] = self.markup


@dataclass
class Chat:
    """`started`: the person has written first, so the bot may write too."""

    info: dict[str, Any]
    started: bool = False
    blocked: bool = False
    records: dict[int, Record] = field(default_factory=dict)
    shown: list[Screen] = field(default_factory=list)
    last_message_id: int = 0

    @property
    def id(self) -> int:
        return self.info["id"]

    @property
    def is_private(self) -> bool:
        return self.info["type"] == "private"

    def post(
        self, sender: dict[str, Any], date: int, content: dict[str, Any], markup: dict[str, Any] | None = None
    ) -> Record:
        self.last_message_id += 1
        head = {"message_id": self.last_message_id, "from": sender, "chat": self.info, "date": date}
        record = Record(head | content)
        record.set_markup(markup)
        record.earlier.clear()
        self.records[record.message_id] = record
        self.show(record)
        return record

    def show(self, record: Record) -> None:
        if record.from_bot:
            self.shown.append(record.screen())

    def screen(self) -> Screen | None:
        """What the bot showed last and has not deleted since."""
        return next((screen for screen in reversed(self.shown) if screen.message_id in self.records), None)

    def history(self) -> list[Screen]:
        return [record.screen() for record in self.records.values()]
