"""Whoever answers the office is told once more what was asked; words that come without the button are put to it."""

from __future__ import annotations

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import desk
from tests.conftest import Clock, rows
from tests.drivers.handset import network

COMPLAINED = ("/complaint", "我不清楚", "态度不好", "等了两个小时没有人理", "跳过", "昨天", "跳过", "1", "提交")


def ask(program: Program) -> str:
    """What the office asks about the newest case; its id."""
    case_id, office = str(rows(program, "cases")[-1]["id"]), program.acts.by("clerk")
    report = office.transact(desk.open_report, case_id)
    assert report is not None
    office.transact(desk.ask, case_id, report.seen, "是哪个窗口？")
    return case_id


async def test_answering_the_office_repeats_what_it_asked(program: Program, citizen: FakePerson, clock: Clock) -> None:
    for said in COMPLAINED:
        await citizen.says(said)
    case_id = ask(program)
    asked, question = await citizen.taps("回答")
    assert "是哪个窗口？" in asked.text
    assert "要补充什么" in question.text
    clock.passes(minutes=1)
    await citizen.says("三号窗口")
    await citizen.says("跳过")
    [question] = await citizen.presses(f"/add {case_id}", None)
    assert "是哪个窗口" not in question.text  # it has been answered


async def test_words_without_the_button_are_offered_as_the_answer_first(
    program: Program, citizen: FakePerson, clock: Clock
) -> None:
    for said in COMPLAINED:
        await citizen.says(said)
    ask(program)
    clock.passes(minutes=1)
    [placing] = await citizen.says("国土局三号窗口")
    assert placing.rows[0][0].label == "回答效能办的询问 20261121-9248"
    [thanks] = await citizen.taps("回答效能办的询问 20261121-9248")
    assert "已补充到 20261121-9248" in thanks.text
    assert {row["text"] for row in rows(program, "entries")} == {"是哪个窗口？", "国土局三号窗口"}
    clock.passes(minutes=1)
    [placing] = await citizen.says("还有二号窗口")
    assert "回答效能办的询问" not in str(placing.rows)  # it has been answered


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_by_text_message_too(program: Program) -> None:
    async with network(program) as net:
        phone = net.phone("+8613800138000")
        for said in (
            "投诉",
            "我不清楚",
            "1",
            "等了两个小时没有人理",
            "#",
            "昨天",
            "#",
            "匿名，单位看不到您是谁",
            "提交",
        ):
            await phone.says(said)
        ask(program)
        [asked] = await phone.hears()
        assert asked == (
            "【效能办】关于 20261121-9248，想问您：\n是哪个窗口？\n请回复 1，再写要说的话。照片凭查询码在聊天里补。"
            "请在 11月27日 周五以前回复。"
        )
        [placing] = await phone.says("三号窗口")
        assert "\n1 回答效能办的询问 20261121-9248\n" in placing
        [thanks] = await phone.says("1")
        assert thanks.startswith("已补充到 20261121-9248")
