"""What the head of a unit reads who has no chat account: only what fits somebody who answers for a unit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import obligations, people
from services.foundation.act import Act
from services.people import Grant, Role
from tests.conftest import Clock, owed, rows
from tests.drivers.handset import network
from tests.drivers.told_units import CLERK, Office
from web.people import set_phone

NUMBER = "+8613800138000"
NO_LONGER = "【效能办】您不再是市国土局负责人，督办事项不再由您办理，以前短信里的数字不能再用。"


@pytest.fixture
def office(program: Program, clock: Clock) -> Office:
    """With a head who has been reached by SMS, and by nothing else."""
    made = Office(program, clock)
    made.bind("head", phone=NUMBER)
    made.hand_over(working_days=3)
    while not made.fire():
        clock.passes(minutes=1)
    return made


async def test_who_is_head_no_longer_hears_so_by_sms(
    office: Office, program: Program, person: Callable[..., FakePerson]
) -> None:
    async with network(program) as net:
        old = net.phone(NUMBER)
        [obligation] = await old.hears()
        assert "督办事项D20261121-0001" in obligation
        new = program.acts.transact(people.add_person, "欧阳新", [Grant(Role.HEAD, "gtj")])
        code = program.acts.by(CLERK).transact(people.issue_link, new, timedelta(days=1))
        await person("new").says(f"/start k-{code}")
        assert await old.hears() == [NO_LONGER]
        [ended] = await old.says("签收")
        assert "D20261121-0001" not in ended


async def test_who_has_a_chat_hears_it_there_alone(
    office: Office, program: Program, person: Callable[..., FakePerson]
) -> None:
    office.bind("head", "head")
    office.bind("deputy", "deputy")
    async with network(program) as net:
        old = net.phone(NUMBER)
        await old.hears()

        def granted(act: Act) -> set[tuple[str, str]]:
            people.grant_more(act, office.people["deputy"], [Role.HEAD], ["gtj"], takes_over=True)
            return act.rung

        told = program.acts.by(CLERK).transact(granted)
        assert {channel for channel, _ in told} == {"fake"}
        assert await old.hears() == []
        assert "您不再是市国土局负责人" in person("head").screen().text
    assert Grant(Role.DEPUTY, "gtj") in program.acts.look(people.roles_of, office.people["deputy"])


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_an_answer_speaks_of_no_receipt_code(office: Office, program: Program) -> None:
    async with network(program) as net:
        head = net.phone(NUMBER)
        await head.hears()
        await head.says("2")
        [asked] = await head.says("已经补办，11月20日交给当事人。")
        assert asked.startswith("要附照片或文件吗？")
        assert "短信发不了照片和文件，要附材料请在聊天里答复；这里回复 # 跳过。" in asked
        assert "查询码" not in asked


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_command_that_is_none_is_answered_with_words_and_numbers(program: Program) -> None:
    async with network(program) as net:
        phone = net.phone(NUMBER)
        [told] = await phone.says("/nothing")
        assert told.startswith("没有这个命令。\n可以回复：\n投诉  反映问题\n")
        assert "TD  不再收短信" in told
        assert "/" not in told
        [menu] = await phone.says("菜单")
        assert "您想做什么？" in menu
    async with network(program, language="en") as net:
        [told] = await net.phone("+8613800138009").says("/nothing")
        assert told.startswith("There is no such command.\nYou can reply:\ncomplain: report a problem\n")
        assert "/" not in told


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("reply", ["1签收", "回复1签收", "1、签收", "签收", "「签收」", "1", "收到，谢谢", "知道了"])
async def test_the_word_beside_a_number_means_the_number(office: Office, program: Program, reply: str) -> None:
    async with network(program) as net:
        head = net.phone(NUMBER)
        await head.hears()
        [signed] = await head.says(reply)
        assert signed == "已签收D20261121-0001，11月25日到期，剩3个工作日。回复1答复2延期3详情4列表"
        told, asked = await head.says("延期")
        assert told.startswith("为 D20261121-0001（市国土局，交办事项）申请延期")
        assert "要延到哪一天？" in asked


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_another_word_is_no_number(office: Office, program: Program) -> None:
    async with network(program) as net:
        head = net.phone(NUMBER)
        await head.hears()
        for words in ("1号窗口没有人", "2签收", "5签收"):
            [asked] = await head.says(words)
            assert asked.startswith("刚才的内容已经留着。")


async def test_what_comes_back_says_so(office: Office, program: Program, clock: Clock) -> None:
    async with network(program) as net:
        head = net.phone(NUMBER)
        await head.hears()
        obligation_id = str(owed(program)[0]["id"])
        office.answer(obligation_id)
        office.decide(obligations.send_back, obligation_id, "没有写明责任人")
        office.fire()
        [back] = [text for text in await head.hears() if "退回" in text]
        assert back.startswith("【效能办】市国土局督办事项D20261121-0001-2（答复被退回），")
        assert "没有写明" not in back


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_more_time_is_asked_for_once(office: Office, program: Program) -> None:
    async with network(program) as net:
        head = net.phone(NUMBER)
        await head.hears()
        for said in ("3", "12月10日", "测绘要等天晴，预计 12月8日 出结果。"):
            *_, review = await head.says(said)
        assert "提交" in review
        await head.says("3提交")
        [details] = await head.says("1")
        assert "，已申请延期。" in details
        [late] = await head.says(f"/more_time {rows(program, 'obligations')[0]['id']}")
        assert "已经申请过延期，效能办还没有决定" in late


async def test_a_new_head_with_a_number_alone_takes_over_by_the_first_reply(office: Office, program: Program) -> None:
    async with network(program) as net:
        old, new = net.phone(NUMBER), net.phone("+8613900139000")
        await old.hears()
        program.acts.by(CLERK).transact(
            people.add_member, "欧阳新", [Role.HEAD], ["gtj"], phone="+8613900139000", takes_over=True
        )
        office.hand_over(working_days=3)
        while not office.fire():
            office.clock.passes(minutes=1)
        await old.hears()
        [obligation] = await new.hears()
        assert "督办事项D20261121-0002" in obligation
        await new.says("1")
        assert await old.hears() == [NO_LONGER]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_registered_number_is_known_before_anything_was_sent_to_it(program: Program, clock: Clock) -> None:
    office = Office(program, clock)
    office.bind("head", phone=NUMBER)
    async with network(program) as net:
        [menu] = await net.phone(NUMBER).says("菜单")
        assert "市国土局" in menu
        assert "我的督办事项" in menu
        [other] = await net.phone("+8613800138001").says("菜单")
        assert "我的督办事项" not in other


async def test_what_was_handed_over_before_the_number_was_there_is_texted_now(program: Program, clock: Clock) -> None:
    office = Office(program, clock)
    office.at("2026-11-24 09:00")
    office.bind("head")
    office.hand_over(working_days=5)
    office.until("2026-11-24 12:00")
    async with network(program) as net:
        head = net.phone(NUMBER)
        assert await head.hears() == []
        office.office(set_phone, office.people["head"], "138 0013 8000")
        office.office(set_phone, office.people["head"], "138 0013 8000")
        office.until("2026-11-24 12:10")
        [told] = await head.hears()
        assert told.startswith("【效能办】市国土局督办事项D20261124-0001-1（新），12月1日到期")
