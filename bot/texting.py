"""The text message channel as the settings want it; without a carrier there is none."""

from __future__ import annotations

from bot.build import Program
from bot.settings import CONSOLE, Settings
from channels.pace import Pace
from channels.sms import Aliyun, Carrier, Console, Kannel, Sms


def carrier_of(settings: Settings) -> Carrier:
    url, user, password = settings.sms_url or CONSOLE, settings.sms_username, settings.sms_password
    if url == CONSOLE:
        return Console()
    if settings.sms_carrier == "aliyun":
        return Aliyun(url, user, password, settings.sms_sender, settings.sms_template)
    return Kannel(url, user, password, settings.sms_sender, settings.sms_callbacks, settings.sms_callback_secret)


def sms_of(program: Program) -> Sms | None:
    settings = program.settings
    if settings.sms_carrier is None:
        return None
    rate = settings.sms_per_second
    return Sms(
        carrier_of(settings), secret=settings.sms_callback_secret, most_parts=settings.sms_parts, talk=program.talk,
        database=program.database, vault=program.vault, texts=program.texts, clock=program.clock,
        ring=program.bells.ring, language=settings.language, pace=Pace(rate, chat_per_second=max(1.0, rate / 10)),
    )  # fmt: skip
