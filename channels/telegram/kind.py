"""Telegram as one of the program's channels: how the settings open it, its check-up, its preview.

Every command reads this for its settings; what it takes to run the channel is imported when it is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from channels.channel import Channel, ChannelKind, Found, ProgramParts, Shot
from channels.render import draw
from channels.telegram.settings import CHANNEL, TelegramSettings
from conversation.messages import Body
from templates import Texts


def opened(settings: TelegramSettings, program: ProgramParts) -> Channel | None:
    if settings.telegram_token is None:
        return None
    from channels.telegram.channel import Telegram
    from services import cases

    telegram = Telegram(
        settings.telegram_token,
        settings.telegram_api_url,
        mode=settings.telegram_mode,
        secret=settings.telegram_webhook_secret,
        public_url=settings.public_url,
        talk=program.talk,
        acts=program.acts,
        texts=program.texts,
        journeys=program.tools.journeys,
        language=program.language,
        copies=program.store.copy_path,
        drawn=partial(cases.receipt_file, program.texts[program.language], program.acts.vault, settings.site),
    )
    return Channel(
        CHANNEL,
        routes=telegram.routes(),
        run=telegram.run,
        send=telegram.send,
        clear=telegram.clear,
        fetch=telegram.fetch,
        ready=telegram.answers,
        link=telegram.link,
        close=telegram.close,
    )


async def examined(settings: TelegramSettings) -> Sequence[Found]:
    """Asks Telegram whose token it is, for the doctor."""
    if settings.telegram_token is None:
        return [Found("note", "doctor_telegram_off")]
    from channels.telegram.checkup import who_am_i

    name, reason = await who_am_i(settings.telegram_token, settings.telegram_api_url)
    if name is None:
        return [Found("bad", "doctor_telegram_bad", {"reason": reason})]
    return [Found("good", "doctor_telegram_ok", {"name": name, "mode": settings.telegram_mode})]


def drawn(settings: TelegramSettings, body: Body, texts: Texts) -> Shot:
    """A body as the messages that a chat would get, with the buttons under the last of them."""
    from channels.telegram.drawing import letter_of

    letter = letter_of(draw(body, texts))
    rows = letter.markup.inline_keyboard if letter.markup else ()
    return Shot(letter.pieces, tuple(tuple((button.text, "") for button in row) for row in rows))


def mode(settings: TelegramSettings) -> str | None:
    return settings.telegram_mode if settings.telegram_token else None


KIND = ChannelKind(CHANNEL, opened, drawn, settings=TelegramSettings, doctor=examined, mode=mode)
