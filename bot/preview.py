"""`mingcha preview`: one self-contained page with every screen of every flow, per language and channel."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from bot.samples import Scene, flows, messages, scenes
from channels.render import draw
from channels.sms.drawing import letter_of as sms_letter
from channels.sms.parts import parts
from channels.telegram.drawing import letter_of
from channels.webchat.drawing import drawn
from services.deliveries import Letter
from templates import DEFAULT_LANGUAGE, Texts, load_texts

PARTS = 4  # of an SMS, as the setting has it where nobody changes it
NOW = datetime(
    2026, 11, 21, 15, 0, tzinfo=timezone(timedelta(hours=8))
)  # the samples' moment, so that the page never changes by itself


def write_preview(path: Path) -> None:
    """Needs no database and no channel: flows, templates and made-up values."""
    texts = load_texts(lambda: NOW)
    path.write_text(page(texts), encoding="utf-8")


def page(texts: Mapping[str, Texts]) -> str:
    """The page's HTML."""
    sections = [
        _section(flow.name, {lang: [*scenes(flow, texts[lang], NOW)] for lang in texts}, texts) for flow in flows()
    ]
    sections.append(_section("messages", {lang: messages(texts[lang], NOW) for lang in texts}, texts))
    words = {
        lang: {block: texts[lang].say("preview", block) for block in texts[lang].blocks("preview")} for lang in texts
    }
    return texts[DEFAULT_LANGUAGE].page("preview.html", sections=sections, words=words, texts=texts)


def _section(name: str, scenes_by: Mapping[str, Sequence[Scene]], texts: Mapping[str, Texts]) -> dict[str, Any]:
    moments = [
        {
            "id": f"{name}-{n}", "name": first.name, "state": first.state,
            "shots": [shot(scenes_by[lang][n].body, texts[lang]) for lang in texts],
        }
        for n, first in enumerate(scenes_by[DEFAULT_LANGUAGE])
    ]  # fmt: skip
    titles = [
        texts[lang].say("preview", "messages") if name == "messages" else texts[lang].say(name, "title")
        for lang in texts
    ]
    return {"name": name, "titles": titles, "moments": moments}


def shot(body: Any, texts: Texts, most_parts: int = PARTS) -> dict[str, Any]:
    """The same body on every channel; `most_parts` of an SMS."""
    letter = letter_of(draw(body, texts))
    rows = letter.markup.inline_keyboard if letter.markup else ()
    texted = sms_letter(body, texts, most_parts).texts
    return {
        "language": texts.language,
        "direction": texts.direction,
        "telegram": {"pieces": letter.pieces, "rows": [[button.text for button in row] for row in rows]},
        "web": drawn(Letter(1, body, NOW), texts, NOW.tzinfo),
        "sms": {"pieces": texted, "parts": sum(map(parts, texted))},
    }
