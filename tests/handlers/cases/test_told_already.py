"""Whoever files the same once more is asked whether it belongs to their open case; nothing that they wrote is lost."""

from __future__ import annotations

from typing import Any

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from services import people
from tests.conftest import Clock, rows
from tests.drivers.auditing import is_whole

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
TOLD = "周二上午到办证大厅三号窗口，排了两个小时没有人理，工作人员一直在看手机"
AGAIN = "周二上午到办证大厅三号窗口，排了两个小时没有人理我，工作人员一直在看手机，电话也不接"
ELSE = "不动产证的费用和公示的不一样，要多交三百元，也不给发票"
ASKED = "要补充到"


async def files(who: FakePerson, what: str, unit: str = "gtj", kind: str = "态度不好", **left: str) -> str:
    """Fills in a complaint and submits it; what is said then."""
    await who.says(f"/complaint {unit}")
    await who.taps("跳过")
    await who.taps(kind)
    await who.says(what)
    if staff := left.get("staff"):
        await who.says(staff)
    else:
        await who.taps("跳过")
    await who.taps("跳过")
    await who.sends(Media("photo-1", "photo"))
    await who.taps("完成")
    if name := left.get("name"):
        await who.taps("留姓名和电话")
        await who.says(name)
        await who.says("13800138000")
    else:
        await who.taps("匿名，单位看不到您是谁")
    return "\n".join(one.text for one in await who.taps("提交"))


def filed(program: Program) -> list[dict[str, Any]]:
    return rows(program, "cases")


async def test_the_same_told_again_is_added_with_everything_that_was_written(
    program: Program, citizen: FakePerson, clock: Clock
) -> None:
    await files(citizen, TOLD)
    [first] = filed(program)
    clock.passes(days=3)
    said = await files(citizen, AGAIN, staff="胸牌 027", name="王小明")
    assert ASKED in said
    assert first["number"] in said
    assert len(filed(program)) == 1
    [told] = await citizen.taps("补充到那一件")
    assert first["number"] in told.text
    [case] = filed(program)
    assert (case["named"], case["read"]) == (True, False)
    [added] = [row for row in rows(program, "entries") if row["kind"] == "addition"]
    assert added["text"] == f"{AGAIN}\n胸牌 027"
    assert [row["entry_id"] for row in rows(program, "evidence")] == [None, added["id"]]
    who = program.acts.look(people.identity_of, str(case["id"]))
    assert who == {"name": "王小明", "phone": "13800138000"}
    assert "提交" not in str(await citizen.says("你好")), "the conversation is over"
    assert is_whole(program)


async def test_it_is_filed_as_new_where_they_say_so(program: Program, citizen: FakePerson) -> None:
    await files(citizen, TOLD)
    assert ASKED in await files(citizen, AGAIN)
    [told] = await citizen.taps("另外提交")
    assert "已收到，编号" in told.text
    assert "查询码" in told.text
    assert {row["what"] for row in filed(program)} == {TOLD, AGAIN}
    assert len(rows(program, "evidence")) == 2
    assert is_whole(program)


@ON_SQLITE
@pytest.mark.parametrize(
    ("typed", "many"), [("补充", 1), ("2", 1), ("是的", 1), ("另外提交", 2), ("1", 2), ("不是", 2)]
)
async def test_the_answer_may_be_typed(program: Program, citizen: FakePerson, typed: str, many: int) -> None:
    await files(citizen, TOLD)
    await files(citizen, AGAIN)
    await citizen.says(typed)
    assert len(filed(program)) == many


@ON_SQLITE
async def test_nothing_is_lost_whatever_else_they_do_then(program: Program, citizen: FakePerson) -> None:
    await files(citizen, TOLD)
    await files(citizen, AGAIN)
    again = await citizen.says("我再想想")
    assert "没有记下" in again[0].text
    review = await citizen.says("/resume")
    assert AGAIN in review[0].text
    assert ASKED in (await citizen.taps("提交"))[0].text, "asked again, and still there"
    stale = citizen.key("补充到那一件").press
    await citizen.says("/resume")
    [what] = await citizen.says(f"/edit {'what'}")
    assert "发生了什么事" in what.text
    await citizen.says(ELSE)
    assert ELSE in (await citizen.says(stale))[-1].text, "it was asked about another story"
    assert [row for row in rows(program, "entries") if row["kind"] == "addition"] == []
    [told] = await citizen.taps("提交")
    assert "已收到" in told.text, "another story is filed at once"
    assert {row["what"] for row in filed(program)} == {TOLD, ELSE}


@ON_SQLITE
async def test_a_button_of_a_question_that_is_over_files_nothing(program: Program, citizen: FakePerson) -> None:
    await files(citizen, TOLD)
    await files(citizen, AGAIN)
    [case] = filed(program)
    asked = citizen.key("补充到那一件").press
    await citizen.taps("补充到那一件")
    await citizen.says(asked)
    assert len(filed(program)) == 1
    assert len([row for row in rows(program, "entries") if row["kind"] == "addition"]) == 1
    await citizen.says(f"/repeated 1 {case['id']} new")
    assert len(filed(program)) == 1


async def test_nobody_is_asked_about_what_somebody_else_told(program: Program, citizen: FakePerson, person) -> None:
    await files(citizen, TOLD)
    other = person("other")
    assert "已收到" in await files(other, AGAIN)
    assert len(filed(program)) == 2


@ON_SQLITE
async def test_what_only_comes_near_is_filed_without_a_question(
    program: Program, citizen: FakePerson, clock: Clock
) -> None:
    await files(citizen, TOLD)
    assert "已收到" in await files(citizen, ELSE)
    assert "已收到" in await files(citizen, TOLD, unit="gsj")
    assert "已收到" in await files(citizen, TOLD, kind="吃拿卡要"), (
        "what is for the discipline desk is a case of its own"
    )
    clock.passes(days=31)
    assert "已收到" in await files(citizen, TOLD), "a month later it has happened again"


@ON_SQLITE
async def test_a_case_that_has_ended_meanwhile_takes_nothing_in(program: Program, citizen: FakePerson) -> None:
    await files(citizen, TOLD)
    await files(citizen, AGAIN)
    button = citizen.key("补充到那一件").press
    [case] = filed(program)
    await citizen.says(f"/withdraw {case['id']} yes")
    assert "已收到" in (await citizen.says(button))[-1].text
    assert sorted(row["state"] for row in filed(program)) == ["received", "withdrawn"]


@ON_SQLITE
async def test_who_follows_by_a_receipt_code_is_not_asked(program: Program, citizen: FakePerson, person) -> None:
    said = await files(citizen, TOLD)
    code = said.partition("查询码 ")[2].partition("\n")[0]
    friend = person("friend")
    await friend.says("/code")
    assert TOLD in (await friend.says(code))[-1].text
    assert "已收到" in await files(friend, AGAIN)
