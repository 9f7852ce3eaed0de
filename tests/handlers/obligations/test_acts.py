"""What a unit's people do about an obligation by chat: acknowledge, answer, ask for time, ask the office."""

from __future__ import annotations

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from services import evidence, obligations
from services.evidence import records, refuse_and_tell
from tests.drivers.chat_screens import labels
from tests.drivers.told_units import Office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_what_is_handed_over_comes_to_the_head_and_one_tap_acknowledges(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=3, asked="请报整改方案")
    pushed = head.screen()
    assert pushed.text.startswith(
        "⏰ 新的督办事项：交办事项\n市国土局应在 11月25日 周三 18:00 前答复，还有 3 个工作日。"
    )
    assert "请报整改方案" in pushed.text
    assert "D20261121-0001-1" in pushed.text
    assert labels(head) == ["知道了", "现在答复", "申请延期", "看详情", "我的督办事项"]
    await head.taps("知道了")
    assert office.look(obligation).obligation.state == "acknowledged"
    assert office.look(obligation).obligation.acknowledged_at
    await head.presses(f"/acknowledge {obligation}", None)
    assert "已签收 D20261121-0001" in head.screen().text
    assert [one.kind for one in office.look(obligation).history] == ["handed", "acknowledged"]


async def test_a_day_in_a_far_year_is_not_taken_and_the_last_possible_one_is_named(
    office: Office, head: FakePerson
) -> None:
    await head.says(f"/more_time {office.hand_over(working_days=3)}")
    for far in ("9999年12月31日", "2029年1月1日"):
        said = (await head.says(far))[-1].text
        assert said.startswith("最晚只能写到 2028年12月31日 周日。请写近些的日子")
        assert "要延到哪一天？" in said
    assert "为什么要延期？" in (await head.says("2028年12月31日"))[-1].text


async def test_more_time_may_be_said_in_working_days(office: Office, head: FakePerson) -> None:
    await head.says(f"/more_time {office.hand_over(working_days=3)}")  # until Wednesday
    await head.says("３个工作日")
    assert "延到  11月30日 周一" in (await head.says("测绘要等天晴，预计下周出结果。"))[-1].text


async def test_a_late_answer_and_a_late_request_are_taken_and_told_so(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=1)
    office.at("2026-11-25 09:00")
    said, _ = await head.says(f"/more_time {obligation}")
    assert "现在申请会记为逾期后申请" in said.text
    for words in ("12月1日", "等上级批复，还要几天", "提交"):
        await head.says(words)
    assert "（逾期后申请）" in head.screen().text
    [extension] = office.look(obligation).extensions
    assert (extension.late, extension.state, extension.wanted_at.isoformat()) == (
        True,
        "waiting",
        "2026-12-01T18:00:00+08:00",
    )
    assert office.look(obligation).obligation.due_at.isoformat() == "2026-11-23T18:00:00+08:00"
    said, _ = await head.says(f"/answer {obligation}")
    assert "现在答复照样收，会记为迟交" in said.text
    for words in ("已经整改", "跳过", "提交"):
        await head.says(words)
    assert "这次记为迟交" in head.screen().text
    assert office.look(obligation).obligation.state == "answered"


async def test_why_it_came_back_and_what_the_office_replied_is_read_in_the_obligation(
    office: Office, head: FakePerson
) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says(f"/ask_office {obligation}")
    await head.says("能先报初稿吗？")
    office.decide(obligations.reply_unit, obligation, "可以先报初稿")
    assert "可以先报初稿" in head.screen().text
    office.answer(obligation)
    office.decide(obligations.send_back, obligation, "没有写明责任人")
    assert "退回原因：没有写明责任人" in head.screen().text
    await head.taps("看详情")
    for told in (
        "退回原因：没有写明责任人",
        "效能办回复：可以先报初稿",
        "单位提问：能先报初稿吗？",
        "被退回，请重新答复",
    ):
        assert told in head.screen().text
    assert "知道了" in labels(head)


async def test_an_answer_can_be_added_to_until_the_office_has_decided(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=3)
    office.answer(obligation)
    await head.says(f"/duty {obligation}")
    assert labels(head) == ["补充文字或照片", "问效能办", "我的督办事项"]
    await head.taps("补充文字或照片")
    for words in ("责任人是办公室主任", "跳过", "提交"):
        await head.says(words)
    assert [one.text for one in office.look(obligation).history if one.kind == "unit_answer"] == [
        "已经整改",
        "责任人是办公室主任",
    ]
    office.decide(obligations.accept_answer, obligation, "")
    assert head.screen().text.startswith("✅ 答复已通过，D20261121-0001 办结。")
    await head.says(f"/answer {obligation}")
    assert "已办结" in head.screen().text
    assert labels(head) == ["我的督办事项"]


async def test_what_is_answered_has_no_deadline_left(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=6)
    office.answer(obligation)
    await head.says(f"/ask_office {obligation}")
    await head.says("材料要原件吗")
    assert head.screen().text == "✅ 已转给效能办：D20261121-0001。回复会发到这里。\n已答复，等效能办审核。"
    await head.says(f"/acknowledge {obligation}")
    assert head.screen().text.startswith("D20261121-0001 · 已答复，等效能办审核\n市国土局：交办事项\n期限 11月30日")
    assert labels(head) == ["补充文字或照片", "问效能办", "我的督办事项"]
    [told, question] = await head.says(f"/answer {obligation}")
    assert told.text == (
        "答复 D20261121-0001（市国土局，交办事项）\n要求：请报送整改情况\n已答复，等效能办审核，还可以补充。"
    )
    assert "办理结果是什么？" in question.text


async def test_a_photo_that_cannot_be_kept_is_told_with_the_way_to_send_it_again(
    program: Program, office: Office, head: FakePerson
) -> None:
    office.hand_over(working_days=3)
    await head.says("已经补办好了")
    await head.sends(Media("photo-1", "photo"))
    for label in ("答复督办事项", "完成", "提交"):
        await head.taps(label)
    [piece_id] = program.acts.look(records.waiting, {})
    piece = program.acts.transact(evidence.lease, piece_id)
    office.office(refuse_and_tell, piece, "unreadable")
    assert "您随 D20261121-0001 发来的一张照片没能保存" in head.screen().text
    told, question = await head.taps("补充文字或照片")
    assert "答复 D20261121-0001" in told.text
    assert "办理结果是什么？" in question.text


async def test_all_that_is_asked_and_why_it_came_back_can_be_read(office: Office, head: FakePerson) -> None:
    asked, why = "一" * 2_900 + "要求到此为止", "二" * 2_900 + "原因到此为止"
    obligation = office.hand_over(working_days=3, asked=asked)
    assert asked in head.screen().text
    office.answer(obligation)
    office.decide(obligations.send_back, obligation, why)
    assert why in head.screen().text
    await head.says(f"/duty {obligation}")
    assert asked in head.screen().text
    assert why in head.screen().text


async def test_a_question_about_what_is_settled_is_answered_before_it_is_typed(
    office: Office, head: FakePerson
) -> None:
    obligation = office.hand_over(working_days=3)
    office.decide(obligations.excuse, obligation, "重复了")
    [said] = await head.says(f"/ask_office {obligation}")
    assert said.text == "D20261121-0001：这一件已经了结，不用再办。"


@pytest.mark.parametrize("blank", ["\u200b\u200b\u200b", "\ufeff", "\u3164\u3164", "\u2800\u2800", "\ufe0f\ufe0f"])
async def test_an_answer_that_shows_nothing_is_none(office: Office, head: FakePerson, blank: str) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says(blank)
    assert "答复督办事项" not in labels(head)  # nor is it asked what it is
    await head.says(f"/answer {obligation}")
    assert (await head.says(blank))[-1].text.startswith("请用文字回答")
