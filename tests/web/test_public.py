"""The pages for everybody: without signing in, without script, in larger text, and nothing to be guessed."""

from __future__ import annotations

import re
from datetime import date
from html import unescape

import pytest

from bot.build import Program
from channels.fake import FakePerson
from services import desk
from services.desk.publishing import Line, together
from services.people import Grant, Role
from tests.conftest import Clock, events, rows
from tests.drivers.auditing import is_whole
from tests.drivers.desk_pages import WORDS, complains
from tests.web.conftest import Browser, link, member

ON_SQLITE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
RECEIPT = re.compile(r"[0-9A-Z]{4}(?:-[0-9A-Z]{4}){3}")
PUBLISH = "/console/figures/published"


async def filed(citizen: FakePerson) -> str:
    """A complaint; its receipt code."""
    await complains(citizen, WORDS)
    found = RECEIPT.search(next(one.text for one in reversed(citizen.heard()) if RECEIPT.search(one.text)))
    assert found
    return found[0]


@ON_SQLITE
async def test_the_front_page_leads_to_all_three_without_script(browser) -> None:
    guest: Browser = await browser()
    page = await guest.opens("/")
    assert "<script" not in page
    assert all(
        f'{one}"' in page for one in ('href="/chat', 'action="/track', 'href="/published', 'href="/large/1?back=/')
    )
    assert "还没有公布的数字" in await guest.opens("/published")
    assert guest.answer
    assert "default-src 'none'" in guest.answer.headers["Content-Security-Policy"]


async def test_a_receipt_code_shows_what_the_chat_shows_and_is_in_no_address(browser, citizen: FakePerson) -> None:
    code = await filed(citizen)
    guest: Browser = await browser()
    page = await guest.sends("/track", code=f" 查询码 {code.lower()} ")
    [shown] = await citizen.says("/status")
    assert " ".join(shown.text.split()) in " ".join(unescape(re.sub("<br>", "\n", page)).split())
    assert guest.path == "/track"
    assert guest.answer
    assert guest.answer.headers["Cache-Control"] == "no-store"


@ON_SQLITE
async def test_unknown_and_malformed_codes_and_numbers_are_answered_alike(
    browser, citizen: FakePerson, program: Program
) -> None:
    await filed(citizen)
    guest: Browser = await browser()
    number = str(rows(program, "cases")[0]["number"])
    pages = {re.sub(r"\s+", " ", await guest.sends("/track", code=one)) for one in ("AAAA-BBBB-CCCC-DDDD", "?", number)}
    assert len(pages) == 1
    assert "没有查到" in pages.pop()
    assert number not in guest.page


@ON_SQLITE
async def test_guessing_is_slowed_down_and_a_right_code_waits_as_well(
    browser, citizen: FakePerson, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.cases.tracking.HERE", frozenset())
    monkeypatch.setattr("web.public.ASKED_SECONDS", 0)
    code = await filed(citizen)
    guest: Browser = await browser()
    for _ in range(20):
        await guest.sends("/track", code="AAAA-BBBB-CCCC-DDDD")
        assert guest.status == 200
    for typed in ("AAAA-BBBB-CCCC-DDDD", code):
        assert "试得太多了，请过 30 秒再试" in await guest.sends("/track", code=typed)
        assert guest.status == 429
    clock.passes(seconds=31)
    assert "查到了" in await guest.sends("/track", code=code)


@ON_SQLITE
async def test_larger_text_is_chosen_once_and_comes_back_to_where_it_was_chosen(browser) -> None:
    guest: Browser = await browser()
    assert 'class="large"' not in await guest.opens("/track")
    page = await guest.opens("/large/1?back=/track")
    assert (guest.path, 'class="large"' in page, "普通版" in page) == ("/track", True, True)
    assert 'class="large"' in await guest.opens("/")
    assert 'class="large"' not in await guest.opens("/large/0?back=//evil.example")
    assert guest.path == "/"


async def test_a_month_is_public_once_somebody_has_decided_so_and_stays_as_it_was(
    clerk: Browser, browser, program: Program, person, clock: Clock
) -> None:
    for n, unit in enumerate(("gtj", "gtj", "gtj", "gtj", "gsj")):
        await complains(person(f"c{n}"), WORDS, unit=unit)
    guest: Browser = await browser()
    assert (await clerk.opens(f"{PUBLISH}?month=2026-11"), clerk.status)[1] == 404  # it is not over
    clock.passes(days=14)
    await sign_in(clerk, program)
    assert "还没有公布的数字" in await guest.opens("/published")
    page = await clerk.opens(f"{PUBLISH}?month=2026-11")
    seen = re.search(r'name="seen" value="([0-9a-f]{32})"', page)
    assert seen
    await clerk.sends(PUBLISH, month="2026-11", seen="0" * 32)
    assert clerk.status == 409
    await clerk.sends(PUBLISH, month="2026-11", seen=seen[1])
    assert "谁都能看到" in clerk.page
    page = await guest.opens("/published")
    assert "2026年11月" in page
    assert "gsj" not in page
    assert "市国税局" not in page  # one complaint: nobody must be recognised
    assert [one["detail"] for one in events(program) if one["action"] == "figures_published"] == [{"month": "2026-11"}]
    await clerk.opens(f"{PUBLISH}?month=2026-10")
    await clerk.sends(PUBLISH, month="2026-11", seen=seen[1])
    assert clerk.status == 409  # it is public already
    [row] = rows(program, "publications")
    await clerk.sends(f"{PUBLISH}/{row['id']}/withdraw")
    assert "还没有公布的数字" in await guest.opens("/published")
    assert [one["withdrawn_by"] for one in rows(program, "publications")] == [row["published_by"]]
    assert (await guest.client.get("/published?month=2026-11")).status == 404
    assert is_whole(program)


async def sign_in(clerk: Browser, program: Program) -> None:
    await clerk.opens("/in")
    await clerk.sends("/in", code=link(program, member(program, "李二", Grant(Role.CLERK, None))))


@pytest.mark.parametrize(
    ("many", "shown"),
    [
        ({"a": 9, "b": 5, "c": 3}, {"a": 9, "b": 5, "c": 3}),
        ({"a": 9, "b": 5, "c": 1, "d": 2}, {"a": 9, "b": 5, "": 3}),
        ({"a": 9, "b": 5, "c": 2}, {"a": 9, "": 7}),  # alone, the rest would be one small unit
        ({"a": 9, "": 1}, {}),
        ({"a": 2, "b": 2}, {}),
        ({}, {}),
    ],
)
@ON_SQLITE
def test_nobody_follows_from_a_small_unit_nor_from_the_sum(
    many: dict[str, int], shown: dict[str, int], database_url: str
) -> None:
    del database_url
    told = together([Line(unit, came_in=count) for unit, count in many.items()])
    assert {one.unit_id: one.came_in for one in told} == shown
    assert all(one.came_in >= 3 for one in told)


@ON_SQLITE
def test_only_months_that_are_over_can_be_published(program: Program) -> None:
    assert desk.publishable(date(2026, 3, 31))[:4] == ["2026-02", "2026-01", "2025-12", "2025-11"]
