"""Text messages as one of the program's channels: how the settings open it, its check-up, its preview.

Every command reads this for its settings; what it takes to run the channel is imported when it is opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from channels.channel import Channel, ChannelKind, Found, ProgramParts, Shot
from channels.sms.settings import ALIYUN, CHANNEL, CONSOLE, LONGEST_LINE, SmsSettings
from conversation.messages import Body
from templates import Texts

if TYPE_CHECKING:
    from channels.sms.carrier import Carrier
    from channels.sms.channel import Sms


def carrier_of(settings: SmsSettings) -> Carrier:
    """The carrier that the address in the settings names; the terminal where there is no address."""
    url, user, password = settings.sms_url or CONSOLE, settings.sms_username, settings.sms_password
    if url == CONSOLE:
        from channels.sms.console import Console

        return Console()
    if settings.sms_carrier == ALIYUN:
        from channels.sms.aliyun import Aliyun

        return Aliyun(url, user, password, settings.sms_sender, settings.sms_codes, _templates())
    from channels.sms.kannel import Kannel

    return Kannel(url, user, password, settings.sms_sender, settings.sms_callbacks, settings.sms_callback_secret)


def _templates() -> dict[str, str]:
    """What each template says that is to be registered, by kind of form."""
    from channels.sms.forms import FORM_LANGUAGE, templates_of

    return templates_of(Texts(FORM_LANGUAGE, lambda: datetime.now(UTC)))


def sms_of(settings: SmsSettings, program: ProgramParts) -> Sms | None:
    """The text message channel as the settings want it; None without a carrier."""
    if settings.sms_carrier is None:
        return None
    from channels.pace import Pace
    from channels.sms.channel import Sms

    rate = settings.sms_per_second
    return Sms(
        carrier_of(settings),
        secret=settings.sms_callback_secret,
        most_parts=settings.sms_parts,
        door=program.talk,
        acts=program.acts,
        texts=program.texts,
        language=program.language,
        pace=Pace(rate, chat_per_second=max(1.0, rate / 10)),
    )


def opened(settings: SmsSettings, program: ProgramParts) -> Channel | None:
    sms = sms_of(settings, program)
    return sms and Channel(
        CHANNEL,
        routes=sms.routes(),
        send=sms.send,
        clear=sms.clear,
        carries_links=settings.sms_carrier != ALIYUN,  # its templates allow none
        ready=sms.ready,
        close=sms.close,
    )


async def examined(settings: SmsSettings) -> Sequence[Found]:
    """Examines the carrier for the doctor without sending anything."""
    kind = settings.sms_carrier
    if kind is None:
        return [Found("note", "doctor_sms_off")]
    if kind == CONSOLE:
        return [Found("note", "doctor_sms_console")]
    asked = carrier_of(settings)
    try:
        reason = await asked.trouble()
    finally:
        await asked.close()
    if reason is not None:
        return [Found("bad", "doctor_sms_bad", {"carrier": kind, "reason": reason})]
    found = [Found("good", "doctor_sms_ok", {"carrier": kind})]
    if kind == ALIYUN and (missing := sorted(_templates().keys() - settings.sms_codes.keys())):
        found.append(Found("note", "doctor_sms_short", {"kinds": missing}))
    return found


def drawn(settings: SmsSettings, body: Body, texts: Texts) -> Shot:
    """A body as the messages that a phone would get, with their parts counted."""
    from channels.sms.drawing import letter_of
    from channels.sms.forms import form_of, without_questions
    from channels.sms.parts import parts

    if settings.sms_carrier == ALIYUN:
        pieces = (form_of(without_questions(body), texts, settings.sms_codes).text,)
    else:
        pieces = letter_of(body, texts, settings.sms_parts).texts
    return Shot(pieces, parts=sum(map(parts, pieces)))


KIND = ChannelKind(
    CHANNEL,
    opened,
    drawn,
    settings=SmsSettings,
    doctor=examined,
    demo={"sms_url": CONSOLE},  # the terminal is the carrier
    without_media=True,
    to_phones=True,
    longest_line=LONGEST_LINE,
)
