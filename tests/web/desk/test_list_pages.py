"""The list of what comes in: its filters, its search, its news, its languages."""

from __future__ import annotations

import pytest

from bot.build import Program
from channels.fake import FakePerson
from tests.drivers.desk_pages import complains, first_report, how_many

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's


@ON_SQLITE
async def test_an_address_with_a_slash_too_many_leads_to_the_list(clerk) -> None:
    await clerk.opens("/console/")
    assert clerk.path == "/console"


@ON_SQLITE
async def test_filters_search_and_their_addresses(clerk, citizen: FakePerson) -> None:
    await complains(citizen, "办证大厅收费100%不开票")
    await complains(citizen, "窗口_两小时没有人", unit="gsj")
    assert await how_many(clerk, "") == 2
    assert await how_many(clerk, "unit=gtj") == 1
    assert await how_many(clerk, "unit=unknown") == 0
    assert await how_many(clerk, "category=rude&state=received&unread=1&kind=complaint") == 2
    assert await how_many(clerk, "kind=visit") == 0
    assert await how_many(clerk, "q=100%25") == 1
    assert await how_many(clerk, "q=_") == 1
    assert await how_many(clerk, "q=窗口 小时") == 1
    assert await how_many(clerk, "q=国土") == 1
    assert await how_many(clerk, "q=国土 收费") == 1
    assert await how_many(clerk, "q=国土 小时") == 0
    assert await how_many(clerk, "q=gtj") == 1
    assert await how_many(clerk, "q=局") == 0
    assert await how_many(clerk, "from=2026-11-21&to=2026-11-21") == 2
    assert await how_many(clerk, "to=2026-11-20") == 0
    assert await how_many(clerk, "kind=%00&unit=nowhere&from=2026-99-99&state=x&after=1.9.%27") == 2
    page = await clerk.opens("/console?unit=gtj&q=收费")
    assert "/console/report/" in page
    assert "?q=%E6%94%B6%E8%B4%B9&amp;unit=gtj" in page


@ON_SQLITE
async def test_new_reports_are_announced(program: Program, clerk, citizen: FakePerson, clock) -> None:
    since = program.clock().isoformat().replace("+", "%2B")
    clock.passes(seconds=1)
    assert await clerk.opens(f"/console/fresh?&since={since}") == '{"fresh": 0}'
    await complains(citizen)
    assert await clerk.opens(f"/console/fresh?&since={since}") == '{"fresh": 1}'
    assert await clerk.opens(f"/console/fresh?kind=visit&since={since}") == '{"fresh": 0}'
    await clerk.opens("/console/fresh?since=now")
    assert clerk.status == 400


@ON_SQLITE
async def test_the_desk_speaks_english(clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    await clerk.opens("/language/en?back=/console")
    page = await clerk.opens(first_report(clerk.page))
    assert "What happened" in page
    assert 'lang="en"' in page
