"""Retaliation: one tap under any own case, and the discipline desk has it; nobody else learns of it."""

from __future__ import annotations

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import cases, desk, people
from services.desk import Filters
from services.foundation.refusal import Refusal
from services.people import Grant, Role
from tests.conftest import Clock, events, rows
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import complains, is_head

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's


def reported(program: Program) -> list[dict[str, object]]:
    return [row for row in rows(program, "cases") if row["category"] == cases.RETALIATION]


async def test_one_tap_brings_it_to_the_discipline_desk_linked_to_the_first_case(
    program: Program, citizen: FakePerson, person, clock: Clock
) -> None:
    number = await complains(citizen)
    clerk = program.acts.transact(people.add_person, "某人", [Grant(Role.CLERK, None)])
    inspector = program.acts.transact(people.add_person, "纪检", [Grant(Role.DISCIPLINE, None)])
    desk_of = {who: person(str(who)) for who in (clerk, inspector)}
    for who, account in desk_of.items():
        await account.says(f"/link {program.acts.transact(people.invite, who, 1)[1]}")
    head = person("head")
    await is_head(program, head)
    heard = len(head.heard())
    await citizen.says("/status")
    [said] = await citizen.taps("有人打击报复")
    [case] = reported(program)
    [first] = [row for row in rows(program, "cases") if row["number"] == number]
    assert f"编号 {case['number']}，因 {number} 而起" in said.text
    assert "单位看不到这一件" in said.text
    assert "11月23日 周一前会有人在这里联系您" in said.text, "one working day"
    assert (case["confined"], case["about_id"], first["about_id"]) == ("retaliation", first["id"], None)
    [again] = await citizen.says(f"/retaliation {first['id']}")
    assert "您已经报过了" in again.text
    assert len(reported(program)) == 1

    program.acts.transact(desk.tell_discipline)
    assert "打击报复，请马上办" in desk_of[inspector].screen().text
    assert str(case["number"]) not in "".join(one.text for one in (*desk_of[clerk].heard(), *head.heard()))
    assert len(head.heard()) == heard
    seen = program.acts.by(inspector).transact(desk.open_report, str(case["id"]))
    assert seen is not None
    assert seen.about == (first["id"], number)
    with pytest.raises(Refusal, match="decided"):
        program.acts.by(inspector).transact(desk.give_back, seen.id, seen.seen, "请效能办来办")
    for acts in (program.acts, program.acts.by(clerk)):
        assert acts.look(desk.look, str(case["id"])) is None
        assert [one.number for one in acts.look(desk.listed, Filters()).items] == [number]
        before = acts.look(desk.look, str(first["id"]))
        assert before is not None
        assert str(case["id"]) not in repr(before), "the first case tells nothing of it"
    assert is_whole(program)
    assert "retaliation_reported" in [one["action"] for one in events(program)]


@ON_SQLITE
async def test_by_word_with_one_case_at_once_with_several_one_is_chosen_and_with_none_nothing_is_filed(
    program: Program, citizen: FakePerson, person
) -> None:
    await citizen.says("打击报复")
    assert reported(program) == []
    await complains(citizen)
    await citizen.says("打击报复")
    [first] = reported(program)
    number = await complains(citizen, "窗口又没有人，等了一个下午")
    [asked] = await citizen.says("打击报复")
    assert "因为反映哪一件受到打击报复" in asked.text
    assert str(first["number"]) not in asked.text
    [second] = [row["id"] for row in rows(program, "cases") if row["number"] == number]
    await citizen.taps(f"/retaliation {second}")
    assert len(reported(program)) == 2
    stranger = person("stranger")
    await stranger.says(f"/retaliation {first['about_id']}")
    assert len(reported(program)) == 2, "somebody else's case is treated as if there were none"


@ON_SQLITE
async def test_a_mistaken_tap_is_withdrawn_and_what_happened_is_added(program: Program, citizen: FakePerson) -> None:
    await complains(citizen)
    await citizen.says("打击报复")
    await citizen.taps("补充文字或照片")
    await citizen.says("昨天窗口的人打电话骂我")
    await citizen.taps("跳过")
    [case] = reported(program)
    assert [row["text"] for row in rows(program, "entries") if row["subject_id"] == case["id"]] == [
        "昨天窗口的人打电话骂我"
    ]
    await citizen.says(f"/withdraw {case['id']}")
    await citizen.taps("撤回")
    [case] = reported(program)
    assert case["state"] == cases.State.WITHDRAWN
