"""`mingcha preview`: one self-contained page with every screen of every flow, per language and channel."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, BinaryIO

from bot.channels import KINDS
from bot.samples import Scene, flows, messages, scenes
from bot.settings import Settings
from channels.channel import ChannelKind
from conversation.messages import Body
from templates import DEFAULT_LANGUAGE, Texts, load_texts

NOW = datetime(
    2026, 11, 21, 15, 0, tzinfo=timezone(timedelta(hours=8))
)  # the moment at which all samples are drawn, so that the page never changes by itself


def write_preview(out: BinaryIO) -> None:
    """Writes the preview page. Needs no database and no channel: flows, templates and made-up values are enough."""
    texts = load_texts(lambda: NOW)
    out.write(page(texts).encode())


def page(texts: Mapping[str, Texts], kinds: Sequence[ChannelKind] = KINDS) -> str:
    """The HTML of the preview page, with a picture of each screen on each of these channels."""
    settings = Settings.model_construct()  # the defaults, as if nothing had been set

    def shots(body: Body, spoken: Texts) -> dict[str, Any]:
        drawn = [(kind.name, spoken.channel_name(kind.name), kind.draw(settings, body, spoken)) for kind in kinds]
        return {"language": spoken.language, "direction": spoken.direction, "channels": drawn}

    told = {flow.name: {lang: [*scenes(flow, texts[lang], NOW)] for lang in texts} for flow in flows()}
    told["messages"] = {lang: messages(texts[lang], NOW) for lang in texts}
    sections = [_section(name, by, texts, shots) for name, by in told.items()]
    words = {
        lang: {block: texts[lang].say("preview", block) for block in texts[lang].blocks("preview")} for lang in texts
    }
    return texts[DEFAULT_LANGUAGE].page(
        "preview/page.html", sections=sections, words=words, texts=texts, many=len(kinds)
    )


def _section(
    name: str,
    scenes_by: Mapping[str, Sequence[Scene]],
    texts: Mapping[str, Texts],
    shots: Callable[[Body, Texts], dict[str, Any]],
) -> dict[str, Any]:
    moments = [
        {
            "id": f"{name}-{n}",
            "name": first.name,
            "state": first.state,
            "shots": [shots(scenes_by[lang][n].body, texts[lang]) for lang in texts],
        }
        for n, first in enumerate(scenes_by[DEFAULT_LANGUAGE])
    ]
    titles = [
        texts[lang].say("preview", "messages") if name == "messages" else texts[lang].say(name, "title")
        for lang in texts
    ]
    return {"name": name, "titles": titles, "moments": moments}
