"""Text as Telegram counts and cleans it: in UTF-16 units."""

from __future__ import annotations

import re
from typing import Any

CAPTION_UNITS = 1024
MESSAGE_UNITS = 4096
CONTROL = re.compile("[\x00-\x08\x0b-\x0c\x0e-\x1f]")
USER_ENTITIES = (
    ("bot_command", re.compile(r"(?<![\w/@.<>])/[A-Za-z0-9_]{1,32}(?:@\w{3,32})?(?![\w/])", re.ASCII)),
    ("url", re.compile(r"https?://[^\s<>\"]+")),
)


def utf16_units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cleaned(text: str) -> str:
    """Control characters become spaces, CR goes, and the ends are trimmed."""
    return CONTROL.sub(" ", text.replace("\r", "")).strip()


def user_entities(text: str) -> list[dict[str, Any]]:
    """What the client marks in a person's text: commands and links."""
    found = [
        {"type": kind, "offset": utf16_units(text[: match.start()]), "length": utf16_units(match.group())}
        for kind, pattern in USER_ENTITIES
        for match in pattern.finditer(text)
    ]
    return sorted(found, key=lambda entity: entity["offset"])


def split_as_client(text: str) -> list[str]:
    """A text that is too long leaves the client as several messages."""
    parts, part, units = [], "", 0
    for char in text:
        width = 2 if ord(char) > 0xFFFF else 1
        if units + width > MESSAGE_UNITS:
            parts.append(part)
            part, units = "", 0
        part, units = part + char, units + width
    return [*parts, part]
