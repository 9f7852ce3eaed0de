"""The list of what comes in: its filters, its search, its news, its languages."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import update

from bot.build import Program
from channels.fake import FakePerson
from models import tables
from services import cases, people
from services.foundation.act import Act
from services.people import Contact
from services.units import NewUnit, add_units
from tests.conftest import rows
from tests.drivers.desk_pages import ASKED, checks, complains, first_report, how_many, instruct
from tests.web.conftest import link

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
    for typed, told in (
        ("from=2026-11-30&to=2026-11-01", "止日早于起日"),
        ("from=30.11.2026", "没看懂这个日期"),
        ("from=2026-11-01&to=2026-02-30", "没看懂这个日期"),
    ):
        assert await how_many(clerk, typed) == 2, "it is said that they do not filter"
        page = await clerk.opens(f"/console?{typed}")
        assert told in page
        assert page.index(told) < page.index('aria-invalid="true"') < page.index(told) + 200, "beside its field"
        for one in typed.split("&"):
            assert f'value="{one.partition("=")[2]}"' in page, "what was typed stays"
        assert "/console/reports.print" not in page
        await clerk.opens(f"/console/reports.print?{typed}")
        assert clerk.path == f"/console?{typed}", "nothing leaves that was not asked for"
    assert "止日" not in await clerk.opens("/console?from=2026-11-21&to=2026-11-21")
    page = await clerk.opens("/console?unit=gtj&q=收费")
    assert "/console/report/" in page
    assert "?q=%E6%94%B6%E8%B4%B9&amp;unit=gtj" in page


@ON_SQLITE
@pytest.mark.parametrize("sort", ["", "&sort=promise"])
async def test_older_ones_are_a_link_away(program: Program, clerk, citizen: FakePerson, clock, sort: str) -> None:
    """Page by page through the links, over days, until there are no older ones; each report once."""
    await complains(citizen)
    [account] = rows(program, "owners")
    contact = Contact(program.acts.look(people.owner_ids, str(account["subject_id"]))[0], "fake", "zh")
    for n in range(129):
        clock.passes(seconds=1, days=n % 50 == 49)
        program.acts.transact(cases.file_complaint, contact, cases.Complaint("gtj", "slow", f"第{n}件"))
    seen: list[str] = []
    page = await clerk.opens(f"/console?unread=1{sort}")
    for _ in range(3):
        seen += re.findall(r'href="/console/report/([0-9a-f]{20})', page)
        older = re.search(r'href="(/console\?[^"]*after=[^"]*)"', page)
        if older:
            page = await clerk.opens(older[1].replace("&amp;", "&"))
    assert older is None
    assert len(seen) == len(set(seen)) == 130


@ON_SQLITE
async def test_a_damaged_moment_hides_no_other_report(program: Program, clerk, citizen: FakePerson) -> None:
    for _ in range(3):
        await complains(citizen)
    broken = update(tables.cases).values(moved=b"", received=b"x")
    one = str(rows(program, "cases")[1]["id"])
    program.database.transact(lambda tx: tx.execute(broken.where(tables.cases.c.id == one)))
    assert await how_many(clerk, "") == 3
    await clerk.opens(f"/console/report/{one}")
    assert clerk.status == 200


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


@ON_SQLITE
async def test_two_cards_of_one_unit_are_told_apart(
    program: Program, clerk, clerk_id: str, citizen: FakePerson, person
) -> None:
    for n in range(2):
        await complains(citizen)
        await checks(program, person(f"supervisor-{n}"))
        instruct(program, clerk_id)
        await clerk.opens(first_report(await clerk.opens("/console?kind=complaint")))
        await clerk.sends(f"{clerk.path}/hand", unit="gtj", kind="complaint", text=f"{ASKED}{n}", days="5", date="")
    report = first_report(await clerk.opens("/console?kind=complaint"))
    for page, cards in (("/console", 4), ("/console/duties", 4), (report, 5)):
        heads = re.findall(r'item-unit">.*?</bdi> <span[^>]*>.*?</span>', await clerk.opens(page))
        assert len(heads) >= cards, page
        assert len(set(heads)) == len(heads), page


@ON_SQLITE
async def test_a_promise_turns_amber_then_red(program: Program, browser, clerk_id: str, citizen, clock) -> None:
    await complains(citizen)  # on a Saturday: promised for Tuesday

    async def shown() -> tuple[str, str]:
        clerk = await browser()
        await clerk.sends("/in", code=link(program, clerk_id))
        page = await clerk.opens("/console")
        found = re.search(
            r'<span class="(tag[^"]*)">11月24日 周二前告知是否受理</span> <span class="[^"]*">([^<]*)', page
        )
        assert found, clerk.page
        return found[1], found[2].strip()

    assert await shown() == ("tag", "还有 2 个工作日")
    clock.passes(days=2)
    assert await shown() == ("tag soon", "还有 1 个工作日")
    clock.passes(days=1)
    assert await shown() == ("tag soon", "今天到期")
    clock.passes(days=2)
    assert await shown() == ("tag late", "已逾期 2 个工作日")


@ON_SQLITE
async def test_an_empty_desk_says_what_will_be_here(clerk) -> None:
    for page, words in (
        ("/console", "还没有来件。有人反映问题或交来暗访记录，会出现在这里。"),
        ("/console/duties", "还没有督办事项。"),
        ("/console/notices", "还没有通知。点「写通知」"),
        ("/console/quarantine", "没有没能处理的消息。"),
        ("/console/calendar", "还没有。全部按国家日历。"),
        ("/console/calendar/notice", "还没有导入过。"),
        ("/console/calendar/moves", "没有。期限和提醒都与日历一致"),
    ):
        assert words in await clerk.opens(page), page
        assert "从列表里选" not in clerk.page, page


@ON_SQLITE
async def test_three_hundred_units_are_all_there_to_choose_from(program: Program, clerk, citizen: FakePerson) -> None:
    def add(act: Act) -> None:
        add_units(act, [NewUnit(f"office-{n}", f"第{n}街道办事处综合便民服务中心") for n in range(300)])

    program.acts.transact(add)
    program.load_units()
    for page in ("/console/duties/new", "/console/notices/new", "/console", "/console/duties"):
        assert (await clerk.opens(page)).count("街道办事处综合便民服务中心</") == 300, page
    [asked] = await citizen.says("/complain")
    assert len([key for row in asked.rows for key in row if key.role == "option"]) <= 8
    [found] = await citizen.says("第 299 街道")
    assert [key.label for key in found.rows[0]] == ["第299街道办事处综合便民服务中心"]


@ON_SQLITE
@pytest.mark.parametrize("year", ["0001", "1970", "9999"])
async def test_days_and_moments_beyond_our_time_are_refused_in_words(clerk, year: str) -> None:
    for zone in ("%2B14:00", "-12:00"):
        await clerk.opens(f"/console/fresh?since={year}-01-01T00:00:00{zone}")
        assert clerk.status == 400
    await clerk.opens(f"/console?from={year}-01-01&to={year}-12-31")
    assert clerk.status == 200
    page = await clerk.sends(
        "/console/duties/new", unit="gtj", kind="instruction", text="请报方案。", days="", date=f"{year}-12-31"
    )
    assert (clerk.status, 'role="alert"' in page) == (422, True)
    await clerk.sends("/console/notices", role="head", text_zh="请各单位周五前报送自查材料。")
    page = await clerk.sends(f"{clerk.path}/send", when="later", send_at=f"{year}-01-01T00:00")
    assert (clerk.status, 'role="alert"' in page) == (422, True)


NEXT = re.compile(r'id="next" href="([^"]+)"')


def _next(page: str) -> str:
    found = NEXT.search(page)
    return found[1].replace("&amp;", "&") if found else ""


@pytest.mark.parametrize("sort", ["", "&sort=promise"])
async def test_the_next_undecided_report_is_offered_within_the_filters(
    program: Program, clerk, citizen: FakePerson, clock, sort: str
) -> None:
    """Whoever follows the offer from decision to decision meets each report once, in the order of the list."""
    await complains(citizen)
    [account] = rows(program, "owners")
    contact = Contact(program.acts.look(people.owner_ids, str(account["subject_id"]))[0], "fake", "zh")
    for n in range(12):
        clock.passes(minutes=1, days=n % 5 == 4)
        unit = "gaj" if n % 3 == 2 else "gtj"
        program.acts.transact(cases.file_complaint, contact, cases.Complaint(unit, "slow", f"第{n}件"))
    page = await clerk.opens(f"/console?unit=gtj&state=received{sort}")
    listed = re.findall(r'href="/console/report/([0-9a-f]{20})', page)
    assert len(listed) == 9
    met, at = [], f"/console/report/{listed[3]}?unit=gtj&state=received{sort}"
    while at:
        await clerk.opens(at)
        path, _, asked = at.partition("?")
        page = await clerk.sends(f"{path}/decline?{asked}", text="不属于受理范围")
        assert "已告知来件人" in page
        met.append(path.rpartition("/")[2])
        at = _next(page)
    assert met == [listed[3], *(listed[:3] + listed[4:] if sort else listed[4:] + listed[:3])]
    assert "没有别的待处理来件了" in page


@ON_SQLITE
async def test_filters_are_tags_that_come_off_one_by_one(clerk, citizen: FakePerson) -> None:
    await complains(citizen)
    page = await clerk.opens("/console?unit=gtj&category=rude&q=窗口")
    given = page[page.index('class="chips plain given"') :].partition("</ul>")[0]
    assert "单位（含窗口）：市国土局" in given
    off = [one.replace("&amp;", "&") for one in re.findall(r'href="([^"]+)"', given)]
    assert len(off) == 4
    assert off[-1] == "/console"
    for address in off:
        assert first_report(await clerk.opens(address))
    assert 'class="chips plain given"' not in await clerk.opens("/console")


@ON_SQLITE
async def test_a_search_tells_what_it_looked_at_and_leads_on(clerk, citizen: FakePerson) -> None:
    await complains(citizen, "办证大厅收费不开票")
    page = await clerk.opens("/console?q=bukaipiao")
    assert "/console/report/" in page
    page = await clerk.opens("/console?unit=gsj&q=开票")
    assert "没有找到。查的是编号" in page
    assert 'href="/console?q=%E5%BC%80%E7%A5%A8"' in page, "without the other filters"
    page = await clerk.opens(f"/console?q={'收费' * 100}")
    assert "只按前 100 个字查" in page
    assert clerk.status == 200
    await clerk.opens("/console/reports.csv?q=开票")
    assert clerk.status == 200
