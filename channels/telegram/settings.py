"""The settings of Telegram, MINGCHA_TELEGRAM_..., each checked before anything begins."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import field_validator, model_validator

from channels.settings import SECRET, Reached, Unset, web_address

TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,100}")

CHANNEL = "telegram"


class TelegramSettings(Reached):
    """The settings of Telegram; without a token there is no Telegram.

    A wrong value raises ValueError; its code is a block of the words.
    """

    telegram_token: Unset = None
    telegram_api_url: str = "https://api.telegram.org"
    telegram_mode: Literal["polling", "webhook"] = "polling"
    telegram_webhook_secret: Unset = None

    @field_validator("telegram_api_url")
    @classmethod
    def _telegram_api_url(cls, value: str) -> str:
        return web_address(value)

    @field_validator("telegram_token")
    @classmethod
    def _telegram_token(cls, value: str | None) -> str | None:
        if value is not None and not TOKEN.fullmatch(value):
            raise ValueError("telegram_token")
        return value

    @model_validator(mode="after")
    def _telegram_webhook(self) -> TelegramSettings:
        if self.telegram_token and self.telegram_mode == "webhook":
            if not SECRET.fullmatch(self.telegram_webhook_secret or ""):
                raise ValueError("telegram_webhook_secret")
            if not self.public_url:
                raise ValueError("public_url_for_webhook")
        return self
