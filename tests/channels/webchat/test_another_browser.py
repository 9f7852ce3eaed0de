"""Whoever has the token of a conversation in another browser is told of, and can be cut off."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from aiohttp import ClientSession

from bot.build import Program
from services import talk
from tests.conftest import rows
from tests.drivers.webchat_browser import Browser, browsing, served

MINE, COPIED = "mark-of-mine", "mark-of-another"


def told(texts: list[str]) -> int:
    return sum("另一个浏览器里打开了" in text for text in texts)


async def test_a_copied_cookie_is_told_of_once_for_each_browser_also_after_a_restart(
    make_program: Callable[..., Program],
) -> None:
    async with browsing(make_program()) as browser, browser.tab(mark=MINE) as mine:
        for _ in range(2):
            async with browser.tab(mark=MINE) as again:
                assert told([letter["text"] for letter in again.letters]) == 0
        for marked in (COPIED, COPIED, None, None):  # one copy has our page's script, another has no mark at all
            async with browser.tab(mark=marked):
                pass
        while told([letter["text"] for letter in mine.letters]) < 2:
            await mine.answer()
        assert [key["press"] for row in mine.letters[-1]["rows"] for key in row] == ["/anew", "/menu"]
        async with served(make_program()) as later, browser.tab(at=later, mark=COPIED) as still:
            assert told([letter["text"] for letter in still.letters]) == 2
        async with browser.tab(mark=MINE) as still:
            assert told([letter["text"] for letter in still.letters]) == 2


async def test_no_mark_of_a_browser_is_kept_as_it_is(program: Program) -> None:
    async with browsing(program) as browser, browser.tab(mark=MINE):
        [kept] = rows(program, "browsers")
        assert MINE not in str(kept)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_more_browsers_are_told_of_than_a_person_has(program: Program) -> None:
    async with browsing(program) as browser:
        for n in range(talk.MOST_BROWSERS + 5):
            async with browser.tab(mark=f"{MINE}-{n}"):
                pass
        assert len(rows(program, "browsers")) == talk.MOST_BROWSERS


async def test_beginning_anew_cuts_the_others_off(program: Program) -> None:
    async with browsing(program) as browser, browser.tab(mark=MINE) as mine:
        await mine.says("/complain")
        thief = Browser(browser.server)
        thief.client.session.cookie_jar.update_cookies({"mingcha_chat": browser.token}, browser.server.make_url("/"))
        async with thief.tab(mark=COPIED) as other:
            assert len(other.letters) > 1
            here = {"Origin": browser.origin}
            async with browser.client.post("/chat/forget?everywhere=1", headers=here) as response:
                assert response.status == 204
            assert await other.until(lambda said: "bye" in said) == {"bye": "closed"}
        before = thief.token
        headers = {"Origin": browser.origin, "Cookie": f"mingcha_chat={before}"}
        async with ClientSession(browser.origin, headers=headers) as again, again.ws_connect("/chat/ws") as socket:
            await socket.send_json({"hello": 0, "id": "once-more", "browser": COPIED})
            assert await socket.receive_json() == {"bye": "closed"}
            async with again.post("/chat/upload", data=b"x") as answer:
                assert answer.status == 403
        for one in (browser, thief):
            await one.page()
            assert one.token != before
            async with one.tab(mark=MINE) as anew:
                assert [told([letter["text"]]) for letter in anew.letters] == [0], "a stranger's greeting"
        await thief.client.session.close()


async def test_a_page_at_another_process_is_cut_off_with_its_next_letter(make_program: Callable[..., Program]) -> None:
    first, second = make_program(), make_program()
    async with (
        browsing(first) as browser,
        served(second, look_every_seconds=0.02) as there,
        browser.tab(mark=MINE) as mine,
        browser.tab(at=there, mark=COPIED) as other,
    ):
        await mine.says("/complain")
        async with browser.client.post("/chat/forget?everywhere=1", headers={"Origin": browser.origin}) as response:
            assert response.status == 204
        assert await other.until(lambda said: "bye" in said) == {"bye": "closed"}
