"""Turns a drawn message into Telegram's form: plain text in pieces, and an inline keyboard under the last of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from telegram import CopyTextButton, InlineKeyboardButton, InlineKeyboardMarkup

from channels.render import Drawn, Key
from conversation.text import inert

LONGEST_TEXT = 4096  # UTF-16 units
# The number of a case and its receipt code: a tap on what is set like code copies it.
_CODES = re.compile(r"\b[A-Z]?\d{8}-\d{4,}(?:-\d+)?\b|\b[0-9A-HJ-NP-Z]{4}(?:-[0-9A-HJ-NP-Z]{4}){3}\b", re.ASCII)
LONGEST_COPIED = 256  # characters that a button can put on the clipboard
LONGEST_DATA = 64  # bytes of a button's callback data


@dataclass(frozen=True)
class TelegramLetter:
    pieces: tuple[str, ...]
    markup: InlineKeyboardMarkup | None
    edits: int | None  # the message to draw over


def letter_of(drawn: Drawn) -> TelegramLetter:
    rows = [buttons for row in drawn.rows if (buttons := [made for key in row if (made := _button(key))])]
    if drawn.copy and units(drawn.copy) <= LONGEST_COPIED:
        rows.append([InlineKeyboardButton(drawn.copy_label, copy_text=CopyTextButton(inert(drawn.copy)))])
    edits = int(drawn.edits) if drawn.edits and drawn.edits.isdecimal() else None
    return TelegramLetter(tuple(split(inert(drawn.text))), InlineKeyboardMarkup(rows) if rows else None, edits)


def split(text: str, most: int = LONGEST_TEXT) -> list[str]:
    """Splits a text into pieces of at most `most` UTF-16 units, cut at a line end where the second half has one."""
    pieces = []
    while units(text) > most:
        piece = _prefix(text, most)
        line_end = piece.rfind("\n", len(piece) // 2)
        piece = piece[: line_end + 1] if line_end > 0 else piece
        pieces.append(piece)
        text = text[len(piece) :]
    return [stripped for piece in (*pieces, text) if (stripped := piece.strip())]


def with_codes(text: str) -> dict[str, Any]:
    """The text for a message, and where in it, as Telegram counts, numbers and receipt codes stand."""
    found = [
        {"type": "code", "offset": units(text[: one.start()]), "length": units(one.group())}
        for one in _CODES.finditer(text)
    ]
    return {"text": text, "entities": found} if found else {"text": text}


def units(text: str) -> int:
    """The length of a text as Telegram counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def _prefix(text: str, most: int) -> str:
    """The longest start of the text that has at most `most` units; it never ends in half a character."""
    return text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")


def _button(key: Key) -> InlineKeyboardButton | None:
    """A button for the keyboard; None where Telegram would refuse the button and the whole message with it."""
    label = inert(key.label).strip()
    if not label:
        return None
    if key.url is not None:
        return InlineKeyboardButton(label, url=key.url) if _is_public(key.url) else None
    data = _data(key)
    return InlineKeyboardButton(label, callback_data=data) if data else None


def _data(key: Key) -> str:
    """A button's callback data, `turn:press`. A command with too many words keeps its first: /discard /complaint …"""
    prefix = "" if key.turn is None else f"{key.turn}:"
    words: Sequence[str] = key.press.split(" ") if key.press.startswith("/") else (key.press,)
    for most in range(len(words), 0, -1):
        data = prefix + " ".join(words[:most])
        if len(data.encode()) <= LONGEST_DATA:
            return data
    return ""


def _is_public(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and "." in parts.netloc
