"""A visit's findings in words, for the desk's pages and for lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from templates import Texts


def seen_in(texts: Texts, found: Mapping[str, Any]) -> list[tuple[str, list[str], str | None]]:
    """The blocks of a visit in which something was seen: title, what was ticked, remark."""
    blocks = [
        (
            _word(texts, f"{block}_short", block),
            [_word(texts, f"{block}_{code}", code) for code in seen.get("ticked") or ()],
            seen.get("remark"),
        )
        for block, seen in found.items()
    ]
    return [block for block in blocks if block[1] or block[2]]


def _word(texts: Texts, name: str, code: str) -> str:
    return texts.say("visit", name) if texts.has("visit", name) else code
