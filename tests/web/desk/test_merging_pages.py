"""Merging likely duplicates on the page of a case, undoing it, and what each of several people reads meanwhile."""

from __future__ import annotations

import asyncio
import re

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import cases
from services.people import Grant, Role
from tests.conftest import Clock, rows
from tests.drivers.auditing import is_whole
from tests.drivers.console_browser import picture
from tests.drivers.desk_pages import complains, how_many, is_head
from tests.web.conftest import link, member
from tests.web.desk.test_enclosing import sends, sent

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)  # nothing here is the database's


def page_of(program: Program, number: str) -> str:
    [row] = [row for row in rows(program, "cases") if row["number"] == number]
    return f"/console/report/{row['id']}"


def field_error(page: str) -> str:
    found = re.search(r'<p class="wrong" role="alert" id="merge[^"]*-wrong">([^<]+)', page)
    assert found, page
    return found.group(1)


async def two(citizen: FakePerson, other: FakePerson, clock: Clock) -> tuple[str, str]:
    first = await complains(citizen)
    clock.passes(minutes=1)
    return first, await complains(other, "周二上午十点在窗口，等了两个小时没有人理我")


async def test_a_likely_duplicate_is_merged_under_the_older_one_and_both_are_answered(
    program: Program, clerk, citizen: FakePerson, person, clock: Clock
) -> None:
    other = person("other")
    first, second = await two(citizen, other, clock)
    page = await clerk.opens(page_of(program, second))
    assert "可能是同一件事" in page
    assert re.search(r'value="under" checked> ' + first, page), "the older one is the master"
    heard = len(citizen.heard())
    page = await clerk.sends(f"{page_of(program, second)}/merge", other=first, way="under")
    assert "已合并，两件一起答复" in page
    assert f"{first}</a>" in page
    assert "已合并" in page
    assert "已经受理" in other.heard()[-1].text
    assert len(citizen.heard()) == heard, "whoever filed the master hears nothing of it"
    assert "发出答复" not in page
    page = await clerk.opens(page_of(program, first))
    assert "并进来的来件（1）" in page
    await clerk.sends(f"{page_of(program, first)}/accept", text="")
    assert "这些话同时发给并进来的 1 件的来件人" in clerk.page
    await clerk.sends(f"{page_of(program, first)}/answer", text="窗口已经增开，多收的钱已退。")
    for who, number, another in ((citizen, first, second), (other, second, first)):
        said = who.heard()[-1].text
        assert number in said
        assert "窗口已经增开" in said
        assert all(another not in one.text for one in who.heard())
    assert is_whole(program)


async def test_a_typed_number_is_checked_and_stays_beside_what_is_wrong(
    program: Program, clerk, citizen: FakePerson, person, clock: Clock
) -> None:
    first, second = await two(citizen, person("other"), clock)
    third = await complains(person("third"), "工商所不给办执照，说要先交钱", unit="gsj")
    bribe = await complains(person("fourth"))
    await clerk.opens(page_of(program, bribe))
    await clerk.sends(f"{page_of(program, bribe)}/pass_on", text="涉及收钱办事")
    base = page_of(program, first)
    await clerk.opens(base)
    unknown = field_error(await clerk.sends(f"{base}/merge", other="20200101-0001", way="under"))
    assert 'value="20200101-0001"' in clerk.page
    assert clerk.status == 422
    assert field_error(await clerk.sends(f"{base}/merge", other=bribe, way="under")) == unknown, (
        "nor what is kept apart"
    )
    assert "就是这一件" in field_error(await clerk.sends(f"{base}/merge", other=first, way="under"))
    page = await clerk.sends(f"{base}/merge", other=third, way="under")
    assert clerk.status == 422
    assert "两件反映的单位不同" in page
    assert "市工商局" in page
    assert "仍然合并" in page
    assert f'name="sure" value="{third}"' in page
    page = await clerk.sends(f"{base}/merge", other=third, way="under", sure=third)
    assert clerk.status == 200
    base = page_of(program, second)
    await clerk.opens(base)
    assert "已经并入别的来件" in field_error(await clerk.sends(f"{base}/merge", other=first, way="over"))
    assert "不能再作主件" in field_error(await clerk.sends(f"{base}/merge", other=first, way="under"))
    assert is_whole(program)


async def test_it_is_undone_from_either_page_and_the_second_of_two_clerks_is_told(
    program: Program, clerk, browser, citizen: FakePerson, person, clock: Clock
) -> None:
    first, second = await two(citizen, person("other"), clock)
    colleague, colleague_id = await browser(), member(program, "李二", Grant(Role.CLERK, None))
    await colleague.sends("/in", code=link(program, colleague_id))
    base, of_first = page_of(program, second), page_of(program, first)
    await clerk.opens(base)
    await colleague.opens(base)
    await asyncio.gather(
        clerk.sends(f"{base}/merge", other=first, way="under"),
        colleague.sends(f"{base}/merge", other=first, way="under"),
    )
    assert sorted([clerk.status, colleague.status]) == [200, 409]
    await clerk.opens(of_first)
    page = await clerk.sends(f"{of_first}/part", child=base.rpartition("/")[2])
    assert "已分开" in page
    assert "并进来的来件" not in page
    await clerk.opens(base)
    await clerk.sends(f"{base}/merge", other=first, way="over")
    assert "并进来的来件（1）" in clerk.page, "the younger one can be the master too"
    await clerk.opens(of_first)
    page = await clerk.sends(f"{of_first}/part")
    assert "已分开" in page
    assert '<span class="tag">已受理</span>' in page.replace("\n", "")
    assert is_whole(program)


async def test_a_child_stands_behind_its_master_until_something_comes_in_about_it(
    program: Program, clerk, citizen: FakePerson, person, clock: Clock
) -> None:
    other = person("other")
    first, second = await two(citizen, other, clock)
    base = page_of(program, second)
    await clerk.opens(base)
    await clerk.sends(f"{base}/merge", other=first, way="under")
    assert await how_many(clerk, "state=merged") == 1
    assert await how_many(clerk, "state=received") == 1
    assert "已合并 1" in re.sub(r"\s+", " ", await clerk.opens("/console/today"))
    await clerk.opens(page_of(program, first))
    assert '<span class="tag new">' not in clerk.page.partition('id="children"')[2].partition("</section>")[0]
    case_id = base.rpartition("/")[2]
    await other.says(f"/add {case_id}")
    await other.says("今天又没有人")
    await other.taps("跳过")
    await clerk.opens(page_of(program, first))
    assert '<span class="tag new">' in clerk.page.partition('id="children"')[2].partition("</section>")[0]
    for form in ("csv", "print"):
        page = await clerk.opens(f"/console/reports.{form}")
        assert page.count(first) == 2, "its own row, and the row of what is answered with it"
    page = await clerk.opens(f"/console?q={second}")
    assert second in page


async def test_the_unit_of_a_master_reads_nothing_of_the_others(
    program: Program, clerk, citizen: FakePerson, person, clock: Clock
) -> None:
    head = person("head")
    await is_head(program, head)
    first, second = await two(citizen, person("other"), clock)
    base = page_of(program, first)
    await clerk.opens(base)
    await clerk.sends(f"{base}/hand", unit="gtj", kind="complaint", text="请核实窗口值守情况。", days="5")
    before = [one.text for one in head.heard()]
    await clerk.opens(base)
    await clerk.sends(f"{base}/merge", other=second, way="over")
    assert clerk.status == 200
    [duty] = rows(program, "obligations")[-1:]
    assert [one.text for one in head.heard()] == before
    said = await head.says(f"/obligation {duty['id']}")
    assert all(second not in one.text for one in said)
    assert is_whole(program)


async def test_what_an_answer_takes_along_is_opened_by_each_citizen_whose_case_it_answers(
    program: Program, clerk, citizen: FakePerson, person, clock: Clock
) -> None:
    other, third = person("other"), person("third")
    first, second = await two(citizen, other, clock)
    await complains(third, "收费和公示的不一样")
    base = page_of(program, first)
    await clerk.opens(base)
    await clerk.sends(f"{base}/merge", other=second, way="over")
    await clerk.sends(f"{base}/accept", text="")
    await sends(clerk, f"{base}/answer", ("整改后.jpg", picture(2)), text="窗口已经增开。")
    assert clerk.status == 200
    [one], [another] = sent(program, "closed")
    assert one.id == another.id
    assert one.id in await clerk.opens(page_of(program, second))

    def opens(who: FakePerson) -> bool:
        contact = who.contact_id()
        assert contact is not None
        return program.acts.look(cases.may_open, contact, one.id) is not None

    assert [opens(who) for who in (citizen, other, third)] == [True, True, False]
    await clerk.sends(f"{page_of(program, second)}/reopen", text="来件人补充了新的收据")
    assert opens(other), "what was told stays told"
    assert is_whole(program)
