"""Words and photos that come unasked, and what they may become."""

from __future__ import annotations

import pytest

from channels.fake import FakePerson
from conversation.messages import Media
from tests.drivers.chat_screens import labels
from tests.drivers.told_units import Office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_free_words_and_a_photo_become_an_answer_and_nothing_is_written_twice(
    office: Office, head: FakePerson
) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says("已经补办好了")
    await head.sends(Media("photo-1", "photo"))
    assert labels(head)[:2] == ["答复督办事项", "就督办事项问效能办"]
    told, evidence = await head.taps("答复督办事项")
    assert "答复 D20261121-0001" in told.text
    assert "已收到 1 件" in evidence.text
    [more] = await head.says("就这一张")
    assert "发完了就点「完成」" in more.text
    assert "跳过" not in evidence.text + more.text
    await head.taps("完成")
    await head.taps("提交")
    answer = office.look(obligation).history[-1]
    assert (answer.kind, answer.text, len(answer.pieces)) == ("unit_answer", "已经补办好了", 1)


async def test_free_words_and_a_photo_become_a_question_about_one_of_two(office: Office, head: FakePerson) -> None:
    office.hand_over(working_days=3)
    second = office.hand_over(working_days=5)
    await head.sends(Media("photo-1", "photo"), text="这样算整改到位吗")
    await head.taps("就督办事项问效能办")
    [told] = await head.taps("0002 请报送整改情况")
    assert told.text.startswith("✅ 已转给效能办：D20261121-0002")
    question = office.look(second).history[-1]
    assert (question.kind, question.text, len(question.pieces)) == ("unit_question", "这样算整改到位吗", 1)


async def test_whoever_owes_nothing_is_not_asked_about_obligations(office: Office, head: FakePerson) -> None:
    await head.says("窗口中午没开门")
    assert not any("督办" in label for label in labels(head))


@pytest.mark.parametrize("word", ["菜单", "主菜单", "首页"])
async def test_the_menu_opens_by_its_word_and_a_button_by_what_it_says(
    office: Office, head: FakePerson, word: str
) -> None:
    office.hand_over(working_days=3)
    assert (await head.says(word))[0].text.endswith("您想做什么？")
    assert (await head.says("我的督办事项"))[0].text.startswith("您单位还有 1 件要答复。")


async def test_a_citizen_who_types_a_button_of_somebody_else_is_asked_what_it_is(citizen: FakePerson) -> None:
    assert (await citizen.says("我的督办事项"))[0].text.startswith("刚才的内容已经留着。")


async def test_what_to_do_with_stray_words_is_asked_once(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says("窗口已经补了人")
    assert len(await head.says("我的督办事项")) == 1
    assert len(await head.says(f"/duty {obligation}")) == 1
    [menu] = await head.says("菜单")
    assert "「刚才发来的内容」还没有提交，内容都留着。" in menu.text
    await head.taps("接着填")
    told, _ = await head.taps("答复督办事项")
    assert told.text.startswith("答复 D20261121-0001")


async def test_in_the_middle_of_a_complaint_the_menu_opens_and_nothing_is_lost(citizen: FakePerson) -> None:
    await citizen.says("/complain")
    await citizen.says("市国土局")
    [menu] = await citizen.says("菜单")
    assert "还没有提交，内容都留着。" in menu.text
    [question] = await citizen.taps("接着填")
    assert question.text.startswith("是哪个窗口或科室？")


@pytest.mark.parametrize(
    ("place", "asked"), [("答复督办事项", "办理结果是什么？"), ("就督办事项问效能办", "要问效能办什么？")]
)
async def test_words_too_long_for_their_place_are_kept_and_may_be_shortened(
    office: Office, head: FakePerson, place: str, asked: str
) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says("整改" * 1600)
    await head.taps(place)
    said = head.screen().text
    assert said.startswith("最多 3000 个字，您写了 3200 个。请写短一些")
    assert asked in said
    assert "完成" not in labels(head)
    assert (await head.says("/resume"))[-1].text == said
    await head.says("整改" * 1400)
    for label in ("跳过", "提交"):
        if label in labels(head):
            await head.taps(label)
    assert office.look(obligation).history[-1].text == "整改" * 1400


async def test_photos_stay_with_a_question_that_was_too_long_at_first(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=3)
    await head.sends(Media("p1", "photo", 1_000), text="长" * 3_001)
    await head.taps("就督办事项问效能办")
    assert "您写了 3001 个" in head.screen().text
    await head.says("能否先报阶段结果？")
    last = office.look(obligation).history[-1]
    assert (last.kind, last.text, len(last.pieces)) == ("unit_question", "能否先报阶段结果？", 1)


@pytest.mark.parametrize("place", ["反映一个新问题", "问效能办"])
async def test_of_a_citizens_long_words_nothing_is_cut_off(citizen: FakePerson, place: str) -> None:
    await citizen.says("长" * 9_000)
    await citizen.says("话" * 2_000)
    await citizen.taps(place)
    if place == "反映一个新问题":
        await citizen.taps("我不清楚")
        await citizen.taps("办事拖拉")
    assert citizen.screen().text.startswith("最多 10000 个字，您写了 11001 个，多了 1001 个。")
