"""Answers to a choice as people type them: what stands around the name, and not knowing, make no difference."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.build import Program
from channels.fake import FakePerson
from tests.drivers.handset import network

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize(
    "said",
    ["不清楚", "不知道", "忘了", "我不清楚", "不知道是哪个单位", "记不清了。", "是我不清楚", "我也不知道", "说不清"],
)
async def test_not_knowing_the_unit_is_an_answer(citizen: FakePerson, said: str) -> None:
    await citizen.says("投诉")
    [screen] = await citizen.says(said)
    assert "属于哪一类" in screen.text
    [screen] = await citizen.says(said)  # the button there says 说不清，直接写
    assert "发生了什么事" in screen.text


@pytest.mark.parametrize("said", ["I don't know", "no idea", "I forgot", "dunno"])
async def test_not_knowing_is_an_answer_in_english(person: Callable[..., FakePerson], said: str) -> None:
    jane = person("jane", language="en")
    await jane.says("complain")
    [screen] = await jane.says(said)
    assert "What kind of problem" in screen.text


@pytest.mark.parametrize(
    "said", ["是市国土局", "是的，市国土局", "在市国土局", "我在市国土局。", "就是市国土局吧", "应该是市國土局"]
)
async def test_what_stands_around_a_unit_is_no_part_of_its_name(citizen: FakePerson, said: str) -> None:
    await citizen.says("投诉")
    [screen] = await citizen.says(said)
    assert "是哪个窗口或科室" in screen.text
    [screen] = await citizen.says("在办证窗口")
    assert "属于哪一类" in screen.text
    [screen] = await citizen.says("是态度不好")
    assert "发生了什么事" in screen.text


@pytest.mark.parametrize(
    ("said", "offered"),
    [("是国土局", "市国土局"), ("国土局的办证窗口", "市国土局·办证窗口"), ("在国土 办证", "市国土局·办证窗口")],
)
async def test_a_part_of_a_name_is_looked_for_without_it(citizen: FakePerson, said: str, offered: str) -> None:
    await citizen.says("投诉")
    [screen] = await citizen.says(said)
    assert "没有" not in screen.text
    assert screen.rows[0][0].label == offered


async def test_an_english_name_is_found_among_words(person: Callable[..., FakePerson]) -> None:
    jane = person("jane", language="en")
    await jane.says("complain")
    [screen] = await jane.says("I think it's the land bureau")
    assert "Which window" in screen.text


@pytest.mark.parametrize("said", ["匿名", "匿名吧", "我要匿名"])
async def test_what_a_label_begins_with_names_it(citizen: FakePerson, said: str) -> None:
    for answer in ("投诉", "不知道"):
        await citizen.says(answer)
    [screen] = await citizen.says("脱岗")
    assert "发生了什么事" in screen.text
    for answer in ("一上午都没有人", "跳过", "跳过", "跳过"):
        await citizen.says(answer)
    [screen] = await citizen.says(said)
    assert "请核对" in screen.text


@pytest.mark.parametrize("said", ["匿名", "1匿名"])
async def test_by_text_message_too(program: Program, said: str) -> None:
    async with network(program) as net:
        phone = net.phone("+8613800138000")
        for answer in ("投诉", "我不清楚", "乱收费", "多收了我五十块钱", "#", "#", "#"):
            [screen] = await phone.says(answer)
        assert "您愿意留下姓名和电话吗" in screen
        assert "请核对" in (await phone.says(said))[0]
