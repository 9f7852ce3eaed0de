"""Rating an answer in the chat: by its button, by a typed level, with reasons where it is bad, and once only."""

from __future__ import annotations

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import desk
from tests.conftest import rows
from tests.handlers.cases.test_withdrawing import complains

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def is_answered(program: Program, citizen: FakePerson) -> str:
    """A complaint of theirs is answered; its number."""
    number = await complains(citizen)
    case_id = next(row["id"] for row in rows(program, "cases") if row["number"] == number)
    for decision, said in ((desk.accept, ""), (desk.answer, "窗口已经增开。")):
        report = program.acts.look(desk.look, case_id)
        assert report is not None
        program.acts.by("clerk").transact(decision, case_id, report.seen, said)
    return number


def given(program: Program) -> list[tuple[object, ...]]:
    return [(row["state"], row["solved"], row["level"], row["reasons"]) for row in rows(program, "ratings")]


async def test_two_taps_rate_an_answer_and_a_second_try_shows_what_was_given(
    program: Program, citizen: FakePerson
) -> None:
    number = await is_answered(program, citizen)
    assert "点「评价」告诉我们" in citizen.screen().text
    [asked] = await citizen.taps("评价")
    assert "您反映的事解决了吗" in asked.text
    [asked] = await citizen.taps("解决了")
    levels = [button.label for row in asked.rows for button in row][:5]
    assert levels == ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]  # GB/T 39734
    [thanked] = await citizen.taps("满意")
    assert f"已记下您对 {number} 的评价，谢谢您" in thanked.text
    assert given(program) == [("given", True, "satisfied", [])]
    [shown] = await citizen.says(f"/rate {rows(program, 'cases')[0]['id']}")
    assert "这次评价已经记下" in shown.text
    assert "解决了，满意" in shown.text


async def test_a_bad_level_asks_why_and_says_what_follows(program: Program, citizen: FakePerson) -> None:
    number = await is_answered(program, citizen)
    for said in ("评价", "没有解决"):
        await citizen.taps(said)
    [asked] = await citizen.taps("非常不满意")
    assert "哪里不满意" in asked.text
    await citizen.taps("问题没解决")
    await citizen.says("去了两次都没有人")
    [thanked] = await citizen.taps("完成")
    assert "效能办会整改，再回访您" in thanked.text
    assert given(program) == [("given", False, "very_dissatisfied", ["not_solved"])]
    [shown] = await citizen.says("/status")
    assert "整改并回访您，还有 5 个工作日" in shown.text
    assert "去了两次都没有人" in shown.text
    assert number in shown.text


@ON_SQLITE
async def test_a_level_that_is_typed_after_the_answer_opens_its_rating(program: Program, citizen: FakePerson) -> None:
    await is_answered(program, citizen)
    [asked] = await citizen.says("非常满意")
    assert "您反映的事解决了吗" in asked.text
    await citizen.says("解决了")
    assert given(program) == [("given", True, "very_satisfied", [])]
    [placed] = await citizen.says("非常满意")  # nothing waits for it any more
    assert "您想把它用在哪里" in placed.text


@ON_SQLITE
async def test_thanks_after_the_answer_change_nothing(program: Program, citizen: FakePerson) -> None:
    await is_answered(program, citizen)
    before = rows(program, "cases"), rows(program, "ratings"), rows(program, "obligations")
    for said in ("谢谢", "太感谢了", "收到"):
        await citizen.says(said)
    assert (rows(program, "cases"), rows(program, "ratings"), rows(program, "obligations")) == before


@ON_SQLITE
async def test_of_several_answers_the_status_leads_to_one_and_strangers_see_none(
    program: Program, citizen: FakePerson, person
) -> None:
    for _ in range(2):
        await is_answered(program, citizen)
    assert "您有 2 件来件" in (await citizen.says("/rate"))[-1].text
    stranger = person("stranger")
    assert "没有找到您的来件" in (await stranger.says("/rate"))[-1].text
    assert {state for state, *_ in given(program)} == {"asked"}


@ON_SQLITE
async def test_of_a_question_it_is_asked_whether_it_was_answered(program: Program, citizen: FakePerson) -> None:
    for said in ("/question", "办证要带什么材料？", "跳过"):
        await citizen.says(said)
    [case] = rows(program, "cases")
    report = program.acts.look(desk.look, str(case["id"]))
    assert report is not None
    program.acts.by("clerk").transact(desk.answer, report.id, report.seen, "请带身份证。")
    [asked] = await citizen.taps("评价")
    assert "您问的事得到答复了吗" in asked.text
    await citizen.taps("得到答复了")
    await citizen.taps("满意")
    assert given(program) == [("given", True, "satisfied", [])]
    [shown] = await citizen.says(f"/rate {case['id']}")
    assert "得到答复了，满意" in shown.text
