"""Rating a window by its code: two or three taps, once a day, and what whoever was not content is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import cases, people, units
from services.cases import Given, Heard
from tests.conftest import Clock, rows
from tests.drivers.auditing import is_whole

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_two_taps_rate_a_window_once_a_day(program: Program, citizen: FakePerson, clock: Clock) -> None:
    about, asked = await citizen.says("/start w-gtj-1")
    assert about.text == "您在评价：市国土局·办证窗口。匿名，窗口看不到是谁评的。"
    assert "办成了吗" in asked.text
    [asked] = await citizen.taps("办成了")
    levels = [button.label for row in asked.rows for button in row][:5]
    assert levels == ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]  # GB/T 39734
    [thanked] = await citizen.taps("满意")
    assert thanked.text == "已记下，谢谢您。"
    [row] = rows(program, "walkins")
    assert (row["unit_id"], row["served"], row["level"], row["reasons"]) == ("gtj-1", True, "satisfied", [])
    assert not rows(program, "cases")
    [again] = await citizen.says("/start w-gtj-1")
    assert "今天您已经评价过市国土局·办证窗口" in again.text
    clock.passes(days=1)
    assert "办成了吗" in (await citizen.says("/start w-gtj-1"))[-1].text
    assert is_whole(program)


@ON_SQLITE
async def test_whoever_is_not_content_says_why_and_is_told_what_can_be_done_now(
    program: Program, citizen: FakePerson
) -> None:
    program.acts.by("clerk").transact(units.set_duty, "gtj", "陈值班长，总服务台")
    await citizen.says("/start w-gtj-1")
    await citizen.taps("没有办成")
    [asked] = await citizen.taps("不满意")
    assert "事实没查清" not in str(asked.rows)  # nothing was looked into
    await citizen.taps("办得慢")
    await citizen.says("等了两个小时")
    [thanked] = await citizen.taps("完成")
    assert "效能办会查看。急事可以当场找值班长：陈值班长，总服务台。" in thanked.text
    [row] = rows(program, "walkins")
    assert (row["served"], row["reasons"], row["text"]) == (False, ["slow"], "等了两个小时")
    [asked] = await citizen.taps("我要反映问题")
    assert "属于哪一类" in asked.text


@ON_SQLITE
async def test_a_place_that_is_not_known_opens_the_menu(citizen: FakePerson) -> None:
    for start in ("w-nowhere", "w-"):
        [menu] = await citizen.says(f"/start {start}")
        assert "您好" in menu.text


def test_a_flood_ends_at_what_a_window_can_serve(program: Program, clock: Clock) -> None:
    def heard(n: int, unit: str = "gtj-1") -> Heard:
        key = people.address_hash(program.vault, "fake", f"flood-{n}")
        contact = program.acts.transact(people.lock_contacts, {key: ("fake", f"flood-{n}", "zh")})[key]
        return program.acts.transact(cases.rate_walkin, contact, unit, Given(True, "satisfied"))

    assert {heard(n) for n in range(30)} == {Heard.TAKEN}
    assert heard(30) is Heard.CROWDED
    assert heard(30, "gtj-2") is Heard.TAKEN  # another window is another matter
    clock.passes(minutes=2)
    assert [heard(31), heard(32)] == [Heard.TAKEN, Heard.CROWDED]
    # And one account does not rate every window of the city.
    others = [unit.id for unit in program.units.units if unit.parent_id][5:11]
    clock.now += timedelta(days=1)
    assert [heard(1, unit) for unit in others] == [Heard.TAKEN] * 5 + [Heard.CROWDED]


@ON_SQLITE
def test_the_levels_and_reasons_are_those_of_a_rated_answer(program: Program) -> None:
    for texts in program.texts.values():
        for name in (*(f"level_{one}" for one in cases.LEVELS), *(f"reasons_{one}" for one in cases.WALKIN_REASONS)):
            assert texts.say("walkin", name) == texts.say("rate", name)


@ON_SQLITE
async def test_nothing_that_is_kept_leads_to_who_rated(program: Program, citizen: FakePerson) -> None:
    for said in ("/start w-gtj-1", "办成了", "满意"):
        await citizen.says(said)
    contact = citizen.contact_id()
    assert contact
    [row] = rows(program, "walkins")
    kept = {str(value) for value in row.values()}
    assert not any(contact in one for one in kept)
    assert not kept & {str(one["address_hash"]) for one in rows(program, "contacts")}
