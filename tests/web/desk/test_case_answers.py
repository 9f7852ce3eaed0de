"""When the citizen is answered: with the last of what was handed over, else on the page of the case (C06)."""

from __future__ import annotations

import re

import pytest

from bot.build import Program
from channels.fake import FakePerson
from conversation.messages import Media
from tests.drivers.desk_pages import ASKED, WORDS, answers, complains, first_report, is_head
from tests.web.conftest import Browser

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

FIELDS = {"kind": "complaint", "text": ASKED, "days": "3", "date": ""}
WAITS = "来件人还没有得到答复"


def acts(page: str, report: str) -> set[str]:
    return set(re.findall(rf'action="{report.partition("?")[0]}/(\w+)', page))


async def handed(clerk: Browser, report: str, *units: str) -> list[str]:
    """The obligations' addresses."""
    for unit in units:
        await clerk.opens(report)
        await clerk.sends(f"{report}/hand", unit=unit, **FIELDS)
    found = re.findall(r'href="(/console/duty/[0-9a-f]{20})"', await clerk.opens(report))
    assert len(found) == len(units)
    return found


async def test_a_case_whose_only_obligation_was_excused_is_answered_on_its_page(
    program: Program, clerk: Browser, person, citizen: FakePerson
) -> None:
    await is_head(program, person("head-1"))
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    [obligation] = await handed(clerk, report, "gtj")
    assert "answer" not in acts(clerk.page, report)
    assert "通过最后一件的答复时\uff0c再答复来件人" in clerk.page
    await clerk.opens(obligation)
    page = await clerk.sends(f"{obligation}/excuse", text="该窗口不归市国土局管")
    assert WAITS in page
    page = await clerk.opens(report)
    assert acts(page, report) >= {"answer", "hand", "ask"}
    page = await clerk.sends(f"{report}/answer", text="该窗口已经撤销\uff0c请到政务大厅办理。")
    assert "答复已发出" in page
    assert "请到政务大厅办理" in citizen.screen().text
    assert "answer" not in acts(page, report)
    assert WAITS not in await clerk.opens(obligation)


async def test_of_two_obligations_the_last_one_answers_the_citizen_once(
    program: Program, clerk: Browser, person, citizen: FakePerson
) -> None:
    heads = [await is_head(program, person(f"head-{unit}"), unit) for unit in ("gtj", "wsj")]
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    first, last = await handed(clerk, report, "gtj", "wsj")
    for head, obligation in zip(heads, (first, last), strict=True):
        answers(program, head, obligation[-20:], "已办。", Media("p", "photo"))
    page = await clerk.opens(first)
    assert "现在通过不会答复来件人" in page
    assert last in page
    told = len(citizen.heard())
    page = await clerk.sends(f"{first}/accept", to="unit", text="")
    assert "已通过\uff0c这一件办结" in page
    assert WAITS not in page
    assert len(citizen.heard()) == told
    page = await clerk.opens(last)
    assert "现在通过不会答复来件人" not in page
    page = await clerk.sends(f"{last}/accept", to="unit", text="只给单位看的话")
    assert (clerk.status, "刚刚有变化" in page) == (409, True), "a page that promised something else"
    page = await clerk.sends(f"{last}/accept", to="citizen", text="两家单位都已经整改。")
    assert "答复已发给来件人" in page
    assert [one.text for one in citizen.heard()[told:] if "两家单位都已经整改" in one.text]
    assert "只给单位看的话" not in "".join(one.text for one in citizen.heard())


async def test_a_second_hand_over_from_the_same_page_is_refused_and_on_purpose_it_is_not(
    program: Program, clerk: Browser, person, citizen: FakePerson
) -> None:
    for unit in ("gtj", "wsj"):
        await is_head(program, person(f"head-{unit}"), unit)
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/accept", text="")
    looked_at = re.search(r'name="seen" value="([^"]+)"', clerk.page)
    assert looked_at
    await clerk.sends(f"{report}/hand", unit="gtj", **FIELDS)
    page = await clerk.sends(f"{report}/hand", unit="wsj", seen=looked_at[1], **FIELDS)
    assert (clerk.status, "刚刚有变化" in page) == (409, True)
    assert ASKED in page, "what was typed is kept"
    page = await clerk.sends(f"{report}/hand", unit="wsj", **FIELDS)
    assert clerk.status == 200
    assert len(set(re.findall(r'href="(/console/duty/[0-9a-f]{20})"', page))) == 2


async def test_the_citizen_reads_that_it_was_accepted(clerk: Browser, citizen: FakePerson) -> None:
    number = await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    page = await clerk.sends(f"{report}/accept", text="")
    assert "<strong>受理</strong> · <bdi>" in page  # and by whom
    await citizen.says("/status")
    shown = next(one.text for one in reversed(citizen.heard()) if f"{number} · " in one.text)
    assert "效能办告知\uff1a已受理" in shown
    assert "\n\n\n" not in shown


async def test_a_head_whom_nothing_reaches_is_told_on_top_of_the_obligation(
    program: Program, clerk: Browser, citizen: FakePerson, person
) -> None:
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    [obligation] = await handed(clerk, report, "gtj")
    page = await clerk.opens(obligation)
    assert "负责人收不到提醒" in page
    assert "/console/people?q=%E5%B8%82" in page
    people = await clerk.opens("/console/people?q=%E5%B8%82%E5%9B%BD%E5%9C%9F%E5%B1%80")
    assert 'value="市国土局"' in people
    await is_head(program, person("head-1"))
    assert "负责人收不到提醒" not in await clerk.opens(obligation)
    for state, there in (("unseen", True), ("answered", False)):
        assert (obligation in await clerk.opens(f"/console/duties?state={state}")) is there
    assert re.search(r'state=unseen"[^>]*>待签收', await clerk.opens("/console/duties"))


@pytest.mark.parametrize(
    ("act", "sent", "told"),
    [
        ("answer", {"text": "多收的钱已退", "recovered": "很多"}, 'id="answer-recovered-wrong">请写整数的元'),
        ("answer", {"text": "多收的钱已退", "recovered": "20000亿"}, 'id="answer-recovered-wrong">最多 1 万亿元'),
        ("answer", {"text": "多收的钱已退", "outcome_bribed": "1"}, 'id="answer-outcomes-wrong">请从列出的'),
        ("interim", {"text": "还在核实", "date": "2020-01-01"}, 'id="interim-date-wrong">新的日期要在今天以后'),
        ("interim", {"text": "", "date": "2026-12-30"}, 'id="interim-text-wrong">请写清楚'),
    ],
)
@ON_SQLITE
async def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    clerk: Browser, citizen: FakePerson, act: str, sent: dict[str, str], told: str
) -> None:
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/accept", text="")
    page = await clerk.sends(f"{report}/{act}", **sent)
    assert clerk.status == 422
    assert told in page
    assert all(value in page for value in sent.values() if value != "1")


@ON_SQLITE
async def test_an_odd_day_of_an_interim_reply_is_looked_at_twice(
    program: Program, clerk: Browser, citizen: FakePerson
) -> None:
    await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/accept", text="")
    heard, given = len(citizen.heard()), {"text": "正在调取监控"}
    for day, told in (("2026-12-26", "12月26日 周六是休息日"), ("2028-11-29", "期限很远")):
        page = await clerk.sends(f"{report}/interim", **given, date=day)
        assert (clerk.status, told in page, ">正在调取监控</textarea>" in page) == (422, True, True)
    assert len(citizen.heard()) == heard
    page = await clerk.sends(f"{report}/interim", **given, date="2026-12-26")
    assert 'name="date" value="2026-12-28"' in page, "the next working day is one tap away"
    await clerk.sends(f"{report}/interim", **given, date="2026-12-26", sure="2026-12-26")
    assert (clerk.status, len(citizen.heard())) == (200, heard + 1)
    assert "12月26日" in citizen.screen().text
