"""What goes out by text message unasked: short, no names or words, its numbers those of the buttons."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from bot.preview import NOW
from bot.samples import messages
from channels.sms.drawing import letter_of
from conversation.messages import Body, Say
from services import obligations
from services.desk import KINDS
from templates import LANGUAGES, load_texts
from tests.drivers.template_words import words

TEXTS = load_texts(lambda: NOW)
LONG_UNIT = "市人力资源社会保障局"  # 10 characters: longer than most
TO_UNITS = ("reminder", "accepted", "excused", "time_granted", "time_refused", "office_reply")
WITH_LIST = {f"obligation.{name}" for name in TO_UNITS}
PUSHED = {*WITH_LIST, "rate.remind"}
TWINS = [
    # Without the list, where it is pushed.
    replace(say, buttons=say.buttons[:-1]) if say.words in WITH_LIST else say
    for scene in messages(TEXTS["zh"], NOW)
    if (say := scene.body.say)
    and say.words.startswith(("obligation.", "rate."))
    and TEXTS["zh"].has(*f"{say.words}_sms".split(".", 1))
]
SHORT = {
    "知道了": "签收",
    "现在答复": "答复",
    "申请延期": "延期",
    "看详情": "详情",
    "问效能办": "询问",
    "不属我们": "退回",
    "我的督办事项": "列表",
    "评价": "评价",
}


def test_everything_that_the_office_sends_has_a_twin() -> None:
    assert {say.words for say in TWINS} >= PUSHED


@pytest.mark.parametrize("say", TWINS, ids=lambda say: say.words)
def test_by_text_message_it_is_short_and_holds_nobodys_words(say: Say) -> None:
    secret = {
        "text": "王秘密",
        "asked": "王秘密",
        "returned": "王秘密",
        "begins": "王秘密",
        "unit": LONG_UNIT,
        "nth": "D20261121-0003-12",
        "until": "2027-12-14",  # of another year: the longest
    }
    letter = letter_of(Body(say=Say(say.words, {**say.values, **secret}, say.buttons)), TEXTS["zh"], 3)
    [text] = letter.texts
    assert "王秘密" not in text
    if say.words in PUSHED:
        assert len(text) <= 70, (len(text), text)


@pytest.mark.parametrize("say", TWINS, ids=lambda say: say.words)
def test_the_numbers_are_those_of_the_buttons(say: Say) -> None:
    letter = letter_of(Body(say=say), TEXTS["zh"], 3)
    told = re.findall(r"(\d)(签收|答复|延期|详情|询问|退回|列表|补充|评价)", letter.texts[0].rpartition("回复")[2])
    meant = [(str(n), SHORT[TEXTS["zh"].say("common", button.words or "")]) for n, button in enumerate(say.buttons, 1)]
    assert told == meant
    assert [press for press, _ in (letter.menu.numbers.values() if letter.menu else ())] == [
        button.press for button in say.buttons
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_and_state_has_words(language: str) -> None:
    texts = TEXTS[language]
    wanted = {f"kind_{kind}" for kind in KINDS} | {f"state_{state}" for state in obligations.STATES}
    assert wanted <= set(texts.blocks("obligation"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_calls_each_kind_what_the_chat_calls_it(language: str) -> None:
    chat = {kind: TEXTS[language].say("obligation", f"kind_{kind}") for kind in KINDS}
    page = words(language, "obligations")["kind"]
    assert {kind: name.lower() for kind, name in page.items()} == chat


@pytest.mark.parametrize(
    ("due", "day"),
    [
        ("2026-11-27T18:00:00+08:00", "11月27日"),
        ("2027-02-15T18:00:00+08:00", "2月15日"),
        ("2027-11-26T18:00:00+08:00", "2027年11月26日"),
        ("2028-02-15T18:00:00+08:00", "2028年2月15日"),
        ("2025-12-30T18:00:00+08:00", "2025年12月30日"),
    ],
)
def test_a_deadline_has_the_year_that_nobody_would_take_by_itself(due: str, day: str) -> None:
    [say] = [one for one in TWINS if one.words == "obligation.acknowledged"][:1]
    [text] = letter_of(Body(say=replace(say, values={**say.values, "due": due})), TEXTS["zh"], 3).texts
    assert f"，{day}到期，" in text
