"""What units answer and ask, as clerk and head live it: accepted, sent back, given more time."""

from __future__ import annotations

import re

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from services import obligations
from services.desk import KINDS
from tests.conftest import owed
from tests.drivers.desk_pages import ASKED, WORDS, answers, complains, first_obligation, first_report, instruct, is_head
from tests.web.conftest import link

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's


async def test_a_case_is_handed_over_answered_and_accepted(
    program: Program, clerk, person, citizen: FakePerson
) -> None:
    head = person("head-1")
    head_id = await is_head(program, head)
    number = await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    page = await clerk.opens(report)
    assert re.search(r'<option value="gtj" data-find="[^"]*guotuju[^"]*" selected>', page)
    form = page[page.index('id="hand-text"') :]
    assert "等了两个小时" not in form[: form.index("</textarea>")]
    assert "请核实所反映的情况" in form
    assert "交办就是受理" in page

    page = await clerk.sends(f"{report}/hand", unit="gtj", kind="complaint", text=ASKED, days="3", date="")
    assert "已交办\uff0c单位负责人会收到通知" in page
    assert "11月25日 周三 18:00" in page
    assert f"您反映的 {number} 已经受理" in citizen.screen().text
    assert "11月25日 周三" in head.screen().text
    assert WORDS not in head.screen().text

    obligation = first_obligation(page)
    page = await clerk.opens(obligation)
    assert ASKED in page
    assert "待签收" in page
    assert number in page
    answers(program, head_id, obligation[-20:], "已安排专人值守。", Media("p", "photo"))
    page = await clerk.sends(f"{obligation}/accept", text="已安排专人值守\uff0c感谢反映")
    assert clerk.status == 409
    assert "刚刚有变化" in page
    assert 'id="typed" dir="auto">已安排专人值守' in page
    assert "已安排专人值守。" in page
    assert "照片 1" in page
    page = await clerk.sends(f"{obligation}/accept", text=" ")
    assert clerk.status == 422
    assert "请写清楚\uff0c至少 2 个字" in page
    page = await clerk.sends(f"{obligation}/accept", text="窗口已安排专人值守\uff0c感谢反映。")
    assert "答复已发给来件人" in page
    assert "感谢反映" in citizen.screen().text
    assert "已办结" in page
    await clerk.opens(obligation)
    await clerk.sends(f"{obligation}/excuse", text="不用办了")
    assert clerk.status == 409


async def test_after_a_withdrawal_the_unit_hears_how_its_answer_was_taken(
    program: Program, clerk, person, citizen: FakePerson
) -> None:
    head_id = await is_head(program, person("head-1"))
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    page = await clerk.sends(f"{report}/hand", unit="gtj", kind="complaint", text=ASKED, days="3", date="")
    obligation = first_obligation(page)
    answers(program, head_id, obligation[-20:], "已安排专人值守。")
    await citizen.says(f"/withdraw {report[-20:]} yes")
    heard = len(citizen.heard())
    page = await clerk.opens(obligation)
    assert 'name="to" value="unit"' in page
    page = await clerk.sends(f"{obligation}/accept", text="", to="unit")
    assert clerk.status == 200
    assert "答复已发给来件人" not in page
    assert len(citizen.heard()) == heard


async def test_the_answer_is_sent_back_with_a_new_deadline(program: Program, clerk, clerk_id: str, person) -> None:
    head = person("head-1")
    head_id = await is_head(program, head)
    obligation_id = instruct(program, clerk_id)
    answers(program, head_id, obligation_id, "已办。")
    obligation = f"/console/duty/{obligation_id}"
    await clerk.opens(obligation)
    page = await clerk.sends(f"{obligation}/return", text="请附证明材料", date="2026-11-01")
    assert clerk.status == 422
    assert "期限已经过去" in page
    assert "请附证明材料</textarea>" in page
    assert 'value="2026-11-01"' in page
    for odd, told in (("2027-02-31", "没有这个日期"), ("2099-01-01", "这个日期太远")):
        page = await clerk.sends(f"{obligation}/return", text="请附证明材料", date=odd)
        assert (clerk.status, told in page, f'value="{odd}"' in page) == (422, True, True)
    page = await clerk.sends(f"{obligation}/return", text="请附证明材料", date="2026-12-04")
    assert "已退回" in page
    assert "12月4日 周五 18:00" in page
    assert "退回原因：请附证明材料" in head.screen().text

    answers(program, head_id, obligation_id, "证明在窗口。")
    await clerk.opens(obligation)
    page = await clerk.sends(f"{obligation}/return", text="窗口没有这份证明", untrue="yes", date="2099-01-01")
    assert 'name="untrue" value="yes" checked' in page
    page = await clerk.sends(f"{obligation}/return", text="窗口没有这份证明", untrue="yes")
    assert "第 1 次退回" in page
    assert '第 2 次退回 <span class="tag late">核实后与事实不符</span>' in page
    told = "退回原因（第 2 次退回\uff0c核实后与事实不符）：窗口没有这份证明"
    assert told in head.screen().text
    await head.taps("看详情")
    assert told in head.screen().text
    assert "效能办退回（第 2 次退回\uff0c核实后与事实不符）" in head.screen().text

    program.acts.by(head_id).transact(obligations.ask_office, obligation_id, "要哪种证明？")
    page = await clerk.opens("/console/duties?state=asks")
    assert '<span class="tag soon">单位询问</span>' in page
    page = await clerk.opens(obligation)
    assert "要哪种证明？" in page
    page = await clerk.sends(f"{obligation}/reply", text="值班表即可")
    assert "已发给单位" in page
    assert "值班表即可" in head.screen().text
    page = await clerk.sends(f"{obligation}/excuse", text="领导已另行安排")
    assert "已免办" in page
    assert first_obligation(await clerk.opens("/console/duties?state=settled")) == obligation


@pytest.mark.parametrize(
    ("act", "word", "told"), [("grant", "", "已同意延期"), ("refuse", "材料本周就要用", "已答复不同意延期")]
)
@ON_SQLITE
async def test_more_time_is_decided(
    program: Program, clerk, clerk_id: str, person, clock, act: str, word: str, told: str
) -> None:
    head_id = await is_head(program, person("head-1"))
    obligation_id = instruct(program, clerk_id, days=1)
    clock.passes(days=4)
    until = program.clock().date().replace(month=12, day=4)
    program.acts.by(head_id).transact(obligations.request_time, obligation_id, until, "经办人住院")
    code = link(program, clerk_id)
    await clerk.sends("/in", code=code)
    page = await clerk.opens("/console/duties?state=waiting")
    assert first_obligation(page)[-20:] == obligation_id
    obligation = f"/console/duty/{obligation_id}"
    page = await clerk.opens(obligation)
    assert "经办人住院" in page
    assert "到期之后才申请" in page
    assert "12月4日 周五 18:00" in page
    if act == "refuse":
        page = await clerk.sends(f"{obligation}/refuse", text="")
        assert clerk.status == 422
        assert "不同意要写明原因\uff0c至少 2 个字\uff0c例如\uff1a材料本周就要用" in page
        assert "请核实并书面说明处理结果" not in page
    page = await clerk.sends(f"{obligation}/{act}", text=word)
    assert told in page
    assert "申请延期</span>" not in page
    page = await clerk.sends(f"{obligation}/{act}", text=word or "好")
    assert clerk.status == 409


@ON_SQLITE
async def test_a_day_off_that_a_unit_asks_for_is_looked_at_twice(
    program: Program, clerk, clerk_id: str, person
) -> None:
    head_id = await is_head(program, person("head-1"))
    obligation_id = instruct(program, clerk_id, days=1)
    saturday = program.clock().date().replace(month=12, day=5)
    program.acts.by(head_id).transact(obligations.request_time, obligation_id, saturday, "经办人住院")
    obligation = f"/console/duty/{obligation_id}"
    await clerk.opens(obligation)
    page = await clerk.sends(f"{obligation}/grant", text="可以")
    assert (clerk.status, "12月5日 周六是休息日，还没有同意" in page) == (422, True)
    assert ">可以</textarea>" in page
    assert owed(program)[0]["due_at"].day != 5
    sure = re.search(r'name="sure" value="([^"]+)"', page)
    assert sure
    page = await clerk.sends(f"{obligation}/grant", text="可以", sure=sure.group(1))
    assert "已同意延期" in page
    assert "12月5日 周六 18:00" in page


@ON_SQLITE
async def test_a_file_of_the_unit_keeps_its_name(program: Program, clerk, clerk_id: str, person) -> None:
    head_id = await is_head(program, person("head-1"))
    obligation_id = instruct(program, clerk_id)
    answers(
        program, head_id, obligation_id, "见附件。", Media("r1", "file", name="整改报告<1>.pdf"), Media("r2", "photo")
    )
    page = await clerk.opens(f"/console/duty/{obligation_id}")
    assert page.count("<bdi>整改报告&lt;1&gt;.pdf</bdi>") == 1


@ON_SQLITE
async def test_a_far_deadline_is_looked_at_twice_when_an_answer_is_sent_back_too(
    program: Program, clerk, clerk_id: str, person
) -> None:
    head_id = await is_head(program, person("head-1"))
    obligation_id = instruct(program, clerk_id)
    answers(program, head_id, obligation_id, "已办。")
    obligation, given = f"/console/duty/{obligation_id}", {"text": "请附证明材料"}
    page = await clerk.opens(obligation)
    assert 'name="kind" value="instruction"' in page[page.index('/return"') :]  # for the line that follows the typing
    assert not (await clerk.opens("/console/duties/due?kind=instruction&date=")).strip()
    await clerk.opens(obligation)
    page = await clerk.sends(f"{obligation}/return", **given, date="2027-11-29")
    assert clerk.status == 422
    assert "期限很远，还没有退回" in page
    assert re.search(r'id="return-due"[^>]*>到期：2027年11月29日 周一 18:00\s[^<]*⚠ 很远', page)
    assert ">请附证明材料</textarea>" in page
    sure = re.search(r'name="sure" value="([^"]+)"', page)
    assert sure
    await clerk.sends(f"{obligation}/return", **given, date="2028-11-29", sure=sure.group(1))
    assert (clerk.status, owed(program)[0]["state"]) == (422, "answered")
    page = await clerk.sends(f"{obligation}/return", **given, date="2027-11-29", sure=sure.group(1))
    assert "已退回" in page
    assert "2027年11月29日 周一 18:00" in page


async def test_what_a_unit_gives_back_is_taken_back_or_kept_with_it(
    program: Program, clerk, person, citizen: FakePerson
) -> None:
    head = person("head-1")
    head_id = await is_head(program, head)
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    for word, done in (("insist", "已决定仍由该单位办理"), ("excuse", "已免办")):
        await clerk.opens(report)
        page = await clerk.sends(
            f"{report}/hand", unit="gtj", kind="complaint", text=f"{ASKED}{word}", days="3", date=""
        )
        [new] = [one for one in program.acts.look(obligations.owed_by, KINDS, ["gtj"]) if one.begins.endswith(word)]
        given = (KINDS, new.id, "other_unit", "占道经营由市城管局管")
        program.acts.by(head_id).transact(obligations.say_not_ours, *given)
        listed = await clerk.opens("/console/duties?state=not_ours")
        assert '<span class="tag new">单位退回</span>' in listed
        obligation = first_obligation(listed)
        page = await clerk.opens(obligation)
        assert "应由别的单位办" in page
        assert "占道经营由市城管局管" in page
        page = await clerk.sends(f"{obligation}/{word}", text=" ")
        assert (clerk.status, "请写清楚\uff0c至少 2 个字" in page) == (422, True)
        page = await clerk.sends(f"{obligation}/{word}", text="看过三定方案了")
        assert done in page
        assert "看过三定方案了" in head.screen().text
        assert 'id="not-ours"' not in page
    await citizen.says("/status")
    assert "退回" not in "".join(one.text for one in citizen.heard())


async def test_the_third_hand_over_of_what_two_units_gave_back_needs_the_head_of_the_office(
    program: Program, clerk, person, citizen: FakePerson
) -> None:
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    for unit in ("gtj", "wsj"):
        head_id = await is_head(program, person(f"head-{unit}"), unit)
        await clerk.opens(report)
        await clerk.sends(f"{report}/hand", unit=unit, kind="complaint", text=ASKED, days="3", date="")
        [owed_one] = [one for one in program.acts.look(obligations.owed_by, KINDS, [unit]) if one.owed]
        program.acts.by(head_id).transact(obligations.say_not_ours, KINDS, owed_one.id, "wrong_unit", "不归本局管理")
    await clerk.opens(report)
    page = await clerk.sends(f"{report}/hand", unit="gsj", kind="complaint", text="请再核实一次", days="3", date="")
    assert "再交办要由效能办负责人来办" in page
    assert "请再核实一次</textarea>" in page
    assert program.acts.look(obligations.owed_by, KINDS, ["gsj"]) == []
