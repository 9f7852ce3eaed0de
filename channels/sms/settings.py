"""The settings of text messages, MINGCHA_SMS_..., each checked before anything begins."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Literal

from pydantic import field_validator, model_validator

from channels.settings import ANYWHERE, SECRET, Reached, Unset

CHANNEL = "sms"
LONGEST_LINE = 160 * 1024  # bytes of a request's first line: a text of 255 parts, nine bytes to each Chinese character
CONSOLE: Literal["console"] = "console"
ALIYUN: Literal["aliyun"] = "aliyun"
ALIYUN_HOST = re.compile(r"^https?://([\w-]+\.)+aliyuncs\.com(/|$)")


class SmsSettings(Reached):
    """The settings of text messages; without `sms_url` none go out.

    A wrong value raises ValueError; its code is a block of the words.
    """

    sms_url: Unset = None  # Kannel's sendsms, Aliyun, or console
    sms_username: str = ""
    sms_password: str = ""
    sms_sender: str = ""
    sms_callback_secret: str = ""
    sms_callback_url: str = ""  # http:// and the listening address
    sms_templates: str = ""  # Aliyun's: "short=SMS_1 reminder=SMS_2"
    sms_parts: int = 4
    sms_per_second: float = 10

    @field_validator("sms_url")
    @classmethod
    def _sms_url(cls, value: str | None) -> str | None:
        if value is not None and value != CONSOLE and not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", value):
            raise ValueError("sms_url")
        return value

    @field_validator("sms_callback_url")
    @classmethod
    def _sms_callback_url(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
            raise ValueError("sms_callback_url")
        return value.rstrip("/")

    @field_validator("sms_parts")
    @classmethod
    def _sms_parts(cls, value: int) -> int:
        if not 1 <= value <= 10:
            raise ValueError("sms_parts")
        return value

    @field_validator("sms_per_second")
    @classmethod
    def _sms_per_second(cls, value: float) -> float:
        if not 0.1 <= value <= 1000:
            raise ValueError("sms_per_second")
        return value

    @model_validator(mode="after")
    def _sms_carrier(self) -> SmsSettings:
        """Checks what each carrier needs; every missing setting has its own line."""
        if self.sms_carrier in (None, CONSOLE):
            return self
        if not self.sms_username:
            raise ValueError("sms_username")
        if not self.sms_password:
            raise ValueError("sms_password")
        if not SECRET.fullmatch(self.sms_callback_secret):
            raise ValueError("sms_callback_secret")
        if self.sms_carrier == ALIYUN and not self.sms_sender:
            raise ValueError("sms_sign")
        if self.sms_carrier == ALIYUN:
            self._sms_forms()
        return self

    def _sms_forms(self) -> None:
        """Checks that each template is of a known kind, that the shortest is there, that none exceeds the limits."""
        from channels.sms.forms import FORM_LANGUAGE, SHORT, beyond_limits, templates_of
        from templates import Texts

        templates = templates_of(Texts(FORM_LANGUAGE, lambda: datetime.now(UTC)))
        if not self.sms_codes.keys() <= templates.keys() or len(self.sms_codes) < len(self.sms_templates.split()):
            raise ValueError("sms_templates")
        if SHORT not in self.sms_codes:
            raise ValueError("sms_templates_short")
        if any(beyond_limits(templates[kind]) for kind in self.sms_codes):
            raise ValueError("sms_template_words")

    @property
    def sms_codes(self) -> dict[str, str]:
        """The codes of Aliyun's templates, by kind of message."""
        found = (re.fullmatch(r"(\w+)=(SMS_\d+)", one, re.ASCII) for one in self.sms_templates.split())
        return {one[1]: one[2] for one in found if one}

    @property
    def sms_carrier(self) -> Literal["console", "aliyun", "kannel"] | None:
        if self.sms_url is None or self.sms_url == CONSOLE:
            return self.sms_url and CONSOLE
        return ALIYUN if ALIYUN_HOST.search(self.sms_url) else "kannel"

    @property
    def sms_callbacks(self) -> str:
        """The address where the carrier reaches us: on the same machine, unless set otherwise."""
        host, port = self.address
        local = f"[{host}]" if ":" in host else host
        return self.sms_callback_url or f"http://{'127.0.0.1' if host in ANYWHERE else local}:{port}"
