"""Tags: given at a case, found by filter, saved search and export, renamed and merged; the office's own."""

from __future__ import annotations

import re

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import desk
from services.desk import MOST_TAGS
from services.people import Grant, Role
from tests.conftest import rows
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import actions, complains, first_report, how_many
from tests.web.conftest import Browser, link, member

TAG_LINK = re.compile(r'class="chip" href="(/console\?tag=[0-9a-f]{20})"><bdi>#([^<]+)<')


def tags_on(page: str) -> list[str]:
    return [name for _, name in TAG_LINK.findall(page)]


def address_of(page: str, name: str) -> str:
    return next(address for address, one in TAG_LINK.findall(page) if one == name)


def another(page: str, report: str) -> str:
    return next(one for one in re.findall(r"/console/report/[0-9a-f]{20}", page) if one != report)


async def tagged(clerk: Browser, report: str, *names: str) -> str:
    for name in names:
        await clerk.opens(report)
        await clerk.sends(f"{report}/tag", tag=name)
    return clerk.page


@pytest.fixture
async def report(clerk: Browser, citizen: FakePerson) -> str:
    await complains(citizen)
    return first_report(await clerk.opens("/console"))


async def test_two_spellings_are_one_tag_and_it_narrows_list_saved_search_and_export(
    program: Program, clerk: Browser, citizen: FakePerson, report: str
) -> None:
    page = await tagged(clerk, report, "拆迁", "  拆遷 ", "重点企业  甲公司")
    assert clerk.status == 200
    assert sorted(tags_on(page)) == ["拆迁", "重点企业 甲公司"]
    await complains(citizen, "收费没有票据，问了也不给")
    other = another(await clerk.opens("/console"), report)
    assert '<option value="拆迁"></option>' in await clerk.opens(other)  # suggested, not given
    assert tags_on(clerk.page) == []
    address = address_of(page, "拆迁")
    page = await clerk.opens(address)
    assert await how_many(clerk, address.partition("?")[2]) == 1
    assert 'aria-label="去掉筛选：标签：拆迁"' in page
    assert "#拆迁" in page
    await clerk.sends("/console/searches", asked=address.partition("?")[2], name="拆迁的")
    assert f'href="{address}"' in clerk.page
    lines = (await clerk.opens("/console/reports.csv" + address.removeprefix("/console"))).splitlines()
    assert len(lines) == 2
    assert lines[1].endswith("拆迁、重点企业 甲公司") or lines[1].endswith("重点企业 甲公司、拆迁"), lines
    assert "标签" in await clerk.opens("/console/reports.print" + address.removeprefix("/console"))
    assert "拆迁" in clerk.page
    assert await how_many(clerk, f"tag={'0' * 20}") == 0
    assert "没有了的标签" in await clerk.opens(f"/console?tag={'0' * 20}")
    assert actions(program).count("case_tagged") == 2
    assert is_whole(program)


async def test_what_is_no_tag_is_told_beside_the_field_and_a_case_has_eight_at_most(
    program: Program, clerk: Browser, report: str
) -> None:
    for wrong, told in (("", "请写标签"), (" ，。", "请写标签"), ("长" * 21, "最多 20 个字")):
        await clerk.opens(report)
        page = await clerk.sends(f"{report}/tag", tag=wrong)
        assert (clerk.status, told in page, rows(program, "tags")) == (422, True, [])
    await tagged(clerk, report, *(f"话题{n}" for n in range(MOST_TAGS)))
    assert len(tags_on(clerk.page)) == MOST_TAGS
    await clerk.sends(f"{report}/tag", tag="还有一个")
    assert (clerk.status, "一件最多 8 个标签" in clerk.page) == (422, True)
    one = rows(program, "tags")[0]
    await clerk.opens(report)
    await clerk.sends(f"{report}/untag", tag=str(one["id"]))
    assert str(one["name"]) not in tags_on(clerk.page)
    assert len(rows(program, "tags")) == MOST_TAGS - 1  # what no case has is no tag
    await clerk.sends(f"{report}/untag", tag=str(one["id"]))
    assert clerk.status == 200


async def test_a_tag_is_renamed_and_before_two_become_one_it_is_asked(
    program: Program, clerk: Browser, citizen: FakePerson, report: str
) -> None:
    await complains(citizen, "收费没有票据，问了也不给")
    other = another(await clerk.opens("/console"), report)
    await tagged(clerk, other, "征收", "土地")
    address = address_of(await tagged(clerk, report, "拆迁", "征收"), "拆迁")
    await clerk.sends("/console/searches", asked=address.partition("?")[2], name="拆迁的")
    page = await clerk.opens("/console/tags")
    assert re.findall(r"<strong><bdi>([^<]+)<", page) == ["征收", "土地", "拆迁"]  # the most used first
    assert "2 件" in page
    old = f"/console/tags/{address.rpartition('=')[2]}"
    await clerk.sends(old, name="长" * 21)
    assert (clerk.status, "最多 20 个字" in clerk.page) == (422, True)
    await clerk.sends(old, name="征地拆迁")
    assert "标签改名了" in clerk.page
    page = await clerk.sends(old, name="征 收")
    assert (clerk.status, "已经有标签「征收」" in page, len(rows(program, "tags"))) == (422, True, 3)
    page = await clerk.sends(old, name="征 收", sure="1")
    assert "两个标签合成了一个" in page
    assert sorted(str(row["name"]) for row in rows(program, "tags")) == ["土地", "征收"]
    assert tags_on(await clerk.opens(report)) == ["征收"]
    saved = re.search(r'href="(/console\?tag=[0-9a-f]{20})"[^>]*><bdi>拆迁的<', await clerk.opens("/console"))
    assert saved
    assert await how_many(clerk, saved[1].partition("?")[2]) == 2  # the saved search finds what has become one
    assert {"tag_renamed", "tags_merged"} <= set(actions(program))
    await clerk.sends(old, name="别的")
    assert clerk.status == 404
    assert is_whole(program)


async def test_what_only_confined_cases_have_is_known_to_the_discipline_desk_alone(
    program: Program, clerk: Browser, browser, citizen: FakePerson, report: str
) -> None:
    other = await browser()
    await other.sends("/in", code=link(program, member(program, "周纪检", Grant(Role.DISCIPLINE, None))))
    await tagged(clerk, report, "索要红包")
    await clerk.opens(report)
    await clerk.sends(f"{report}/pass_on", text="涉及廉政问题，请单独办理")
    await complains(citizen, "收费没有票据，问了也不给")
    second = first_report(await clerk.opens("/console"))
    for page in ("/console", "/console/tags", second):
        assert "索要红包" not in await clerk.opens(page)
    [tag] = rows(program, "tags")
    await clerk.sends(f"/console/tags/{tag['id']}", name="别的")
    assert clerk.status == 404
    assert await how_many(clerk, f"tag={tag['id']}") == 0
    for page in ("/console", "/console/tags", report, second):
        assert "索要红包" in await other.opens(page)
    await tagged(clerk, second, "索要红包")  # whoever names it themselves has it, and learns nothing of the other
    assert "1 件" in await clerk.opens("/console/tags")
    assert "2 件" in await other.opens("/console/tags")


async def test_neither_citizen_nor_unit_reads_a_tag(
    program: Program, clerk: Browser, citizen: FakePerson, report: str
) -> None:
    await tagged(clerk, report, "索要红包")
    for said in await citizen.says("/status"):
        assert "索要红包" not in said.text
    case = rows(program, "cases")[0]
    told = program.acts.look(program.tools.kinds["complaint"].sight, str(case["id"]), "gtj", "请核实")
    assert told is not None
    assert "索要红包" not in repr(told)
    assert [one.name for one in program.acts.look(desk.suggested)] == ["索要红包"]
