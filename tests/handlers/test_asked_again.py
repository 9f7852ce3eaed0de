"""Whoever answers is told once more what was asked."""

from __future__ import annotations

from bot.build import Program
from channels.fake import FakePerson
from services import desk
from tests.conftest import Clock, rows


async def test_answering_the_office_repeats_what_it_asked(program: Program, citizen: FakePerson, clock: Clock) -> None:
    await citizen.says("/complaint")
    for said in ("我不清楚", "态度不好", "等了两个小时没有人理", "跳过", "昨天", "跳过", "1", "提交"):
        await citizen.says(said)
    [case] = rows(program, "cases")
    office = program.acts.by("clerk")
    report = office.transact(desk.open_report, str(case["id"]))
    assert report is not None
    office.transact(desk.ask, str(case["id"]), report.seen, "是哪个窗口？")
    asked, question = await citizen.taps("回答")
    assert "是哪个窗口？" in asked.text
    assert "要补充什么" in question.text
    clock.passes(minutes=1)
    await citizen.says("三号窗口")
    await citizen.says("跳过")
    [question] = await citizen.presses(f"/add {case['id']}", None)
    assert "是哪个窗口" not in question.text  # it has been answered
