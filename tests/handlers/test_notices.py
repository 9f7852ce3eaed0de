"""A notice that waits for its receipt is acknowledged by whatever people say who have got it."""

from __future__ import annotations

import pytest

from bot.build import Program
from channels.fake import FakePerson
from models.tables import FETCHING
from services import notices
from tests.conftest import Clock
from tests.drivers.chat_screens import Meet, said
from tests.drivers.handset import network
from tests.drivers.notice_desk import becomes_head, counts, release, written
from tests.drivers.told_units import Office

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
PHONE = "+8613800138000"


@pytest.fixture
def head(program: Program) -> FakePerson:
    """At the web chat, whose letters have come when they are due."""
    becomes_head(program, FETCHING, "head")
    return FakePerson(program.talk, program.acts, program.texts, "head", channel=FETCHING)


async def sent(program: Program, clock: Clock, *numbers: str) -> str:
    notice, _ = await written(program)
    if numbers:
        program.acts.transact(notices.add_numbers, notice, "zh", numbers)
    release(program, notice)
    clock.passes(minutes=1)
    return notice


@pytest.mark.parametrize("words", ["收到，谢谢", "好的谢谢", "知道了", "谢谢！", "OK", "收到", "👌"])
async def test_whoever_says_so_has_got_it(program: Program, clock: Clock, head: FakePerson, words: str) -> None:
    notice = await sent(program, clock)
    assert (await said(head, words)).startswith("✅ 已签收通知 N20261121-0001")
    assert counts(program, notice)["acknowledged"] == 1


@ON_SQLITE
async def test_in_the_middle_of_something_too(program: Program, clock: Clock, head: FakePerson) -> None:
    await said(head, "/complaint", "市供电局", "跳过", "1")
    await sent(program, clock)
    told = await said(head, "好的")
    assert "已签收通知" in told
    assert "发生了什么事" in told
    assert "再写详细一点" in await said(head, "好的")  # said to the question now


@ON_SQLITE
@pytest.mark.parametrize("words", ["收到，请问几点开会？", "好的，我们局有两个窗口要停"])
async def test_real_words_beside_it_are_kept(program: Program, clock: Clock, head: FakePerson, words: str) -> None:
    await sent(program, clock)
    assert "刚才的内容已经留着" in await said(head, words)


@ON_SQLITE
async def test_what_is_said_to_something_else_acknowledges_nothing(
    program: Program, clock: Clock, head: FakePerson
) -> None:
    notice = await sent(program, clock)
    await said(head, "菜单")
    clock.passes(minutes=1)
    await said(head, "好的")
    assert "acknowledged" not in counts(program, notice)


@ON_SQLITE
@pytest.mark.parametrize(
    ("words", "then", "expected"),
    [
        ("收到，谢谢", "1", "通知 N20261121-0001 您已经签收过了，不用再回复。\n1 主菜单"),
        ("1", "收到", "您已经签收过了"),
        ("收到了。", "2", "您想做什么？"),
    ],
)
async def test_by_text_message(program: Program, clock: Clock, words: str, then: str, expected: str) -> None:
    async with network(program) as net:
        phone = net.phone(PHONE)
        await sent(program, clock, PHONE)
        assert "回复 1 表示收到" in (await phone.hears())[0]
        [thanks] = await phone.says(words)
        assert thanks == "已签收通知 N20261121-0001，谢谢您。回复 2 看能做什么。"
        clock.passes(minutes=1)
        [told] = await phone.says(then)
        assert expected in told
        [told] = await phone.says("7")
        assert "没有这个数字" in told
        assert "1 收到" not in told


@ON_SQLITE
async def test_a_duty_that_came_just_before_is_acknowledged_so_too(office: Office, person: Meet) -> None:
    office.bind("head", "boss")
    boss = person("boss")
    office.hand_over(working_days=3)
    assert (await said(boss, "收到")).startswith("✅ 已签收 D20261121-0001")
    assert "已签收" not in await said(boss, "收到")
    for n in (1, 2):
        office.hand_over(working_days=3, asked=f"请报送第 {n} 份")
    assert "已签收" not in await said(boss, "好的")  # which of the two, nobody knows
