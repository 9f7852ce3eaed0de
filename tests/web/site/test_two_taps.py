"""What took effort goes by two taps: the button that takes it away stands behind words that say what will be gone."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest

from tests.drivers.holidays import NOTICE_2027
from tests.drivers.notice_desk import picture
from tests.drivers.notice_pages import uploads, written
from tests.web.conftest import Browser
from tests.web.signin.test_password import with_password
from tests.web.test_calendar_pages import NOTICE, confirms

TAKES_AWAY = re.compile(r"/(remove|clear|unload|abort)$|^/me/codes$")
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


class Forms(HTMLParser):
    """The forms of a page that take something away, each with the number of closed folds around it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, bool]] = []
        self._around: list[bool] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "details":
            self._around.append("open" not in given)
        elif tag == "form" and TAKES_AWAY.search(given.get("action") or ""):
            self.found.append(((given["action"] or "").rpartition("/")[2], any(self._around)))

    def handle_endtag(self, tag: str) -> None:
        if tag == "details":
            self._around.pop()


async def taken(clerk: Browser, page: str, *expected: str) -> None:
    found = Forms(await clerk.opens(page)).found
    assert sorted(found) == [(name, True) for name in sorted(expected)]


async def test_numbers_and_files_of_a_notice(clerk: Browser) -> None:
    place = await written(clerk)
    await uploads(clerk, f"{place}/list", "list", b"13800138000", "numbers.txt")
    await uploads(clerk, f"{place}/files", "file", picture(), "现场.jpg")
    await taken(clerk, place, "remove", "remove", "abort")
    assert "名单里的 1 个号码会全部去掉，找不回来" in clerk.page
    assert "「照片 1」去掉以后找不回来" in clerk.page


async def test_days_and_years_of_the_calendar(clerk: Browser) -> None:
    await clerk.opens("/console/calendar")
    await clerk.sends("/console/calendar", day="2026-11-30", what="free", note="本市运动会")
    await clerk.opens(NOTICE)
    await clerk.sends(NOTICE, text=NOTICE_2027, year="2027")
    await confirms(clerk, f"{NOTICE}/load")
    await taken(clerk, "/console/calendar", "clear")
    await taken(clerk, NOTICE, "unload")


async def test_ones_own_ways_to_sign_in(clerk: Browser, clock) -> None:
    await with_password(clerk, clock)
    await clerk.opens("/me")
    assert ("codes", False) in Forms(clerk.page).found, "there are none yet that would be worth nothing"
    await clerk.sends("/me/codes")
    await taken(clerk, "/me", "codes", "remove")
