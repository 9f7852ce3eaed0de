"""The web chat as one of the program's channels: always there; its pages read their own messages.

Every command reads this; what it takes to run the channel is imported when it is opened.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from channels.channel import Channel, ChannelKind, ProgramParts, Shot
from channels.settings import Reached
from channels.webchat.protocol import CHANNEL
from conversation.messages import Body
from templates import Texts


def opened(settings: Reached, program: ProgramParts) -> Channel:
    from channels.webchat.chat import WebChat

    chat = WebChat(
        site=settings.site,
        door=program.talk,
        acts=program.acts,
        texts=program.texts,
        store=program.store,
        version=program.assets_version,
        language=program.language,
    )
    return Channel(
        CHANNEL,
        routes=chat.routes(),
        run=chat.run,
        ready=lambda: True,
        link=partial(link, settings),
        hang_up=chat.close,
    )


def link(settings: Reached, start: str) -> str:
    """The page's address, with what its dialogue is to open with."""
    return f"{settings.site}/chat?start={start}" if start else f"{settings.site}/chat"


def drawn(settings: Reached, body: Body, texts: Texts) -> Shot:
    """A body as the page would show it, without the time it came."""
    from channels.webchat import drawing
    from services.deliveries import Letter

    shown = drawing.drawn(Letter(1, 1, body, datetime.fromtimestamp(0, UTC)), texts, UTC)
    return Shot(
        (shown["text"],),
        tuple(tuple((key["label"], key["role"]) for key in row) for row in shown["rows"]),
        head=shown["head"] or "",
        progress=shown["progress"],
        problem=shown["problem"] or "",
        lines=tuple((line["label"], line["value"]) for line in shown["lines"]),
        foot=shown["foot"] or "",
    )


KIND = ChannelKind(CHANNEL, opened, drawn, pages_read=True)
