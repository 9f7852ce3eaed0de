"""The list of what units owe: who is late, what was reminded of, and the days that deadlines are counted in."""

from __future__ import annotations

import re

import pytest

from bot.build import Program
from services import obligations
from tests.drivers.desk_pages import ASKED, instruct, is_head
from tests.web.conftest import link

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's


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
    heading = re.search(r'<h2 id="year">(.*?)</h2>', page)
    assert heading
    assert re.sub("<.*?>", "", heading[1]) == "2026 年 共 248 个工作日"
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
async def test_a_list_of_obligations_says_what_each_is_about(program: Program, clerk, clerk_id: str) -> None:
    instruct(program, clerk_id)
    assert f'<bdi class="item-text">{ASKED}</bdi>' in await clerk.opens("/console/duties")
