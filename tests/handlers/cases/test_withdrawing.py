"""A citizen takes a case back: asked once more, done once, and nobody else's case is touched."""

from __future__ import annotations

import pytest

from bot.build import Program
from channels.fake import FakePerson
from tests.conftest import rows

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def complains(citizen: FakePerson, what: str = "等了两个小时") -> str:
    await citizen.says("/complaint gtj")
    for said in ("/skip", "办事拖拉", what, "/skip", "/skip", "/skip", "匿名，单位看不到您是谁"):
        await citizen.says(said)
    [receipt] = await citizen.taps("提交")
    return receipt.text.partition("编号 ")[2][:13]


async def test_a_case_is_withdrawn_after_being_asked_once_more(program: Program, citizen: FakePerson) -> None:
    number = await complains(citizen)
    await citizen.says("/status")
    [asked] = await citizen.taps("撤回")
    assert f"撤回 {number} 吗" in asked.text
    [kept] = await citizen.says("不撤了")
    assert "已收到，等待受理" in kept.text
    await citizen.taps("撤回")
    [done] = await citizen.says("确定撤回")
    assert f"{number} 已撤回" in done.text
    [shown] = await citizen.says("/status")
    assert "您已撤回" in shown.text
    assert all(button.label != "撤回" for row in citizen.screen().rows for button in row)
    assert [row["state"] for row in rows(program, "cases")] == ["withdrawn"]


@ON_SQLITE
@pytest.mark.parametrize("said", ["撤诉", "我要撤回投诉", "/withdraw"])
async def test_who_says_so_is_asked_about_the_only_open_case(citizen: FakePerson, said: str) -> None:
    number = await complains(citizen)
    [asked] = await citizen.says(said)
    assert f"撤回 {number} 吗" in asked.text


@ON_SQLITE
async def test_of_several_one_is_chosen_first_and_of_none_that_is_said(citizen: FakePerson) -> None:
    assert "没有找到您的来件" in (await citizen.says("撤诉"))[-1].text
    for what in ("排了两个小时没有人理", "多收了三百块钱，不给发票"):
        await complains(citizen, what)
    assert "您有 2 件来件" in (await citizen.says("撤诉"))[-1].text


@ON_SQLITE
async def test_somebody_elses_case_is_not_withdrawn(program: Program, citizen: FakePerson, person) -> None:
    await complains(citizen)
    [case] = rows(program, "cases")
    stranger = person("stranger")
    for said in (f"/withdraw {case['id']}", f"/withdraw {case['id']} yes"):
        await stranger.says(said)
    assert rows(program, "cases") == [case]
