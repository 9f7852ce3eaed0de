"""What was written when it can no longer be taken: the person reads why, and their own words again, to be copied."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from models.tables import owners
from services import obligations, people
from services.foundation.act import Act
from services.people import Grant, Role
from tests.conftest import rows
from tests.drivers.chat_screens import Meet
from tests.drivers.told_units import Office, withdraw

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
KEPT = "这次没有交出去。您写的在这里，要用可以复制：\n"
PIECES = "随它发来的照片或文件（{} 件）没有交出去，要用请重新发。"
NO_LONGER = "您不再是市国土局负责人"


@pytest.mark.parametrize(
    ("command", "words", "last", "kept"),
    [
        ("answer", ["已补办，11月26日交给当事人", "跳过"], "提交", "已补办，11月26日交给当事人"),
        ("more_time", ["12月10日", "测绘要等天晴，还要几天"], "提交", "2026-12-10\n测绘要等天晴，还要几天"),
        ("ask_office", [], "能先报初稿吗？", "能先报初稿吗？"),
    ],
)
@pytest.mark.parametrize("settled", [True, False], ids=["settled", "withdrawn"])
async def test_what_a_unit_wrote_comes_back_where_it_is_too_late(
    office: Office, head: FakePerson, command: str, words: list[str], last: str, kept: str, settled: bool
) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says(f"/{command} {obligation}")
    for said in words:
        await head.says(said)
    if settled:
        office.decide(obligations.excuse, obligation, "另案处理")
    else:
        withdraw(office, "head")
    [why, back] = await head.says(last)
    assert why.text.startswith("D20261121-0001：这一件已经了结" if settled else NO_LONGER)
    assert (back.text, back.copy) == (KEPT + kept, kept)
    assert not [one for one in office.look(obligation).history if one.kind.startswith("unit_")]


async def test_a_right_that_ends_midway_gives_back_what_was_written_so_far(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says(f"/answer {obligation}")
    await head.says("查过了")
    await head.sends(Media("photo-1", "photo"))
    withdraw(office, "head")
    [why, back] = await head.sends(Media("photo-2", "photo"), text="办结单")
    assert why.text.startswith(NO_LONGER)
    assert back.text == f"{KEPT}查过了\n办结单\n{PIECES.format(2)}"
    assert not (await head.says("/resume"))[0].text.startswith("办理结果")


async def test_words_whose_place_has_gone_find_another(office: Office, head: FakePerson) -> None:
    obligation = office.hand_over(working_days=3)
    await head.says("窗口已经补了人，材料随后就到")
    await head.sends(Media("photo-1", "photo"))
    answering = head.key("答复督办事项")
    office.decide(obligations.excuse, obligation, "另案处理")
    assert "刚才的内容已经留着" in (await head.presses(answering.press, answering.turn))[0].text
    await head.taps("问效能办")
    assert [row["what"] for row in rows(office.program, "cases")] == ["窗口已经补了人，材料随后就到"]


async def test_a_supervisor_without_the_right_gets_back_what_was_seen(office: Office, person: Meet) -> None:
    who, supervisor = office.office(people.add_person, "王监督", [Grant(Role.SUPERVISOR, "jtj")]), person("supervisor")
    office.do(people.ensure_contact, "fake", "supervisor", "zh", who)
    for said in ("/check", "1", "跳过", "作风巡查", "窗口脏乱，地上有水"):
        await supervisor.says(said)
    office.office(people.end_role, who, Role.SUPERVISOR, "jtj")
    [why, back] = await supervisor.says("一楼大厅没有人")
    assert why.text.startswith("您现在不能再填「暗访记录」")
    assert back.text == f"{KEPT}窗口脏乱，地上有水\n一楼大厅没有人"
    assert rows(office.program, "visits") == []


async def test_an_addition_to_a_case_that_is_nobodys_any_more_comes_back(program: Program, citizen: FakePerson) -> None:
    for said in ("/question", "材料要原件吗？", "跳过"):
        await citizen.says(said)
    await citizen.says(f"/add {rows(program, 'cases')[0]['id']}")
    await citizen.says("忘了说：是二号窗口")

    def forget(act: Act) -> None:
        act.tx.execute(delete(owners))

    program.acts.transact(forget)
    [why, back] = await citizen.says("跳过")
    assert "查询码" in why.text
    assert back.text == f"{KEPT}忘了说：是二号窗口"
