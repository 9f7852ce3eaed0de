"""The answer to change, as each channel hands it to whoever changes it."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.preview import NOW
from channels.render import draw
from channels.sms.drawing import letter_of as texted
from channels.telegram.drawing import letter_of
from channels.webchat.drawing import drawn
from conversation.messages import Body, Line, Problem, Say, Screen
from services.deliveries import Letter
from templates import load_texts

TEXTS = load_texts(lambda: NOW)["zh"]


def changing(words: str, *, private: bool = False) -> Body:
    screen = Screen("complaint", "what", "text", 7, 3, 8, actions=("/keep", "/back", "/cancel"), editing=True)
    return Body(ask=Screen(**{**screen.__dict__, "written": words, "private": private}))


def copied(words: str) -> list[str]:
    markup = letter_of(draw(changing(words), TEXTS)).markup
    keys = [key for row in markup.inline_keyboard for key in row] if markup else []
    return [key.copy_text.text for key in keys if key.copy_text]


@pytest.mark.parametrize(
    ("words", "fits"), [("等了两小时", True), ("长" * 256, True), ("长" * 257, False), ("😀" * 129, False)]
)
def test_telegram_shows_them_and_copies_what_its_button_can_hold(words: str, fits: bool) -> None:
    assert words in "".join(letter_of(draw(changing(words), TEXTS)).pieces)
    assert copied(words) == ([words] if fits else [])


def test_telegram_shows_a_long_text_whole() -> None:
    words = "长" * 9_000
    assert "".join(letter_of(draw(changing(words), TEXTS)).pieces).count("长") == 9_000


def test_the_web_chat_gets_them_for_its_box_and_does_not_repeat_them() -> None:
    letter = drawn(Letter(1, 1, changing("等了两小时"), NOW), TEXTS, NOW.tzinfo)
    assert letter["written"] == "等了两小时"
    assert "等了两小时" not in letter["text"]
    assert "下面的输入框" in letter["text"]


@pytest.mark.parametrize(
    ("words", "private", "shown"), [("等了两小时", False, True), ("王小明", True, False), ("长" * 41, False, False)]
)
def test_a_text_message_repeats_what_is_short_and_names_nobody(words: str, private: bool, shown: bool) -> None:
    said = "".join(texted(changing(words, private=private), TEXTS, 10).texts)
    assert (words in said) is shown


@pytest.mark.parametrize(("words", "copies", "repeats"), [("已补办", True, True), ("长" * 257, False, False)])
def test_words_that_were_not_taken_can_be_copied_on_every_channel(words: str, copies: bool, repeats: bool) -> None:
    body = Body(say=Say("common.untaken", {"words": words, "count": 0}, copy=words))
    letter = letter_of(draw(body, TEXTS))
    assert words in "".join(letter.pieces)
    keys = [key.copy_text for row in (letter.markup.inline_keyboard if letter.markup else ()) for key in row]
    assert [key.text for key in keys if key] == [words] * copies
    web = drawn(Letter(1, 1, body, NOW), TEXTS, NOW.tzinfo)
    assert (words in web["text"], web["copy"]) == (True, words)
    [texted_] = texted(body, TEXTS, 2).texts
    assert (words in texted_) is repeats
    assert "没有交出去" in texted_


def test_a_choice_shows_which_is_chosen() -> None:
    ask = Screen("complaint", "category", "choice", 7, 2, 8, present=Line("category", "option", "rude"), editing=True)
    assert "现在是：态度不好" in draw(Body(ask=ask), TEXTS).text


def test_the_web_chat_is_told_which_pieces_were_not_kept() -> None:
    refused = [{"ref": "kept:j", "code": "too_many", "kind": "photo", "name": None}]
    problem = Problem(
        "media_not_kept", {"kept": 9, "refused": refused, "large": [], "over": 1, "most": 9, "megabytes": 20}
    )
    ask = Screen("complaint", "evidence", "media", 7, 6, 8, count=9, problem=problem)
    assert drawn(Letter(1, 1, Body(ask=ask), datetime.now(NOW.tzinfo)), TEXTS, NOW.tzinfo)["refused"] == [
        ["kept:j", "too_many"]
    ]
