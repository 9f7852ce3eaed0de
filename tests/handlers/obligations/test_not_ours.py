"""What a unit's people read and tap where something is not their duty."""

from __future__ import annotations

import pytest

from channels.fake import FakePerson
from services import obligations
from tests.drivers.chat_screens import labels
from tests.drivers.told_units import Office, complaint

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_it_is_given_back_in_two_steps_and_once(office: Office, head: FakePerson) -> None:
    case = complaint(office)
    obligation = office.hand_over(working_days=5, kind="complaint", subject_id=case.id, asked="请核实并答复")
    await head.says(f"/duty {obligation}")
    assert "如果不属您单位的职责\uff0c可以在 11月24日 周二 18:00 前退回一次" in head.screen().text
    assert labels(head) == ["知道了", "现在答复", "申请延期", "问效能办", "不属我们", "我的督办事项"]
    await head.taps("不属我们")
    await head.taps("应由别的单位办")
    assert "请写具体一些" in (await head.says("不是"))[-1].text
    await head.says("占道经营由市城管局管")
    await head.taps("提交")
    assert head.screen().text.startswith("✅ 已退回效能办：D20261121-0001")
    await head.taps("我的督办事项")
    assert "现在没有要答复的" in head.screen().text
    assert "已退回效能办\uff0c等效能办决定" in head.screen().text
    assert labels(head)[0] == "1 · 等效能办决定"
    await head.says(f"/duty {obligation}")
    assert "单位退回\uff0c说明不属本单位职责：占道经营由市城管局管" in head.screen().text
    assert labels(head) == ["现在答复", "问效能办", "我的督办事项"]

    office.decide(obligations.insist, obligation, "三定方案里归您单位")
    assert head.screen().text.startswith("⏰ 仍由您单位办理：D20261121-0001")
    assert "效能办的说明：三定方案里归您单位" in head.screen().text
    await head.taps("看详情")
    assert "不属我们" not in labels(head)
    await head.says(f"/not_ours {obligation}")
    assert "已经退回过一次" in head.screen().text


async def test_after_the_time_and_for_an_instruction_there_is_no_such_button(office: Office, head: FakePerson) -> None:
    instruction = office.hand_over(working_days=5)
    await head.says(f"/duty {instruction}")
    assert "不属我们" not in labels(head)
    await head.says(f"/not_ours {instruction}")
    assert "这一件不能退回" in head.screen().text
    obligation = office.hand_over(working_days=5, kind="complaint", subject_id=complaint(office).id)
    office.at("2026-11-30 09:00")
    await head.says(f"/duty {obligation}")
    assert "不属我们" not in labels(head)
    await head.says(f"/not_ours {obligation}")
    assert "退回的时间已经过了" in head.screen().text
