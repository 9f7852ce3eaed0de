"""A text message says what to reply: nothing in it can be tapped."""

from __future__ import annotations

import re

import pytest

from bot.build import Program
from bot.preview import NOW
from bot.samples import flows, messages, scenes
from channels.sms.drawing import letter_of
from conversation.messages import Body, Say
from templates import LANGUAGES, load_texts
from tests.drivers.handset import network

TEXTS = load_texts(lambda: NOW)
TAPS = {"zh": r"点[「一它下按选第]|按钮|选「", "en": r"\b[Tt]ap [\"“a-z]|button"}
ELSEWHERE = ("common.edited_late", "evidence")  # no text message is edited, and none brings pieces to remove


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_message_speaks_of_taps(language: str) -> None:
    texts = TEXTS[language]
    shown = [*messages(texts, NOW), *(scene for flow in flows() for scene in scenes(flow, texts, NOW))]
    told = {line for one in shown if one.name not in ELSEWHERE for line in letter_of(one.body, texts, 8).texts}
    assert not [text for text in told if re.search(TAPS[language], text)]


def test_what_the_office_wrote_of_taps_stays() -> None:
    said = Say("status.closed", {"number": "20261121-9248", "text": "请在网上点「预约」，再选「测绘」。"})
    [text] = letter_of(Body(say=said), TEXTS["zh"], 8).texts
    assert "请在网上点「预约」，再选「测绘」。" in text


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_is_too_long_can_be_skipped_as_it_says(program: Program) -> None:
    async with network(program) as net:
        phone = net.phone("+8613800138000")
        for said in ("投诉", "我不清楚", "1", "等了两个小时没有人理", "长" * 201):
            [told] = await phone.says(said)
        assert "最多 200 个字" in told
        assert "不知道就回复 #。" in told
        assert "是什么时候的事" in (await phone.says("#"))[0]
