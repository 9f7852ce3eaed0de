"""The page of figures: who may see it, what it says, what leaves as a file."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import cases
from services.people import Grant, Role
from tests.conftest import Clock
from tests.drivers.desk_pages import WORDS, complains, first_report
from tests.services.desk.test_hot import came_in
from tests.web.conftest import Browser, link, member

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


async def test_the_page_counts_what_came_in_and_what_became_of_it(clerk: Browser, citizen: FakePerson) -> None:
    page = await clerk.opens("/console/figures")
    assert "还没有投诉" in page
    for _ in range(2):
        await complains(citizen, WORDS)
    report = first_report(await clerk.opens("/console"))
    await clerk.opens(report)
    await clerk.sends(f"{report}/accept", text="")
    await clerk.sends(f"{report}/answer", text="多收的钱已退", outcome_solved="1", recovered="88万")
    for by in ("", "month", "source", "category"):
        page = await clerk.opens(f"/console/figures?by={by}")
        assert '<strong class="tabular">50.0%</strong> <span class="small soft tabular nowrap">1/2</span>' in page
        assert "880,000" in page
        assert "为群众解决问题" in page
    assert "这段日子没有收到投诉" in await clerk.opens("/console/figures?from=2020-01-01&to=2020-12-31")


async def test_silence_is_counted_apart_and_never_as_satisfied(
    program: Program, clerk: Browser, clerk_id: str, citizen: FakePerson, clock: Clock
) -> None:
    """Of three who were asked one is content, one is not, and one says nothing until the days have passed."""
    reports: list[str] = []
    for tap in (("评价", "解决了", "满意"), ("评价", "没有解决", "非常不满意", "完成"), ()):
        await complains(citizen, WORDS)
        reports.append(first_report(await clerk.opens("/console?state=received")))
        await clerk.opens(reports[-1])
        await clerk.sends(f"{reports[-1]}/accept", text="")
        await clerk.sends(f"{reports[-1]}/answer", text="窗口已经增开")
        for one in tap:
            await citizen.taps(one)

    def line(page: str) -> list[str]:
        row = page.partition('id="contentment"')[2].partition("市国土局</bdi>")[2].partition("</tr>")[0]
        return re.findall(r">(\d+/\d+)<", row)

    assert line(await clerk.opens("/console/figures")) == ["1/2", "1/2", "1/2", "0/1"]
    clock.passes(days=40)
    program.acts.transact(cases.lapse_ratings, 10)
    await clerk.sends("/in", code=link(program, clerk_id))
    assert line(await clerk.opens("/console/figures")) == ["1/2", "1/2", "1/3", "0/1"]
    await clerk.opens(reports[1])
    await clerk.sends(f"{reports[1]}/make_good", text="现在每天有人值守")
    assert line(await clerk.opens("/console/figures?by=source")) == []
    assert line(await clerk.opens("/console/figures")) == ["1/2", "1/2", "1/3", "1/1"]
    told, counted = (await clerk.opens("/console/figures.csv")).strip().splitlines()
    assert told.endswith("评价（首次）,其中解决了,其中满意,没有评价,不计入的评价,差评,已整改的差评")
    assert counted.endswith(",2,1,1,1,0,1,1")


@ON_SQLITE
@pytest.mark.parametrize("asked", ["from=2026-12-30&to=2026-01-01", "from=昨天"])
async def test_days_that_are_none_are_told_beside_their_field(clerk: Browser, citizen: FakePerson, asked: str) -> None:
    await complains(citizen, WORDS)
    page = await clerk.opens(f"/console/figures?{asked}")
    assert 'aria-invalid="true"' in page


@ON_SQLITE
async def test_the_table_leaves_with_whole_numbers(clerk: Browser, citizen: FakePerson) -> None:
    await complains(citizen, WORDS)
    lines = (await clerk.opens("/console/figures.csv")).strip().splitlines()
    assert lines[0].lstrip("\ufeff").startswith("分组,收到,受理期限数,按时受理,办结,其他方式结束,未办结")
    assert lines[1].startswith("市国土局,1,0,0,0,0,1")
    assert "市国土局" in await clerk.opens("/console/figures.print")


async def test_the_hot_topics_of_a_month_lead_to_their_cases(
    program: Program, clerk: Browser, browser: Callable[[], Awaitable[Browser]]
) -> None:
    """It is the 21st; the month before is chosen, in which three came in about one unit."""
    program.acts.transact(came_in, "2026-10-03", 3, category="fees", unit_id="gtj-1")
    assert "这个月没有明显多起来的" in await clerk.opens("/console/figures")
    page = await clerk.opens("/console/figures?month=2026-10")
    topics = page.partition('id="hot"')[2]
    assert "以前没有" in topics
    found = re.search(r'href="(/console\?[^"]+)"><bdi>市国土局</bdi> · 乱收费', topics)
    assert found
    listed = await clerk.opens(found[1].replace("&amp;", "&"))
    assert len(set(re.findall(r"/console/report/[0-9a-f]{20}", listed))) == 3
    assert "这个月没有明显多起来的" in await clerk.opens("/console/figures?month=2026-13")
    leader = await browser()
    await leader.sends("/in", code=link(program, member(program, "徐组长", Grant(Role.LEADING_GROUP, None))))
    topics = (await leader.opens("/console/figures?month=2026-10")).partition('id="hot"')[2]
    assert "乱收费" in topics
    assert "/console?" not in topics  # whoever reads no reports is led to none
