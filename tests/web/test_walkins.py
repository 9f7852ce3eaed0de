"""The office's list of ratings at windows, what it notes about a bad one, and the figures that count them apart."""

from __future__ import annotations

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services.people import Grant, Role
from tests.conftest import rows
from tests.web.conftest import Browser, link, member

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
async def walkin_id(program: Program, citizen: FakePerson, person) -> str:
    """A bad one; a good one stands beside it."""
    for said in ("/start w-gtj-1", "没有办成", "非常不满意"):
        await citizen.says(said)
    for said in ("办得慢", "完成"):
        await citizen.taps(said)
    other = person("citizen-2")
    for said in ("/start w-gtj-2", "办成了", "满意"):
        await other.says(said)
    return next(str(row["id"]) for row in rows(program, "walkins") if not row["served"])


async def test_a_bad_one_is_looked_into_once(clerk: Browser, walkin_id: str) -> None:
    page = await clerk.opens("/console/walkins")
    assert "市国土局·办证窗口" in page
    assert "办得慢" in page
    assert "市国土局·测绘科" not in page.split("<ol")[1]
    page = await clerk.sends(f"/console/walkins/{walkin_id}", text="")
    assert (clerk.status, "请写一两句" in page) == (422, True)
    await clerk.sends(f"/console/walkins/{walkin_id}", text="当天系统故障，已经补办")
    assert "没有待查的差评" in clerk.page
    page = await clerk.sends(f"/console/walkins/{walkin_id}", text="再写一遍")
    assert (clerk.status, "已经有人查过" in page) == (409, True)
    page = await clerk.opens("/console/walkins?show=all")
    assert all(said in page for said in ("钱一已查", "当天系统故障，已经补办", "市国土局·测绘科"))
    assert "市国土局·办证窗口" not in (await clerk.opens("/console/walkins?show=all&unit=gtj-2")).split("<ol")[1]


async def test_they_are_counted_apart_from_the_ratings_of_answers(clerk: Browser, walkin_id: str) -> None:
    page = await clerk.opens("/console/figures")
    assert "还没有投诉" in page
    part = page.split("窗口评价</h2>")[1]
    assert part.count('<strong class="tabular">50.0%</strong>') == 2  # served, satisfied
    assert "窗口评价</h2>" not in await clerk.opens("/console/figures?to=2026-11-01")


async def test_the_list_leaves_without_a_trace_of_who_rated(clerk: Browser, program: Program, walkin_id: str) -> None:
    lines = (await clerk.opens("/console/walkins.csv?show=all")).strip().splitlines()
    assert lines[0].lstrip("\ufeff") == "日期,单位,窗口科室,是否解决,评价,原因,正文,查看日期,查到的情况"
    assert len(lines) == 3
    mark = str(rows(program, "walkins")[0]["mark"])
    assert mark not in clerk.page
    assert "市国土局" in await clerk.opens("/console/walkins.print")


async def test_whoever_only_reads_has_no_form(program: Program, browser, walkin_id: str) -> None:
    auditor = await browser()
    await auditor.sends("/in", code=link(program, member(program, "某人", Grant(Role.AUDITOR, None))))
    page = await auditor.opens("/console/walkins")
    assert "办得慢" in page
    assert "写下查到的情况" not in page
    await auditor.sends(f"/console/walkins/{walkin_id}", text="没有权限的人写的")
    assert auditor.status == 403
