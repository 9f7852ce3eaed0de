"""The form that hands over: its units, its words, its deadlines, and what is wrong with them."""

from __future__ import annotations

import re

import pytest
from aiohttp.test_utils import TestServer

from bot.build import Program
from channels.fake import FakePerson
from services import obligations, people
from services.desk import KINDS
from services.obligations import LONGEST_LIMIT
from tests.conftest import owed
from tests.drivers.browsing import browsing
from tests.drivers.desk_pages import (
    ASKED,
    WORDS,
    answers,
    checks,
    complains,
    first_obligation,
    first_report,
    head_of,
    how_many,
    is_head,
)
from tests.web.conftest import Browser, application, link

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's


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
        ({"days": "0"}, f"请写几个工作日（1 到 {LONGEST_LIMIT}）"),
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
        assert not owed(program)
    assert 'href="/console/people"' in page
    for days, day in (
        ("2", "11月24日 周二"),
        ("两天", "11月24日 周二"),
        ("2个工作日", "11月24日 周二"),
        ("一周", "11月27日 周五"),
    ):
        page = await clerk.opens(f"/console/duties/due?kind=complaint&days={days}&date=")
        assert page.strip() == f"到期\uff1a{day} 18:00"
    page = await clerk.opens("/console/duties/due?kind=complaint&days=2&date=2026-11-29")
    assert "11月29日 周日 18:00" in page
    assert "这一天不上班" in page
    assert "期限已经过去" in await clerk.opens("/console/duties/due?kind=complaint&days=2&date=2026-11-19")
    assert "没有这个日期" in await clerk.opens("/console/duties/due?kind=complaint&days=2&date=2027-02-31")
    await clerk.opens("/console/duties/new")
    page = await clerk.sends(
        "/console/duties/new", unit="gtj", kind="instruction", text=ASKED, days="15", date="2027-02-31"
    )
    assert (clerk.status, "没有这个日期" in page, owed(program)) == (422, True, [])
    assert "很远" not in await clerk.opens("/console/duties/due?kind=complaint&days=60&date=")
    assert "很远：还有 61 个工作日" in await clerk.opens("/console/duties/due?kind=complaint&days=61&date=")


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
    assert (clerk.status, owed(program)) == (422, [])
    page = await clerk.sends("/console/duties/new", **given, days="", date="2027-11-29", sure=sure.group(1))
    assert "/console/duty/" in clerk.path
    assert "2027年11月29日 周一 18:00" in page
    await clerk.opens("/console/duties/new")
    page = await clerk.sends("/console/duties/new", **given, days=str(LONGEST_LIMIT), date="")
    found = re.search(r'name="sure" value="([^"]+)"', page)
    assert found
    given |= {"text": "请报送整改情况。"}
    await clerk.sends("/console/duties/new", **given, days=str(LONGEST_LIMIT), date="", sure=found.group(1))
    assert "/console/duty/" in clerk.path
    assert len(owed(program)) == 2


@ON_SQLITE
async def test_a_deadline_on_a_day_off_is_asked_about_and_the_next_working_day_is_offered(
    program: Program, clerk
) -> None:
    given = {"unit": "gtj", "kind": "instruction", "text": ASKED, "days": "5"}
    await clerk.opens("/console/duties/new")
    page = await clerk.sends("/console/duties/new", **given, date="2026-12-26")
    assert (clerk.status, owed(program)) == (422, [])
    assert "12月26日 周六是休息日，还没有交办" in page
    main, offered = page.index('<button class="main">交办'), page.index('<button name="date" value="2026-12-28">')
    assert main < offered, "Enter presses the first button"
    assert "改到 12月28日 周一，交办" in page
    await clerk.sends("/console/duties/new", **given, date="2026-12-28")  # as a browser sends the button's own field
    assert "12月28日 周一 18:00" in clerk.page
    await clerk.opens("/console/duties/new")
    given |= {"text": "请报送整改情况。"}
    page = await clerk.sends("/console/duties/new", **given, date="2027-02-06")  # Spring Festival
    assert "2027年2月6日 周六是休息日" in page
    await clerk.sends("/console/duties/new", **given, date="2027-02-06", sure="2027-02-06")
    assert "2027年2月6日 周六 18:00" in clerk.page


@ON_SQLITE
async def test_the_same_once_more_is_asked_about_once(program: Program, clerk, clock) -> None:
    """Back, without a script: the text is still there, the form is a new one."""
    given = {"unit": "gtj", "kind": "instruction", "text": ASKED, "days": "5", "date": ""}
    await clerk.opens("/console/duties/new")
    first = await clerk.sends("/console/duties/new", **given)
    clock.passes(minutes=10)
    await clerk.opens("/console/duties/new")
    again = given | {"text": f" {ASKED.replace('。', '!')}", "days": "", "date": "2026-12-26"}
    page = await clerk.sends("/console/duties/new", **again)
    page = await clerk.sends("/console/duties/new", **again, sure="2026-12-26")
    assert (clerk.status, len(owed(program))) == (422, 1)
    assert "同样的话 11月21日 周六 15:00 已经交办给这个单位，这次还没有交办" in page
    number = re.search(r'name="again" value="([^"]+)"', page)
    assert number
    assert f">{number[1]}</a>" in page
    assert f">{number[1]}</span>" in first, "it is named, and one tap away"
    assert 'name="sure" value="2026-12-26"' in page, "what was confirmed is not asked again"
    await clerk.sends("/console/duties/new", **again, sure="2026-12-26", again=number[1])
    assert "/console/duty/" in clerk.path
    assert len(owed(program)) == 2
    for other in ({"unit": "gsj"}, {"text": "请报送整改情况。"}):
        await clerk.opens("/console/duties/new")
        await clerk.sends("/console/duties/new", **given | other)
        assert "/console/duty/" in clerk.path, other
    clock.passes(days=1)
    await clerk.opens("/console/duties/new")
    await clerk.sends("/console/duties/new", **given)
    assert "/console/duty/" in clerk.path


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
    [obligation] = owed(program)
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
    assert (owed(program), len(head.heard())) == ([], heard)
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
    assert re.search(r'<option value="gtj" data-find="[^"]*guotuju[^"]*" selected>', page)  # the window has no head
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
    assert f'<a href="{report}">20261121-9248</a>' in page

    obligation_id = clerk.path[-20:]
    await head.says(f"/duty {obligation_id}")
    told = "\n".join(one.text for one in head.heard())
    assert ASKED in told
    for mark in ("20261121-9248", "窗口无人", "下午没人", "25 分钟", "模拟办事", "林监督", "暗访"):
        assert mark not in told.replace("D20261121-0001", "")
    whole = program.acts.look(obligations.look, KINDS, obligation_id)
    assert whole
    assert whole.obligation.subject is None
    assert "20261121-9248" not in repr(whole).replace("D20261121-0001", "")

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
    given = {"unit": "gtj", "kind": "instruction", "days": ""}
    for due, told in (("2026-11-29", "到期前没有工作日了"), ("2026-11-27", "今天到期")):
        given["text"] = f"请在 {due} 以前报送"
        await clerk.opens("/console/duties/new")
        page = await clerk.sends("/console/duties/new", **given, date=due, sure=due)
        mine = page[page.index('id="report"') :]
        mine = mine[: mine.index("</dl>")]
        assert told in mine
        assert ("今天到期" in mine) == (due == "2026-11-27")


@ON_SQLITE
async def test_two_things_that_are_wrong_are_both_told(program: Program, clerk) -> None:
    given = {"unit": "gtj", "kind": "instruction", "text": "x", "days": "", "date": "2026-11-01"}
    await clerk.opens("/console/duties/new")
    page = await clerk.sends("/console/duties/new", **given)
    assert 'id="hand-text-wrong">请写清楚' in page
    assert 'id="hand-due-wrong">期限已经过去' in page


@ON_SQLITE
async def test_a_report_is_offered_no_kind_that_is_about_none(program: Program, browser, citizen: FakePerson) -> None:
    await complains(citizen)
    clerk = program.acts.transact(people.add_person, "钱一", [people.Grant(people.Role.CLERK, None)])
    kinds = {"complaint": KINDS["complaint"], "instruction": obligations.Kind("instruction")}
    async with browsing(TestServer(application(program, kinds=kinds))) as client:
        mine = Browser(client)
        await mine.sends("/in", code=link(program, clerk))
        page = await mine.opens(first_report(mine.page))
        assert 'value="complaint"' in page
        assert 'value="instruction"' not in page.split("hand-kind")[1].split("</select>")[0]
        page = await mine.opens("/console/duties/new")
        assert {'value="complaint"', 'value="instruction"'} <= set(re.findall(r'value="\w+"', page))


TELLS = "我叫王小明，住红旗大道12号，电话138 0797-4171，窗口让我等了两个小时"


@ON_SQLITE
async def test_what_may_tell_who_wrote_is_marked_and_looked_at_once_more(
    program: Program, clerk, person, citizen: FakePerson
) -> None:
    head = person("head-1")
    head_id = await is_head(program, head)
    await complains(citizen, TELLS)
    report = first_report(await clerk.opens("/console"))
    page = await clerk.opens(report)
    for told in ('"姓名">王小明', '"地址">红旗大道12号', '"电话">138 0797-4171'):
        assert f"<mark title={told}</mark>" in page
    assert "不要写给单位" in page

    given = {"unit": "gtj", "kind": "complaint", "days": "5", "date": ""}
    page = await clerk.sends(f"{report}/hand", text="请到红旗大道 12号 王小明家核实。", **given)
    assert clerk.status == 422
    assert re.findall(r'<span class="tag"><bdi>([^<]*)', page.split('name="telling"')[0])[-2:] == [
        "王小明",
        "红旗大道12号",
    ]
    assert not owed(program)
    [confirms] = re.findall(r'name="telling" value="([^"]*)"', page)
    page = await clerk.sends(f"{report}/hand", text="请到红旗大道12号核实。", telling=confirms, **given)
    assert clerk.status == 422, "what was confirmed was something else"
    [confirms] = re.findall(r'name="telling" value="([^"]*)"', page)
    page = await clerk.sends(f"{report}/hand", text="请到红旗大道12号核实。", telling=confirms, **given)
    assert clerk.status == 200
    assert len(owed(program)) == 1
    assert "红旗大道12号" in head.screen().text

    obligation = first_obligation(page)
    answers(program, head_id, obligation[-20:], "已安排专人值守。")
    await clerk.opens(obligation)
    page = await clerk.sends(f"{obligation}/return", text="王小明说还是没有人。")
    assert clerk.status == 422
    [confirms] = re.findall(r'name="telling" value="([^"]*)"', page)
    assert confirms == "王小明"
    assert ">王小明说还是没有人。</textarea>" in page
    assert "王小明" not in head.screen().text
    page = await clerk.sends(f"{obligation}/accept", text="王小明您好，窗口已安排专人值守。", to="citizen")
    assert "答复已发给来件人" in page, "what only the citizen reads is not looked at twice"
