"""Appealing in the chat: by a button or a word, a review of the words, once; and what is said where it cannot be."""

from __future__ import annotations

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import desk, people
from services.people import Grant, Role
from tests.conftest import rows
from tests.drivers.auditing import is_whole
from tests.handlers.cases.test_rating import is_answered
from tests.handlers.cases.test_withdrawing import complains

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WHY = "没有人来核实过，请再看一次"


def decides(program: Program, number: str, decision: object, said: str, by: str = "clerk") -> str:
    case_id = next(row["id"] for row in rows(program, "cases") if row["number"] == number)
    report = program.acts.look(desk.look, case_id)
    assert report is not None
    program.acts.by(by).transact(decision, case_id, report.seen, said)
    return case_id


async def is_declined(program: Program, citizen: FakePerson) -> str:
    number = await complains(citizen)
    decides(program, number, desk.decline, "此事正在诉讼中")
    return number


async def test_from_the_refusal_to_the_heads_answer(program: Program, citizen: FakePerson) -> None:
    number = await is_declined(program, citizen)
    assert "不同意的，可以申请复核，由效能办负责人答复；只能申请一次。" in citizen.screen().text
    [asked] = await citizen.taps("申请复核")
    assert "为什么不同意？" in asked.text
    [review] = await citizen.says(WHY)
    assert "请核对" in review.text
    await citizen.taps("修改 理由")
    await citizen.says(WHY + "。")
    [received] = await citizen.taps("提交")
    assert f"已收到您对 {number} 的复核申请，效能办负责人会在 12月4日 周五前答复您" in received.text
    assert "复核只能申请一次" in received.text
    [shown] = await citizen.says("/status")
    assert "12月4日 周五前由效能办负责人答复您的复核申请，还有 10 个工作日" in shown.text
    assert f"您申请复核\n{WHY}。" in shown.text
    assert "申请复核" not in [button.label for row in shown.rows for button in row]
    [again] = await citizen.says("申请复核")
    assert f"{number} 已经申请过复核，一件只能申请一次。效能办负责人会在 12月4日 周五前答复您。" in again.text
    assert "信访" in again.text
    head = program.acts.transact(people.add_person, "某人", [Grant(Role.OFFICE_HEAD, None)])
    decides(program, number, desk.uphold, "与当天的监控一致", head)
    said = citizen.screen().text
    assert "维持原来的答复，理由是：" in said
    assert "与当天的监控一致" in said
    assert "在效能办的复核到此为止" in said
    [shown] = await citizen.says("/status")
    assert "效能办负责人复核后告知：维持原来的答复" in shown.text
    assert is_whole(program)


async def test_a_bad_rating_comes_first_and_what_was_put_right_carries_the_button(
    program: Program, citizen: FakePerson
) -> None:
    number = await is_answered(program, citizen)
    [told] = await citizen.says("我要复核")
    assert "不满意的请先评价" in told.text
    for tap in ("补充文字或照片",):
        await citizen.taps(tap)
    await citizen.says("放弃")
    for said in ("/rate", "没有解决", "不满意"):
        await citizen.says(said)
    await citizen.taps("完成")
    [told] = await citizen.says("申请复核")
    assert "回访以后仍不同意，再申请复核" in told.text
    decides(program, number, desk.make_good, "现在每天有人值守")
    assert "不同意的，可以申请复核" in citizen.screen().text
    await citizen.taps("申请复核")
    await citizen.says(WHY)
    await citizen.taps("提交")
    assert [row["appeal"] for row in rows(program, "cases")] == ["waits"]


@ON_SQLITE
async def test_of_several_one_is_chosen_and_of_somebody_elses_nothing_is_told(
    program: Program, citizen: FakePerson, person
) -> None:
    [said] = await citizen.says("申请复核")
    assert "您现在没有可以申请复核的来件" in said.text
    first = await is_declined(program, citizen)
    second = await is_declined(program, citizen)
    [choose] = await citizen.says("申诉")
    assert "要申请复核哪一件？" in choose.text
    assert first in choose.text
    assert second in choose.text
    await citizen.taps(next(button.label for row in choose.rows for button in row if first[-4:] in button.label))
    stranger = person("stranger")
    case_id = next(row["id"] for row in rows(program, "cases") if row["number"] == first)
    [said] = await stranger.says(f"/appeal {case_id}")
    assert first not in said.text
    await citizen.says(WHY)
    await citizen.taps("提交")
    assert [row["appeal"] for row in rows(program, "cases") if row["number"] == first] == ["waits"]


@ON_SQLITE
async def test_what_was_taken_up_again_meanwhile_is_told_and_the_words_are_given_back(
    program: Program, citizen: FakePerson
) -> None:
    number = await is_declined(program, citizen)
    await citizen.says("/appeal")
    await citizen.says(WHY)
    decides(program, number, desk.reopen, "有新的情况")
    said = "".join(one.text for one in await citizen.says("提交"))
    assert f"{number} 还在办理，有了结果才能申请复核。" in said
    assert WHY in said
    assert [row["appeal"] for row in rows(program, "cases")] == [None]
