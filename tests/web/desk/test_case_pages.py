"""The page of a case: asked about, accepted, declined, answered, and what reaches the chat."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from services import people
from tests.conftest import events
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import HOSTILE, actions, complains, first_report

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's


async def test_ask_answer_in_chat_and_accept(program: Program, clerk, citizen: FakePerson, clerk_id: str) -> None:
    number = await complains(citizen)
    page = await clerk.opens("/console")
    assert number in page
    assert "市国土局" in page
    assert "态度不好" in page
    assert 'class="item unread"' in page
    report = first_report(page)
    page = await clerk.opens(report)
    assert "等了两个小时没有人理" in page
    assert "照片 1" in page
    assert "11月21日 周六 15:00" in page

    page = await clerk.sends(f"{report}/ask", text="请问是几号窗口？")
    assert "询问已发给来件人" in page
    asked = citizen.screen()
    assert number in asked.text
    assert "请问是几号窗口？" in asked.text
    assert 'class="item unread"' not in await clerk.opens("/console")

    await citizen.taps("回答")
    await citizen.says("三号窗口")
    await citizen.sends(Media("photo-2", "photo"))
    await citizen.taps("完成")
    assert 'class="item unread"' in await clerk.opens("/console?unread=1")
    page = await clerk.opens(report)
    assert "三号窗口" in page
    assert "来件人补充" in page

    page = await clerk.sends(f"{report}/accept", text="")
    assert "已受理，来件人会收到通知" in page
    assert f"您反映的 {number} 已经受理" in citizen.screen().text
    shown = await citizen.says("/status")
    assert "已受理" in shown[-1].text
    assert is_whole(program)
    assert {"complaint_filed", "report_opened", "case_question", "addition_filed", "case_accept"} <= set(
        actions(program)
    )
    asked_by = [row for row in events(program) if row["action"] == "case_question"]
    assert [row["actor"] for row in asked_by] == [clerk_id]


@ON_SQLITE
async def test_declining_needs_a_reason_which_reaches_the_citizen(clerk, citizen: FakePerson) -> None:
    number = await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    page = await clerk.sends(f"{report}/decline", text="不办")
    assert clerk.status == 422
    assert "至少 5 个字，例如" in page
    assert "不办</textarea>" in page
    heard = len(citizen.heard())
    page = await clerk.sends(f"{report}/decline", text="此事正在诉讼中，请等法院判决")
    assert "已告知来件人不受理和原因" in page
    [told] = citizen.heard()[heard:]
    assert f"{number} 没有受理" in told.text
    assert "此事正在诉讼中" in told.text


async def test_two_clerks_at_once_one_decides(
    program: Program, clerk, browser, citizen: FakePerson, clerk_id: str
) -> None:
    await complains(citizen)
    other = await browser()
    code = program.acts.by(clerk_id).transact(people.invite, clerk_id, 1)[1]
    await other.sends("/in", code=code)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await other.opens(report)
    heard = len(citizen.heard())
    await asyncio.gather(
        clerk.sends(f"{report}/accept", text="请等消息"), other.sends(f"{report}/decline", text="不属于受理范围")
    )
    assert sorted([clerk.status, other.status]) == [200, 409]
    loser = clerk if clerk.status == 409 else other
    assert "刚刚有变化" in loser.page
    assert ("不属于受理范围" if loser is other else "请等消息") in loser.page
    assert len(citizen.heard()) == heard + 1
    await loser.sends(f"{report}/accept", text="再点一次")
    assert loser.status == 409
    assert len(citizen.heard()) == heard + 1


async def test_a_decision_on_unread_words_is_refused(clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await citizen.taps("查看进展")
    await citizen.taps("补充文字或照片")
    await citizen.says("我弄错了，是另一家单位")
    await citizen.taps("跳过")
    page = await clerk.sends(f"{report}/decline", text="不属于受理范围")
    assert clerk.status == 409
    assert "我弄错了" in page
    assert "不属于受理范围</textarea>" in page


@ON_SQLITE
async def test_a_question_is_answered(clerk, citizen: FakePerson) -> None:
    await citizen.says("/question")
    await citizen.says("办证要带什么材料？")
    await citizen.taps("跳过")
    report = first_report(await clerk.opens("/console?kind=question"))
    await clerk.opens(report)
    page = await clerk.sends(f"{report}/answer", text="带身份证就行")
    assert "答复已发出" in page
    assert "带身份证就行" in citizen.screen().text
    shown = await citizen.says("/status")
    assert "已答复" in shown[-1].text
    assert "办证要带什么材料" in await clerk.opens("/console?state=closed")


@ON_SQLITE
async def test_words_typed_while_the_session_ended_are_shown_again(clerk, citizen: FakePerson, clock) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    clock.passes(days=3, seconds=1)
    heard = len(citizen.heard())
    page = await clerk.sends(f"{report}/decline", text=f" 不属于受理范围 {HOSTILE}")
    assert clerk.status == 401
    assert "您写的话还没有发出" in page
    assert re.search(r"<textarea [^>]*readonly[^>]*>不属于受理范围 =HYPERLINK\(1\)&lt;script&gt;", page)
    assert len(citizen.heard()) == heard
    assert "readonly" not in await clerk.opens(report)


@ON_SQLITE
async def test_what_may_be_the_same_thing_is_offered_to_the_clerk_alone(clerk, citizen: FakePerson, person) -> None:
    first = await complains(citizen, "三号窗口的工作人员一直在看手机，排了两个小时")
    second = await complains(person("citizen-2"), "排了两个小时没有人理，工作人员一直在看手机")
    page = await clerk.opens(first_report(await clerk.opens(f"/console?q={second}")))
    assert "可能是同一件事" in page
    assert f">{first}</a>" in page
    assert "都说到「工作人员一直在看手机」" in page
    assert "1 份材料一模一样" not in page
    for one in (citizen, person("citizen-2")):
        said = " ".join(message.text for message in await one.says("/status"))
        assert said.count("2026112") == 1, "nobody hears of another's"
