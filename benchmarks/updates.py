"""One complaint as Telegram's raw updates. We and the rivals are fed the very same bytes."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Sequence
from typing import Any

SAID = (  # a text, or the turn and value of a tapped button
    "/complaint",
    "国土",
    (1, "gtj-1"),
    (2, "rude"),
    "周二上午十点到窗口，等了两个小时没有人理",
    (4, "/skip"),
    "昨天下午三点",
    (6, "/skip"),
    (7, "anonymous"),
    (8, "/submit"),
)
TURNS = len(SAID)
BOT = {"id": 42, "is_bot": True, "first_name": "Mingcha", "username": "mingcha_bot"}
SENT_AT = 1_795_240_000


def complaint(chat: int, numbers: Iterator[int] | None = None) -> list[bytes]:
    """The updates of one contact's complaint, with these numbers or else with its own, so that no two are alike."""
    numbers = numbers or itertools.count(chat * 100)
    return [_update(next(numbers), chat, said) for said in SAID]


def in_turn(contacts: Sequence[int], connections: int) -> list[list[bytes]]:
    """For each connection the updates of its share of the contacts, numbered as Telegram does: one after another."""
    share, first = len(contacts) // connections, contacts[0] * 100
    numbers = [itertools.count(first + n, connections) for n in range(connections)]
    return [
        [raw for chat in contacts[n * share : (n + 1) * share] for raw in complaint(chat, numbers[n])]
        for n in range(connections)
    ]


def interleaved(contacts: Sequence[int], at_once: int) -> Iterator[bytes]:
    """The same updates in the order in which `at_once` contacts who write at the same time send them."""
    for start in range(0, len(contacts), at_once):
        talks = [complaint(chat) for chat in contacts[start : start + at_once]]
        yield from itertools.chain.from_iterable(zip(*talks, strict=True))


def _update(number: int, chat: int, said: str | tuple[int, str]) -> bytes:
    person = {"id": chat, "is_bot": False, "first_name": "Wei", "username": f"u{chat}", "language_code": "zh-hans"}
    place = {"id": chat, "first_name": "Wei", "username": f"u{chat}", "type": "private"}
    if isinstance(said, str):
        message: dict[str, Any] = {"message_id": number, "from": person, "chat": place, "date": SENT_AT, "text": said}
        if said.startswith("/"):
            message["entities"] = [{"offset": 0, "length": len(said), "type": "bot_command"}]
        return _encoded({"update_id": number, "message": message})
    turn, value = said
    asked = {"message_id": number, "from": BOT, "chat": place, "date": SENT_AT, "text": "3 / 9  您要投诉哪个窗口？"}
    asked["reply_markup"] = {
        "inline_keyboard": [[_button(turn, value)], [_button(turn, "/back"), _button(turn, "/cancel")]]
    }
    tap = {"id": str(number), "from": person, "message": asked, "chat_instance": "7", "data": f"{turn}:{value}"}
    return _encoded({"update_id": number, "callback_query": tap})


def _button(turn: int, value: str) -> dict[str, str]:
    return {"text": value, "callback_data": f"{turn}:{value}"}


def _encoded(update: dict[str, Any]) -> bytes:
    return json.dumps(update, ensure_ascii=False).encode()
