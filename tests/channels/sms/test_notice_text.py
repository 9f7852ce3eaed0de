"""A notice as a text message: its number, its words, what cannot come by SMS, and what to reply."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from channels.sms.drawing import letter_of
from conversation.messages import Attached, Body, Button, Say
from services.talk import MESSAGE
from templates import load_texts

TEXTS = load_texts(lambda: datetime(2026, 11, 21, 7, 0, tzinfo=UTC))
VALUES = {"number": "N20261121-0003", "texts": {"zh": "明天停水。", "en": "No water tomorrow."}, "acknowledges": True}
SEEN = (Button("/seen x", words="seen"),)
PIECES = (Attached("a", "photo", None), Attached("b", "file", "b.txt"))


def told(language: str, *, acknowledges: bool = True, pieces: tuple[Attached, ...] = ()):
    body = Body(say=Say("notice.body", VALUES | {"acknowledges": acknowledges}, SEEN if acknowledges else (), pieces))
    return letter_of(body, TEXTS[language], 4)


def test_the_number_to_reply_is_that_of_the_button() -> None:
    letter = told("zh")
    assert letter.texts == ("【效能办】通知 N20261121-0003\n明天停水。\n回复 1 表示收到。",)
    assert letter.menu is not None
    assert (letter.menu.kind, letter.menu.numbers) == (MESSAGE, {"1": ("/seen x", None)})
    assert told("en").texts == (
        "Efficiency office, notice N20261121-0003\nNo water tomorrow.\nReply 1 when you have read it.",
    )


@pytest.mark.parametrize(
    ("language", "line"),
    [
        ("zh", "附有 2 个图片或文件，短信发不了。"),
        ("en", "A text message cannot carry the 2 pictures or files with it."),
    ],
)
def test_pictures_and_files_are_named(language: str, line: str) -> None:
    [text] = told(language, pieces=PIECES).texts
    assert text.split("\n")[2] == line


def test_what_nobody_need_acknowledge_asks_for_no_reply() -> None:
    letter = told("zh", acknowledges=False)
    assert letter.texts == ("【效能办】通知 N20261121-0003\n明天停水。",)
    assert letter.menu is None


def test_the_cells_of_a_table_are_apart_by_text_message_too() -> None:
    texts = {"zh": "窗口\t人数\n二号窗口\t12\n3\t45"}
    letter = letter_of(Body(say=Say("notice.body", VALUES | {"texts": texts})), TEXTS["zh"], 4)
    assert "窗口 人数\n二号窗口 12\n3 45" in letter.texts[0]
