"""Settings of a carrier: what is missing is told by its own line; doctor asks the carrier."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.doctor import examine
from bot.preview import NOW
from channels.sms.aliyun import Aliyun
from channels.sms.console import Console
from channels.sms.console import Console as Printing
from channels.sms.kannel import Kannel
from channels.sms.kind import carrier_of
from templates import LANGUAGES, load_texts
from tests.conftest import settings_for

KANNEL = {
    "sms_url": "http://127.0.0.1:1/cgi-bin/sendsms",
    "sms_username": "u",
    "sms_password": "p",
    "sms_callback_secret": "s",
}
ALIYUN = KANNEL | {"sms_url": "https://dysmsapi.aliyuncs.com", "sms_sender": "效能办", "sms_templates": "short=SMS_1"}


@pytest.mark.parametrize(
    ("whole", "wrong", "code"),
    [
        (KANNEL, {"sms_url": "kannel"}, "sms_url"),
        (KANNEL, {"sms_username": ""}, "sms_username"),
        (KANNEL, {"sms_password": ""}, "sms_password"),
        (KANNEL, {"sms_callback_secret": ""}, "sms_callback_secret"),
        (KANNEL, {"sms_callback_secret": "a b"}, "sms_callback_secret"),
        (KANNEL, {"sms_parts": 0}, "sms_parts"),
        (KANNEL, {"sms_per_second": 0}, "sms_per_second"),
        (KANNEL, {"sms_callback_url": "x"}, "sms_callback_url"),
        (ALIYUN, {"sms_sender": ""}, "sms_sign"),
        (ALIYUN, {"sms_templates": ""}, "sms_templates_short"),
        (ALIYUN, {"sms_templates": "reminder=SMS_1"}, "sms_templates_short"),
        (ALIYUN, {"sms_templates": "SMS_1"}, "sms_templates"),
        (ALIYUN, {"sms_templates": "short=SMS_1 remainder=SMS_2"}, "sms_templates"),
        (ALIYUN, {"sms_templates": "short=SMS_1, reminder=SMS_2"}, "sms_templates"),
        (ALIYUN, {"sms_templates": "short=SMS_1 short=SMS_2"}, "sms_templates"),
    ],
)
def test_a_wrong_setting_has_its_line(
    tmp_path: Path, whole: dict[str, object], wrong: dict[str, object], code: str
) -> None:
    settings_for(tmp_path, **whole)
    with pytest.raises(ValidationError) as refused:
        settings_for(tmp_path, **{**whole, **wrong})
    assert str(refused.value.errors()[0].get("ctx", {}).get("error")) == code
    for language in LANGUAGES:
        assert "MINGCHA_SMS" in load_texts(lambda: NOW)[language].say("channel_sms", f"setting_{code}")


def test_the_address_names_the_carrier(tmp_path: Path) -> None:
    assert settings_for(tmp_path).sms_carrier is None
    assert isinstance(carrier_of(settings_for(tmp_path, sms_url="console")), Console)
    assert isinstance(carrier_of(settings_for(tmp_path, **KANNEL)), Kannel)
    assert isinstance(carrier_of(settings_for(tmp_path, **ALIYUN)), Aliyun)
    assert settings_for(tmp_path, listen="0.0.0.0:81").sms_callbacks == "http://127.0.0.1:81"


async def test_doctor_says_whether_text_messages_go_out(tmp_path: Path) -> None:
    async def found(**values: object) -> tuple[str, str]:
        last = [one for one in await examine(settings_for(tmp_path, **values)) if one.words.startswith("doctor_sms")]
        return last[0].level, last[0].words

    assert await found() == ("note", "doctor_sms_off")
    assert await found(sms_url="console") == ("note", "doctor_sms_console")
    assert await found(**KANNEL) == ("bad", "doctor_sms_bad")


async def test_the_terminal_shows_no_number() -> None:
    shown: list[str] = []
    await Printing(shown.append).send("+8613800138000", "您好\n回复 1", "7")
    assert shown == ["SMS 138****8000 | 您好 / 回复 1"]
