"""Whether something is to be given up for good: typed words answer that question, and never the one underneath."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from services import people
from tests.conftest import Clock, rows
from tests.drivers.chat_screens import Meet, labels, said
from tests.drivers.handset import network
from tests.drivers.told_units import Office

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # the words are not the database's
STORY = "等了两个小时没有人理"
UP_TO_STAFF = ("/complaint", "我不清楚", "态度不好", STORY)
UP_TO_REVIEW = (*UP_TO_STAFF, "跳过", "昨天", "跳过", "1")
ASKED, AGAIN, GONE, STAFF = "要放弃「反映问题」吗", "刚才发的没有记下", "已放弃", "知道是哪位工作人员吗"
YES = ["放弃", "放 弃！", "是", "是的", "确定", "不要了", "好", "yes", "ＹＥＳ", "discard", "2", "２"]
NO = ["不", "否", "继续", "接着填", "返回", "不放弃", "no", "carry on", "1"]


@on_sqlite
async def test_a_yes_gives_it_up(citizen: FakePerson) -> None:
    for word in YES:
        assert ASKED in await said(citizen, *UP_TO_STAFF, "放弃")
        assert GONE in await said(citizen, word), word


@on_sqlite
async def test_a_no_goes_on_with_the_question_below(citizen: FakePerson) -> None:
    await said(citizen, *UP_TO_STAFF)
    for word in NO:
        assert ASKED in await said(citizen, "放弃")
        assert (await said(citizen, word)).startswith(STAFF), word


async def test_anything_else_is_asked_again_and_goes_nowhere(program: Program, citizen: FakePerson) -> None:
    assert ASKED in await said(citizen, *UP_TO_REVIEW, "放弃")
    for word in ("提交", "取消", "3", "窗口的人姓王", "/三号窗口/ 没人"):
        again = await said(citizen, word)
        assert (AGAIN in again, f"「{word}」" in again) == (True, True)
    for sent in (citizen.sends(Media("p", "photo"), text="是"), citizen.sends(location=(25.8, 114.9))):
        assert AGAIN in (await sent)[0].text
    assert labels(citizen) == ["接着填", "放弃"]
    await said(citizen, "接着填", "提交")
    [case] = rows(program, "cases")
    assert (case["what"], case["staff"], rows(program, "evidence")) == (STORY, None, [])


async def test_it_is_still_asked_after_a_restart(make_program: Callable[..., Program]) -> None:
    before = make_program()
    await said(FakePerson(before.talk, before.acts, before.texts, "c"), *UP_TO_STAFF, "放弃")
    after = make_program()
    again = FakePerson(after.talk, after.acts, after.texts, "c")
    assert AGAIN in await said(again, "王小明")
    assert GONE in await said(again, "确定")
    assert [(row["sealed"], row["sure"]) for row in rows(after, "sessions")] == [(None, None)]


@on_sqlite
async def test_whoever_does_something_else_has_left_the_question(citizen: FakePerson) -> None:
    await said(citizen, *UP_TO_STAFF, "放弃")
    assert "还没有提交，内容都留着" in await said(citizen, "菜单")
    assert STAFF in await said(citizen, "接着填")
    assert "什么时候" in await said(citizen, "确定")  # an answer again, to what is asked


@on_sqlite
async def test_a_mere_yes_hours_later_gives_nothing_up(citizen: FakePerson, clock: Clock) -> None:
    await said(citizen, *UP_TO_STAFF, "放弃")
    clock.passes(hours=2)
    assert AGAIN in await said(citizen, "好的")
    assert GONE in await said(citizen, "好的")


@on_sqlite
async def test_something_new_instead_of_what_is_under_way(citizen: FakePerson) -> None:
    for word in ("重新开始", "放弃", "是", "2", "discard it and start anew"):
        await said(citizen, *UP_TO_STAFF)
        assert "要放弃它，重新开始吗" in await said(citizen, "/question")
        assert AGAIN in await said(citizen, "窗口中午上班吗")
        assert "您想问什么" in await said(citizen, word), word


@on_sqlite
async def test_an_account_that_would_be_taken_from_somebody(program: Program, clock: Clock, person: Meet) -> None:
    office, account = Office(program, clock), person("a")
    office.bind("head", "a")
    new = office.bind("head", unit="gdj")
    link = office.office(people.issue_link, new, timedelta(days=1))
    for no in ("不改绑", "不", "取消", "no"):
        assert "要改绑吗" in await said(account, f"/link {link}")
        assert "您想做什么" in await said(account, no)
    await said(account, f"/link {link}")
    assert "请先点「不改绑」，或者点「改绑到新的人」" in await said(account, "这是什么")
    assert "已绑定，您是：单位负责人（市供电局）" in await said(account, "改绑")


@on_sqlite
async def test_by_text_message(program: Program) -> None:
    async with network(program) as net:
        phone = net.phone("+8613800138000")
        for word in ("投诉", "国土局 办证", "1", "1", STORY):
            await phone.says(word)
        told = [("放弃", ASKED), ("王小明", AGAIN), ("不", STAFF), ("放弃", ASKED), ("1", STAFF), ("放弃", ASKED)]
        for word, answer in (*told, ("确定", GONE)):
            assert answer in (await phone.says(word))[0], word


@on_sqlite
async def test_what_is_under_way_is_gone_on_with_by_the_words_of_the_reminder_s_button(citizen: FakePerson) -> None:
    await said(citizen, *UP_TO_STAFF)
    assert (await said(citizen, "接着填")).startswith(STAFF)
