"""An appeal on the page of the report: on top, answered by the head of the office alone, and found in the list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services.people import Grant, Role
from tests.conftest import rows
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import complains, first_report, is_head
from tests.web.conftest import Browser, link, member
from tests.web.desk.test_case_answers import FIELDS, acts

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
WHY, STANDS = "没有人来核实过，请再看一次", "与当天的监控和叫号记录一致"


async def appealed(clerk: Browser, citizen: FakePerson) -> str:
    """A complaint is declined, and its citizen appeals; the report's address."""
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/decline", text="此事正在诉讼中")
    await citizen.taps("申请复核")
    await citizen.says(WHY)
    await citizen.taps("提交")
    return report


def card(page: str) -> str:
    return page.partition('id="appeal"')[2].partition("</section>")[0]


@pytest.fixture
async def boss(program: Program, browser: Callable[[], Awaitable[Browser]]) -> Browser:
    mine = await browser()
    await mine.sends("/in", code=link(program, member(program, "孙主任", Grant(Role.OFFICE_HEAD, None))))
    return mine


async def test_the_head_lets_it_stand_and_everybody_else_waits(
    program: Program, clerk: Browser, boss: Browser, citizen: FakePerson
) -> None:
    report = await appealed(clerk, citizen)
    page = await clerk.opens(report)
    assert WHY in card(page)
    assert "要由负责人在" in card(page)
    assert "等负责人答复" in card(page)
    assert not {"uphold", "reopen", "hand"} & acts(page, report)
    page = await clerk.sends(f"{report}/uphold", text=STANDS)
    assert clerk.status == 422
    assert "只有效能办负责人能答复" in page
    assert STANDS in page.partition('id="typed"')[2].partition("</p>")[0], "what was typed stays"
    await clerk.sends(f"{report}/reopen", text="有新的情况")
    assert clerk.status == 422
    assert [row["appeal"] for row in rows(program, "cases")] == ["waits"]

    page = await boss.opens("/console/today")
    assert 'href="/console?appeal=waits"><strong class="tabular">1</strong> 件来件等您答复复核' in page
    page = await boss.opens("/console?appeal=waits")
    assert first_report(page) == report
    page = await boss.opens(report)
    assert {"uphold", "reopen"} <= acts(page, report)
    assert page.count(f'action="{report}/reopen') == 1
    page = await boss.sends(f"{report}/uphold", text="不改")
    assert 'id="uphold-text-wrong">请写明理由' in card(page)
    assert ">不改</textarea>" in card(page)
    page = await boss.sends(f"{report}/uphold", text=STANDS)
    assert "已答复来件人：维持。" in page
    assert not card(page)
    assert "reopen" in acts(page, report)
    assert STANDS in citizen.screen().text
    assert "件来件等您答复复核" not in await boss.opens("/console/today")
    assert "复核：维持" in await clerk.opens(report)
    assert "reopen" in acts(clerk.page, report), "as before"
    assert is_whole(program)


@ON_SQLITE
async def test_the_head_takes_it_up_again(program: Program, clerk: Browser, boss: Browser, citizen: FakePerson) -> None:
    report = await appealed(clerk, citizen)
    await boss.opens(report)
    page = await boss.sends(f"{report}/reopen", text="当天的监控没有调取")
    assert "已重新办理" in page
    assert "决定重新办理，原因是：" in citizen.screen().text
    found = await clerk.opens("/console?appeal=reopened")
    assert first_report(found) == report
    assert "复核后重新办理" in found
    assert "件来件等您答复复核" not in await clerk.opens("/console/today")


@ON_SQLITE
async def test_what_would_be_handed_over_waits_with_the_words_kept(
    program: Program, clerk: Browser, boss: Browser, citizen: FakePerson, person
) -> None:
    await is_head(program, person("head"))
    await complains(citizen)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/accept", text="")
    await clerk.sends(f"{report}/answer", text="窗口已经增开")
    for tap in ("评价", "没有解决", "不满意", "完成"):
        await citizen.taps(tap)
    await clerk.opens(report)
    old = await clerk.sends(f"{report}/make_good", text="现在每天有人值守")
    assert "hand" in acts(old, report)
    await citizen.taps("申请复核")
    await citizen.says(WHY)
    await citizen.taps("提交")
    page = await boss.opens(report)
    assert "hand" not in acts(page, report)
    page = await boss.sends(f"{report}/hand", unit="gtj", **FIELDS)
    assert "还没有答复，所以没有交办" in page
    assert FIELDS["text"] in page, "what was typed stays"
    assert [row["appeal"] for row in rows(program, "cases")] == ["waits"]
    assert [row for row in rows(program, "obligations") if row["unit_id"]] == []
