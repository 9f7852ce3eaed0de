"""The list of a unit's obligations, the menu and the reminders that lead to it."""

from __future__ import annotations

import pytest

from channels.fake import FakePerson
from services import obligations, people
from services.people import Grant, Role
from tests.drivers.chat_screens import Meet, labels
from tests.drivers.told_units import Office

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
QUOTING = '请报"延时服务\\"方案'  # has to be escaped where it is put into a body


async def test_who_is_late_is_told_of_what_one_may_see(office: Office, head: FakePerson, person: Meet) -> None:
    office.bind("head", unit="gdj")
    office.hand_over(working_days=1)
    office.hand_over(working_days=1, unit_id="gdj", kind="complaint")
    clerk = office.office(people.add_person, "某人", [Grant(Role.CLERK, None)])
    office.office(people.ensure_contact, "fake", "clerk", "zh", clerk)
    office.at("2026-11-25 09:00")
    [mine] = await head.says("/late")
    assert "市国土局 交办事项 1 件，最早的应在 11月23日 周一 18:00 前，已逾期 2 个工作日" in mine.text
    assert "供电" not in mine.text
    [all_] = await person("clerk").says("/late")
    assert "共 2 件" in all_.text
    assert "市供电局 投诉件 1 件" in all_.text
    assert "已逾期 2 个工作日" in (await head.says("/duties"))[0].text


async def test_a_long_list_is_turned_page_by_page(office: Office, head: FakePerson) -> None:
    for n in range(7):
        office.hand_over(working_days=3 + n)
    await head.says("/duties")
    assert len(labels(head)) <= 8
    await head.taps("下一页")
    assert "7. 交办事项「请报送整改情况」 D20261121-0007" in head.screen().text
    await head.taps("上一页")
    assert "1. 交办事项「请报送整改情况」 D20261121-0001" in head.screen().text
    [far] = await head.says("/duties 99")
    assert "7. 交办事项「请报送整改情况」 D20261121-0007" in far.text


async def test_obligations_are_told_apart_by_what_is_asked(office: Office, head: FakePerson) -> None:
    office.hand_over(working_days=1, asked="请查清周二上午办证窗口为什么没有人，\n并报处理结果。")
    office.hand_over(working_days=5, asked=QUOTING)
    office.at("2026-11-23 09:00")
    [listed] = await head.says("/duties")
    assert "1. 交办事项「请查清周二上午办证窗口为什么没有人，…」 D20261121-0001" in listed.text
    assert f"2. 交办事项「{QUOTING}」 D20261121-0002" in listed.text
    assert labels(head)[:2] == ["1 · 今天到期", "2 · 11月27日 周五"]
    office.at("2026-11-24 09:00")
    await head.says("/duties")
    assert labels(head)[:2] == ["1 · 已逾期", "2 · 11月27日 周五"]


async def test_a_reminder_names_what_is_asked_and_leads_to_the_list(office: Office, head: FakePerson) -> None:
    office.hand_over(working_days=5, asked=QUOTING)
    office.hand_over(working_days=5, asked="请查清周二上午办证窗口为什么没有人")
    office.until("2026-11-25 09:00")
    reminders = [one.text for one in head.heard() if one.text.startswith("⏰ 还有 3 个工作日：")]
    assert f"「{QUOTING}」" in reminders[0]
    assert "「请查清周二上午办证窗口为什么没有人」" in reminders[1]
    await head.taps("我的督办事项")
    assert head.screen().text.startswith("您单位还有 2 件要答复。")


async def test_a_reminder_by_text_message_holds_nothing_of_what_is_asked(office: Office) -> None:
    office.bind("head", "head", phone="+8613800138000")
    office.hand_over(working_days=5, asked="请查清周二上午办证窗口为什么没有人")
    office.at("2026-11-23 10:00")
    office.fire()
    told = [one for one in office.told() if one.to.startswith("+86")]
    assert told
    assert {one.values["begins"] + one.values["text"] for one in told} == {""}
    assert all(not press.startswith("/duties") for one in told for press in one.presses)  # has no room for it


async def test_after_the_deadline_the_menu_says_overdue(office: Office, head: FakePerson) -> None:
    office.hand_over(working_days=1)
    office.hand_over(working_days=5)
    [coming] = await head.says("/menu")
    assert "要办的督办事项 2 件，最近一件 11月23日 周一 18:00 到期。" in coming.text
    office.at("2026-11-25 09:00")
    [over] = await head.says("/menu")
    assert "要办的督办事项 2 件，1 件已逾期，最早的应在 11月23日 周一 18:00 前答复。" in over.text


async def test_whoever_is_above_reads_in_the_menu_how_much_is_open_below(office: Office, person: Meet) -> None:
    office.bind("head", "head")
    office.bind("head", "window", unit="gtj-1")
    office.bind(Role.SUPERIOR, "leader")
    office.hand_over(working_days=1)
    answered = office.hand_over(working_days=1)
    office.answer(answered)
    office.hand_over(working_days=5, unit_id="gtj-1")
    office.at("2026-11-25 09:00")
    assert "下级单位没有答复的督办事项 2 件，1 件已逾期。" in (await person("leader").says("/menu"))[0].text
    assert "下级单位没有答复的督办事项 1 件。" in (await person("head").says("/menu"))[0].text
    assert "下级" not in (await person("window").says("/menu"))[0].text


async def test_what_is_due_at_one_moment_stands_in_the_order_of_its_numbers(office: Office, head: FakePerson) -> None:
    handed = [office.hand_over(working_days=3) for _ in range(5)]
    numbers = [f"D20261121-000{place}" for place in range(1, 6)]

    async def listed() -> list[str]:
        [shown] = await head.says("/duties")
        return [line.split()[-1] for line in shown.text.splitlines() if "D2026" in line]

    assert await listed() == numbers
    for obligation in handed:
        office.decide(obligations.excuse, obligation, "重复了")
    assert await listed() == numbers[::-1]
