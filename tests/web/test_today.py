"""Today at the desk: what each role has to do, what is late and what comes, and the board; empty and full."""

from __future__ import annotations

import re

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services.people import Grant, Role
from tests.conftest import Clock
from tests.drivers.desk_pages import WORDS, complains, first_report, instruct
from tests.web.conftest import Browser, link, member

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
TODAY = "/console/today"


def needs(page: str) -> dict[str, int]:
    """How often what waits, by the address where it is dealt with."""
    found = re.findall(r'<a class="card need[^"]*" href="([^"]+)"><strong class="tabular">(\d+)', page)
    return {address: int(many) for address, many in found}


async def signed_in(program: Program, browser, role: Role) -> Browser:
    mine = await browser()
    await mine.sends("/in", code=link(program, member(program, "某人", Grant(role, None))))
    return mine


async def test_an_empty_desk_says_so(clerk: Browser) -> None:
    page = await clerk.opens(TODAY)
    assert all(said in page for said in ("没有等着办的", "没有逾期的", "近期没有到期的"))
    assert re.findall(r'href="/console\?state=(\w+)"', page) == ["received", "accepted", "handed", "answered", "closed"]


async def test_what_came_in_waits_then_is_late_and_then_stands_on_the_board(
    clerk: Browser, citizen: FakePerson, program: Program, browser, clock: Clock
) -> None:
    number = await complains(citizen, WORDS)
    page = await clerk.opens(TODAY)
    assert needs(page) == {"/console?unread=1": 1}
    coming = page.split("就要到期的</h2>")[1]
    assert number in coming
    assert "告知是否受理" in coming
    clock.passes(days=10)
    later = await signed_in(program, browser, Role.CLERK)
    page = await later.opens(TODAY)
    assert needs(page) == {"/console?sort=promise": 1, "/console?unread=1": 1}
    assert number in page.split("已经晚了的</h2>")[1].split("就要到期的</h2>")[0]
    report = first_report(await later.opens("/console"))
    await later.opens(report)
    await later.sends(f"{report}/accept", text="")
    page = await later.opens(TODAY)
    assert needs(page) == {}
    await later.opens(report)
    await later.sends(f"{report}/prioritise", priority="urgent", text="几户群众家里停暖")
    assert next(iter(needs(await later.opens(TODAY)).items())) == ("/console?priority=urgent&amp;sort=promise", 1)
    await later.opens(report)
    await later.sends(f"{report}/prioritise", priority="", text="供暖已经恢复了")
    page = await later.opens(TODAY)
    assert '<span>已受理</span> <strong class="tabular">1</strong>' in page


async def test_what_units_owe_comes_and_is_late(clerk: Browser, program: Program, browser, clock: Clock) -> None:
    instruct(program, "clerk-1")
    assert "市国土局" in (await clerk.opens(TODAY)).split("就要到期的</h2>")[1]
    clock.passes(days=60)
    later = await signed_in(program, browser, Role.LEADING_GROUP)
    page = await later.opens(TODAY)
    assert needs(page)["/console/duties?state=late"] == 1
    assert "市国土局" in page.split("已经晚了的</h2>")[1].split("就要到期的</h2>")[0]


async def test_each_role_sees_what_it_may(program: Program, browser, citizen: FakePerson) -> None:
    await complains(citizen, WORDS)
    leaders = await signed_in(program, browser, Role.LEADING_GROUP)
    page = await leaders.opens(TODAY)
    assert "/console?" not in page  # they read no reports
    assert "来件都在哪一步" not in page
    upkeep = await signed_in(program, browser, Role.ADMINISTRATOR)
    page = await upkeep.opens(TODAY)
    assert "没有等着办的" in page
    assert "就要到期的" not in page
