"""The page of figures: who may see it, what it says, what leaves as a file."""

from __future__ import annotations

import pytest

from channels.fake import FakePerson
from tests.drivers.desk_pages import WORDS, complains, first_report
from tests.web.conftest import Browser

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
