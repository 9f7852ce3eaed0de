"""What units owe, as clerk and head live it: handed over, asked for time, answered, sent back, accepted."""

from __future__ import annotations

import re

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from services import obligations, people
from services.desk import KINDS
from services.foundation.phones import masked
from services.obligations import LONGEST_LIMIT
from services.people import Contact, Grant, Role, ensure_contact, reach_changed
from tests.conftest import rows
from tests.web.conftest import link, member
from tests.web.desk.test_desk_pages import checks, complains, first_report, how_many

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's
OBLIGATION = re.compile(r'href="(/console/duty/[0-9a-f]{20})')
WORDS = "周二上午十点到窗口\uff0c等了两个小时没有人理"
ASKED = "请核实窗口值守情况\uff0c书面说明处理结果。"


def first_obligation(page: str) -> str:
    found = OBLIGATION.search(page)
    assert found, page
    return found.group(1)


def head_of(program: Program, unit_id: str) -> str:
    [person_id] = program.acts.look(people.heads_of, [unit_id])[unit_id]
    return person_id


async def is_head(program: Program, somebody: FakePerson, unit_id: str = "gtj") -> str:
    """The head of the unit comes in by a link; returns the person's id."""
    person_id = head_of(program, unit_id)
    await somebody.says(f"/link {link(program, person_id)}")
    return person_id


def instruct(program: Program, clerk_id: str, unit_id: str = "gtj", days: int = 5) -> str:
    return program.acts.by(clerk_id).transact(
        obligations.hand_over, KINDS, unit_id=unit_id, kind="instruction", asked=ASKED, due=None, working_days=days
    )


def answers(program: Program, person_id: str, obligation_id: str, text: str, *media: Media) -> None:
    account = next(row for row in rows(program, "contacts") if row["person_id"] == person_id)
    contact = Contact(str(account["id"]), str(account["channel"]), "zh", person_id)
    program.acts.by(person_id).transact(obligations.answer, KINDS, contact, obligation_id, text, media)


async def test_a_case_is_handed_over_answered_and_accepted(
    program: Program, clerk, person, citizen: FakePerson
) -> None:
    head = person("head-1")
    head_id = await is_head(program, head)
    number = await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    page = await clerk.opens(report)
    assert '<option value="gtj" data-find="guotuju shiguotuju gtj" selected>' in page
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
    assert "请附证明材料" in head.screen().text

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
async def test_what_is_wrong_with_a_hand_over_stands_beside_the_field(
    program: Program, clerk, citizen: FakePerson
) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    given = {"unit": "gtj", "kind": "complaint", "text": ASKED, "days": "5", "date": ""}
    for changed, told in (
        ({"date": "2026-11-20"}, "期限已经过去"),
        ({"days": "", "date": ""}, "请写几个工作日"),
        ({"days": "0"}, "期限已经过去"),
        ({"days": str(LONGEST_LIMIT + 1)}, f"请写几个工作日（1 到 {LONGEST_LIMIT}）"),
        ({"date": "20270-02-03"}, "没有这个日期"),
        ({"date": "2027-02-31"}, "没有这个日期"),
        ({"date": "2027/2/3"}, "没有这个日期"),
        ({"date": "0001-01-01"}, "期限已经过去"),
        ({"date": "2037-01-01"}, "这个日期太远"),
        ({"date": "2029-01-01"}, "最远到后年年底"),
        ({"date": "2036-11-29"}, "年份可能写错了"),
        ({"date": "9999-12-31"}, "这个日期太远"),
        ({"text": " "}, "请写清楚"),
        ({"text": "好" * 3001}, "最多 3000 个字"),
        ({"unit": ""}, "请选择要交给哪个单位"),
        ({"kind": "x"}, "请选择类型"),
        ({"unit": "gtj-1"}, "还没有登记负责人"),
    ):
        await clerk.opens(report)
        page = await clerk.sends(f"{report}/hand", **given | changed)
        assert clerk.status == 422, changed
        assert told in page
        assert 'aria-invalid="true"' in page or "kind" in changed
        kept = (given | changed)["text"].strip()
        assert not kept or f">{kept}</textarea>" in page
        assert f'value="{(given | changed)["date"]}" aria-describedby="hand-date-hint' in page
        assert not rows(program, "obligations")
    assert 'href="/console/people"' in page
    page = await clerk.opens("/console/duties/due?kind=complaint&days=2&date=")
    assert page.strip() == "到期\uff1a11月24日 周二 18:00"
    page = await clerk.opens("/console/duties/due?kind=complaint&days=2&date=2026-11-29")
    assert "11月29日 周日 18:00" in page
    assert "这一天不上班" in page
    assert "期限已经过去" in await clerk.opens("/console/duties/due?kind=complaint&days=2&date=2026-11-19")
    assert "没有这个日期" in await clerk.opens("/console/duties/due?kind=complaint&days=2&date=2027-02-31")
    assert f'max="{LONGEST_LIMIT}"' in await clerk.opens("/console/duties/new")
    page = await clerk.sends(
        "/console/duties/new", unit="gtj", kind="instruction", text=ASKED, days="15", date="2027-02-31"
    )
    assert (clerk.status, "没有这个日期" in page, rows(program, "obligations")) == (422, True, [])
    assert "很远" not in await clerk.opens("/console/duties/due?kind=complaint&days=60&date=")
    assert "很远：还有 61 个工作日" in await clerk.opens("/console/duties/due?kind=complaint&days=61&date=")


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
async def test_a_far_deadline_is_looked_at_twice(program: Program, clerk) -> None:
    """A slip in the year is shown before anything is handed over; what was confirmed holds for that day alone."""
    given = {"unit": "gtj", "kind": "instruction", "text": ASKED}
    await clerk.opens("/console/duties/new")
    page = await clerk.sends("/console/duties/new", **given, days="", date="2027-11-29")
    assert clerk.status == 422
    assert "期限很远\uff0c还没有交办" in page
    assert "2027年11月29日 周一 18:00" in page
    assert f">{ASKED}</textarea>" in page
    sure = re.search(r'name="sure" value="([^"]+)"', page)
    assert sure
    assert sure.group(1) == "2027-11-29"
    page = await clerk.sends("/console/duties/new", **given, days="", date="2028-11-29", sure=sure.group(1))
    assert (clerk.status, rows(program, "obligations")) == (422, [])
    page = await clerk.sends("/console/duties/new", **given, days="", date="2027-11-29", sure=sure.group(1))
    assert "/console/duty/" in clerk.path
    assert "2027年11月29日 周一 18:00" in page
    await clerk.opens("/console/duties/new")
    page = await clerk.sends("/console/duties/new", **given, days=str(LONGEST_LIMIT), date="")
    found = re.search(r'name="sure" value="([^"]+)"', page)
    assert found
    await clerk.sends("/console/duties/new", **given, days=str(LONGEST_LIMIT), date="", sure=found.group(1))
    assert "/console/duty/" in clerk.path
    assert len(rows(program, "obligations")) == 2


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
    assert re.search(r'id="return-due"[^>]*>到期：2027年11月29日 周一 18:00\s+⚠ 很远', page)
    assert ">请附证明材料</textarea>" in page
    sure = re.search(r'name="sure" value="([^"]+)"', page)
    assert sure
    await clerk.sends(f"{obligation}/return", **given, date="2028-11-29", sure=sure.group(1))
    assert (clerk.status, rows(program, "obligations")[0]["state"]) == (422, "answered")
    page = await clerk.sends(f"{obligation}/return", **given, date="2027-11-29", sure=sure.group(1))
    assert "已退回" in page
    assert "2027年11月29日 周一 18:00" in page


@ON_SQLITE
async def test_a_window_without_a_head_leads_to_the_unit_that_answers_for_it(program: Program, clerk) -> None:
    given = {"kind": "instruction", "text": ASKED, "days": "5", "date": ""}
    await clerk.opens("/console/duties/new")
    page = await clerk.sends("/console/duties/new", **given, unit="gtj-1")
    above, window = program.units.name("gtj"), program.units.name("gtj-1")
    wrong = re.search(r'id="hand-unit-wrong"><bdi>([^<]+)<', page)
    assert wrong
    assert wrong.group(1).startswith(f"{window}还没有登记负责人，由{above}负责")
    assert 'aria-invalid="true" aria-describedby="hand-unit-wrong"' in page
    assert re.search(r'<option value="gtj" [^>]*selected>', page)
    assert f">{ASKED}</textarea>" in page
    await clerk.sends("/console/duties/new", **given, unit="gtj")
    [obligation] = rows(program, "obligations")
    assert (obligation["unit_id"], clerk.status) == ("gtj", 200)


@ON_SQLITE
async def test_the_citizens_words_do_not_go_to_the_unit(program: Program, clerk, citizen: FakePerson, person) -> None:
    head = person("head-1")
    head_id = await is_head(program, head)
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    heard = len(head.heard())
    given = {"unit": "gtj", "kind": "complaint", "days": "5", "date": ""}
    for text, told in ((f"来件说：{WORDS}", "这里有来件里的原话"), ("请联系 138 0013 8000", "这里有手机号")):
        await clerk.opens(report)
        page = await clerk.sends(f"{report}/hand", **given, text=text)
        assert clerk.status == 422
        wrong = re.search(r'id="hand-text-wrong">([^<]+)<', page)
        assert wrong
        assert wrong.group(1).startswith(told)
        assert f">{text}</textarea>" in page
        assert 'aria-describedby="hand-text-hint hand-text-wrong" aria-invalid="true"' in page
    assert (rows(program, "obligations"), len(head.heard())) == ([], heard)
    await clerk.opens(report)
    obligation = first_obligation(await clerk.sends(f"{report}/hand", **given, text=ASKED))
    program.acts.by(head_id).transact(obligations.ask_office, obligation[-20:], "何时？")
    await clerk.opens(obligation)
    page = await clerk.sends(f"{obligation}/reply", text=WORDS)
    assert clerk.status == 422
    assert 'id="reply-wrong">这里有来件里的原话' in page
    assert f">{WORDS}</textarea>" in page


@ON_SQLITE
async def test_a_hand_over_on_what_was_not_read_is_refused(program: Program, clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    page = await clerk.opens(report)
    csrf = re.search(r'name="csrf" value="([0-9a-f]{64})"', page)
    assert csrf
    page = await clerk.sends(
        f"{report}/hand", unit="gtj", kind="complaint", text=ASKED, days="", date="2026-12-04", seen="received.7"
    )
    assert clerk.status == 409
    assert "刚刚有变化" in page
    assert f">{ASKED}</textarea>" in page
    assert 'value="2026-12-04"' in page


@ON_SQLITE
async def test_an_instruction_without_a_case(program: Program, clerk) -> None:
    page = await clerk.opens("/console/duties/new?unit=gtj-1")
    assert '<option value="gtj" data-find="guotuju shiguotuju gtj" selected>' in page  # the window has no head
    assert "12月4日 周五 18:00" in page  # ten working days
    page = await clerk.sends(
        "/console/duties/new", unit="gtj", kind="instruction", text=ASKED, days="", date="2026-11-01"
    )
    assert clerk.status == 422
    assert f">{ASKED}</textarea>" in page
    page = await clerk.sends(
        "/console/duties/new", unit="gtj", kind="instruction", text=ASKED, days="5", date="2026-11-30"
    )
    assert "还没有绑定聊天账号" in page
    assert "11月30日 周一 18:00" in page
    await clerk.opens(f"/console/duty/{'0' * 20}")
    assert clerk.status == 404


async def test_a_spot_check_is_handed_over_without_anything_of_it(program: Program, clerk, person) -> None:
    """The unit reads the office's words; the check is noted, nobody is told of it, and the office finds it again."""
    head, supervisor = person("head-1"), person("supervisor-1")
    head_id = await is_head(program, head)
    await checks(program, supervisor)
    heard = len(supervisor.heard())
    report = first_report(await clerk.opens("/console?kind=visit"))
    page = await clerk.opens(report)
    assert "交办就是已阅" in page
    assert '<option value="instruction" selected>' in page
    page = await clerk.sends(f"{report}/hand", unit="gtj", kind="instruction", text=ASKED, days="3", date="")
    assert "已交办\uff0c单位负责人会收到通知" in page
    assert await how_many(clerk, "state=noted") == 1
    page = await clerk.opens(first_obligation(await clerk.opens(report)))
    assert f'<a href="{report}">20261121-0001</a>' in page

    obligation_id = clerk.path[-20:]
    await head.says(f"/duty {obligation_id}")
    told = "\n".join(one.text for one in head.heard())
    assert ASKED in told
    for mark in ("20261121-0001", "窗口无人", "下午没人", "25 分钟", "模拟办事", "林监督", "暗访"):
        assert mark not in told.replace("D20261121-0001", "")
    whole = program.acts.look(obligations.look, KINDS, obligation_id)
    assert whole
    assert whole.obligation.subject is None
    assert "20261121-0001" not in repr(whole).replace("D20261121-0001", "")

    answers(program, head_id, obligation_id, "已调整值班")
    await clerk.opens(f"/console/duty/{obligation_id}")
    page = await clerk.sends(f"/console/duty/{obligation_id}/accept", text="请继续保持")
    assert "已通过\uff0c这一件办结" in page
    assert "请继续保持" in head.screen().text
    assert len(supervisor.heard()) == heard

    page = await clerk.opens(report)
    assert "再交办给别的单位" in page
    assert not re.search(r'<option value="gtj" [^>]*selected>', page[page.index('id="hand-unit"') :])
    page = await clerk.sends(f"{report}/hand", unit="gsj", kind="instruction", text=ASKED, days="3", date="")
    assert page.count('href="/console/duty/') == 2


async def test_who_is_late_and_the_list(program: Program, clerk, clerk_id: str, clock) -> None:
    page = await clerk.opens("/console/duties")
    assert "没有逾期的事项" in page
    assert "还没有督办事项" in page
    for unit, days in (("gtj", 1), ("gtj", 2), ("gsj", 1), ("gaj", 200)):
        instruct(program, clerk_id, unit, days)
    clock.passes(days=5)
    await clerk.sends("/in", code=link(program, clerk_id))
    page = await clerk.opens("/console/duties")
    assert "3 件\uff0c2 个单位" in page
    assert re.search(r"市国土局</bdi></a>\s*<span[^>]*>交办事项 2", page)
    gtj, gsj = (f"<bdi>{program.units.name(unit)}</bdi></a>" for unit in ("gtj", "gsj"))
    assert page.index(gtj) < page.index(gsj)  # the most first
    assert re.search(r"逾期时间：\s*7 天以内 3\s*</p>", page)
    late = page[page.index('<table class="late">') : page.index("</table>")]
    over = program.texts["zh"].say("obligation", "left", {"due": program.clock(), "days": -3})
    assert over == "已逾期 3 个工作日"
    assert over in late  # one count, in working days, as on the cards below
    assert "天前" not in late
    assert page.count('class="item overdue"') == 3
    assert page.count('class="item"') == 1
    page = await clerk.opens("/console/duties?state=late&unit=gtj&kind=instruction")
    assert page.count('class="item overdue"') == 2
    page = await clerk.opens("/console/duties?state=nonsense&unit=x&kind=x&after=%00")
    assert page.count("/console/duty/") == 4


@ON_SQLITE
async def test_the_page_says_which_reminders_went_out(program: Program, clerk, clerk_id: str, person, clock) -> None:
    """C08, A52: when, to whom, by which channel; and that nobody reacts, on the card as on the page."""
    head_id = await is_head(program, person("head-1"))
    obligation = f"/console/duty/{instruct(program, clerk_id, days=8)}"
    page = await clerk.opens(obligation)
    assert "提醒负责人" not in page
    assert '<span class="tag late">催办无回应' not in page
    clock.passes(days=5)
    program.acts.transact(obligations.fire, 100)
    await clerk.sends("/in", code=link(program, clerk_id))
    page = await clerk.opens(obligation)
    history = page[page.index("经过</h2>") : page.index('id="excuse-text"')]
    for told in ("<strong>提醒负责人</strong> · 聊天", "<strong>催办无回应</strong> · 一直没有签收"):
        assert told in history
    assert "<strong>没能提醒负责人</strong> · 没有能收短信的号码" in history
    assert page.count('<span class="tag late">催办无回应</span>') == 2
    program.acts.by(head_id).transact(obligations.acknowledge, obligation[-20:])
    assert '<span class="tag late">催办无回应' not in await clerk.opens(obligation)


@ON_SQLITE
@pytest.mark.parametrize(("hour", "told"), [(0, "短信提醒随即发到登记的手机号"), (8, "早上发短信到登记的手机号")])
async def test_without_a_chat_account_the_page_says_that_an_sms_goes(
    program: Program, clerk, clerk_id: str, clock, hour: int, told: str
) -> None:
    clock.passes(hours=hour)
    await clerk.sends("/in", code=link(program, clerk_id))
    phone = "+8613800138000"
    program.acts.by(clerk_id).transact(people.set_number, head_of(program, "gtj"), phone)
    given = {"kind": "instruction", "text": ASKED, "days": "5", "date": ""}
    await clerk.opens("/console/duties/new")
    page = await clerk.sends("/console/duties/new", **given, unit="gtj")
    assert told in page
    assert "电话告知" not in page
    await clerk.opens("/console/duties/new")
    page = await clerk.sends("/console/duties/new", **given, unit="gsj")
    assert "并电话告知" in page


@ON_SQLITE
async def test_a_deadline_on_a_free_day_is_not_due_today(program: Program, clerk, clerk_id: str, clock) -> None:
    """On Friday no working day is left before Sunday's deadline, and Sunday is two days away."""
    clock.passes(days=6)  # Friday 27 November
    await clerk.sends("/in", code=link(program, clerk_id))
    given = {"unit": "gtj", "kind": "instruction", "text": ASKED, "days": ""}
    for due, told in (("2026-11-29", "到期前没有工作日了"), ("2026-11-27", "今天到期")):
        await clerk.opens("/console/duties/new")
        page = await clerk.sends("/console/duties/new", **given, date=due)
        mine = page[page.index('id="report"') :]
        mine = mine[: mine.index("</dl>")]
        assert told in mine
        assert ("今天到期" in mine) == (due == "2026-11-27")


async def test_pages_of_the_list_follow_each_other(program: Program, clerk, clerk_id: str) -> None:
    known = {instruct(program, clerk_id, "gtj", 1 + n % 7) for n in range(53)}
    found = set(re.findall(r"/console/duty/([0-9a-f]{20})", await clerk.opens("/console/duties")))
    assert len(found) == 50
    following = re.search(r'rel="next" href="([^"]+)"', clerk.page)
    assert following
    found |= set(re.findall(r"/console/duty/([0-9a-f]{20})", await clerk.opens(following.group(1))))
    assert found == known
    assert 'rel="next"' not in clerk.page


@ON_SQLITE
async def test_the_offices_own_days_win_and_deadlines_stay(program: Program, clerk, clerk_id: str) -> None:
    instruct(program, clerk_id, "gtj", 2)
    page = await clerk.opens("/console/calendar?year=2026")
    assert "本办设的日子" in page
    assert "251 个工作日" in page or "个工作日" in page
    page = await clerk.sends("/console/calendar", day="2026-11-23", what="free", note="市里统一放假")
    assert "已保存" in page
    assert "市里统一放假" in page
    assert "与国家日历不同" in page
    assert "11月25日 周三" in await clerk.opens("/console/duties/due?kind=instruction&days=2&date=")
    assert "11月24日 周二 18:00" in await clerk.opens("/console/duties")
    await clerk.opens("/console/calendar")
    page = await clerk.sends("/console/calendar", day="not a day", what="works", note="说明")
    assert clerk.status == 422
    assert "请选一个日期" in page
    assert 'value="说明"' in page
    page = await clerk.sends("/console/calendar/clear", day="2026-11-23")
    assert "已取消" in page
    assert "11月24日 周二" in await clerk.opens("/console/duties/due?kind=instruction&days=2&date=")
    assert "国家还没有公布" in await clerk.opens("/console/calendar?year=2099")
    for odd in ("x", "0001", "99999", "%00"):
        await clerk.opens(f"/console/calendar?year={odd}")
        assert clerk.status == 200


@ON_SQLITE
async def test_both_languages_use_one_word_for_one_thing_and_begin_a_line_with_a_capital(
    program: Program, clerk, clerk_id: str
) -> None:
    instruct(program, clerk_id)
    for language in ("zh", "en"):
        page = await clerk.opens(f"/language/{language}?back=/console/duties/new")
        for kind in ("complaint", "instruction"):
            desk = re.search(f'<option value="{kind}"[^>]*>([^<]+)<', page)
            assert desk
            assert desk.group(1).lower() == program.texts[language].say("obligation", f"kind_{kind}")
    page = await clerk.opens("/console/people")
    assert "Head of unit (18)</summary>" in page
    assert re.search(r'value="deputy">Deputy head of unit</label>', page)
    assert re.search(r'<span class="grow">Efficiency office staff</span>', page)
    assert not re.search(r'(summary>|class="grow">|<input type="checkbox" name="role"[^>]*>)[a-z]', page)


@ON_SQLITE
async def test_two_things_that_are_wrong_are_both_told(program: Program, clerk) -> None:
    given = {"unit": "gtj", "kind": "instruction", "text": "x", "days": "", "date": "2026-11-01"}
    await clerk.opens("/console/duties/new")
    page = await clerk.sends("/console/duties/new", **given)
    assert 'id="hand-text-wrong">请写清楚' in page
    assert 'id="hand-due-wrong">期限已经过去' in page


@ON_SQLITE
async def test_a_list_of_obligations_says_what_each_is_about(program: Program, clerk, clerk_id: str) -> None:
    instruct(program, clerk_id)
    assert f'<bdi class="item-text">{ASKED}</bdi>' in await clerk.opens("/console/duties")


@ON_SQLITE
async def test_whoever_blocked_us_is_shown_beside_the_name(program: Program, clerk) -> None:
    head_id = head_of(program, "gtj")
    program.acts.transact(ensure_contact, "telegram", "4711", "zh", head_id)
    assert "停用或注销" not in await clerk.opens("/console/people")
    program.acts.transact(reach_changed, "telegram", "e1", "4711", blocked=True)
    assert "Telegram收不到" in await clerk.opens("/console/people")


@ON_SQLITE
async def test_a_number_is_kept_sealed_and_shown_masked(program: Program, clerk) -> None:
    head_id = head_of(program, "gtj")
    await clerk.opens("/console/people")
    page = await clerk.sends(f"/console/people/{head_id}/phone", phone="12345")
    assert clerk.status == 422
    assert "这不是能用的手机号" in page
    assert 'value="12345"' in page
    page = await clerk.sends(f"/console/people/{head_id}/phone", phone="138 0013 8000")
    assert masked("+8613800138000") in page
    assert "13800138000" not in page
    assert "138000" not in str(rows(program, "people")) + str(rows(program, "audit"))  # 8000 alone is in ids too
    page = await clerk.sends(f"/console/people/{head_id}/phone", phone="")
    assert "138****8000" not in page
    page = await clerk.sends("/console/people", name="白小雨", role="deputy", unit="gtj", phone="abc")
    assert clerk.status == 422
    assert 'value="白小雨"' in page
    assert 'value="abc"' in page
    page = await clerk.sends("/console/people", name="白小雨", role="superior", unit="gtj", phone="13800138000")
    assert "138****8000" in page
    assert "分管领导" in page


async def test_a_new_head_takes_over_by_a_new_link(program: Program, clerk, clerk_id: str, person, clock) -> None:
    old, new = person("old-head"), person("new-head")
    old_id = await is_head(program, old)
    clock.passes(minutes=5)
    await clerk.opens("/console/people")
    page = await clerk.sends("/console/people", name="白小雨", role="head", unit="gtj")
    assert clerk.status == 422
    assert "市国土局已经有负责人\uff1a李卫东" in page
    assert 'value="白小雨"' in page
    await clerk.sends("/console/people", name="白小雨", role="head", unit="gtj", takes_over="1")
    assert clerk.status == 200
    page = await clerk.opens("/console/people")
    cards = {
        name: card
        for card in page.split('<li class="card"')
        for name in ("白小雨", "李卫东")
        if f"<bdi>{name}<" in card
    }
    waits = {name: '<span class="tag soon">待接任</span>' in card for name, card in cards.items()}
    assert waits == {"白小雨": True, "李卫东": False}
    instruct(program, clerk_id)
    assert "11月27日" in old.screen().text  # until the new one has come in
    [new_id] = set(program.acts.look(people.heads_of, ["gtj"])["gtj"]) - {old_id}
    await new.says(f"/link {link(program, new_id)}")
    assert head_of(program, "gtj") == new_id
    assert "待接任</span>" not in await clerk.opens("/console/people")
    assert program.acts.look(people.roles_of, old_id) == ()
    heard = len(old.heard())
    instruct(program, clerk_id)
    assert len(old.heard()) == heard
    await old.says(f"/link {link(program, old_id)}")  # a link of somebody without the role puts nobody out
    assert head_of(program, "gtj") == new_id


@ON_SQLITE
async def test_a_head_who_is_bound_already_takes_over_at_once(program: Program, clerk, person, clock) -> None:
    old_id = head_of(program, "gtj")
    deputy_id = member(program, "副手", Grant(Role.DEPUTY, "gtj"), Grant(Role.SUPERIOR, "gsj"))
    await person("deputy").says(f"/link {link(program, deputy_id)}")
    assert head_of(program, "gtj") == old_id
    clock.passes(minutes=5)
    await clerk.opens("/console/people")
    page = await clerk.sends(f"/console/people/{deputy_id}/grant", role="head", unit="gtj")
    assert clerk.status == 422
    assert "接任" in page
    await clerk.sends(f"/console/people/{deputy_id}/grant", role="head", unit="gtj", takes_over="1")
    assert clerk.status == 200
    assert head_of(program, "gtj") == deputy_id
    held = program.acts.look(people.roles_of, deputy_id)
    assert Grant(Role.HEAD, "gtj") in held
